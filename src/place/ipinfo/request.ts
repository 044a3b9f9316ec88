/** One question to ipinfo.io, asked again where that may help. */
import { Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'

export interface Question {
  readonly url: string
  readonly token: string | undefined
  /** Addresses; undefined: the URL says which. */
  readonly body?: readonly string[]
  readonly timeoutMs: number
}

export interface Reply {
  readonly status: number
  /** undefined where it is not 200. */
  readonly json: unknown
}

export type Asking = Pick<World, 'web' | 'clock' | 'chance'>

/** A thousand addresses take a tenth of it. */
const MAX_BYTES = 16 * 1024 * 1024
const TRIES = 3
/** One more is waited for after a silence than none: it has held everybody up already. */
const TRIES_OF_SILENCE = 2
const FIRST_WAIT_MS = 500
/** Who is told to wait longer asks another time. */
const LONGEST_WAIT_MS = 30_000

/**
 * Answers of 200, and those that say that it is not to be had here. No redirect is followed: the token is for this host.
 * @throws Fault `place.ask-token` (401), `place.ask-quota` (429), `place.ask-failed`: nothing more should be asked then
 */
export async function request(asking: Asking, question: Question): Promise<Reply> {
  for (let tried = 1; ; tried++) {
    const result = await attempt(asking, question)
    if ('status' in result) return result
    const { fault, waitMs, tries = TRIES } = result
    // Not all who were refused at once come back at once.
    const longer = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + asking.chance.next())
    if (tried >= tries || (waitMs ?? 0) > LONGEST_WAIT_MS) throw fault
    await new Promise<void>((resolve) => void asking.clock.after(waitMs ?? longer, resolve))
  }
}

interface Again {
  readonly fault: Fault
  /** As it was told; undefined: by our own measure. */
  readonly waitMs?: number | undefined
  readonly tries?: number
}

async function attempt({ web, clock }: Asking, question: Question): Promise<Reply | Again> {
  const { url, token, body, timeoutMs } = question
  const { host } = new URL(url)
  try {
    const answer = await web.ask({
      url,
      timeoutMs,
      headers: {
        accept: 'application/json',
        'user-agent': 'rampart',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const { status } = answer
    if (status === 200) return { status, json: JSON.parse(await textOf(answer.body)) }
    answer.drop()
    if (status === 401)
      throw new Fault('place.ask-token', `${host} does not accept the token (401)`, {
        hint: 'look into the file of --ipinfo-token-file',
      })
    if (status === 429) return quota(host, answer.header('retry-after'), clock.now())
    // Not implemented is no failure: it never will be here.
    if (status >= 500 && status !== 501) return { fault: failed(`${host} answers ${status}`) }
    if (status >= 300 && status < 400)
      throw failed(`${host} sends elsewhere (${status}), where the token does not belong`)
    return { status, json: undefined }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) return { fault: failed(`${host} answers what is no JSON`, thrown) }
    if (thrown.code === 'web.slow') return { fault: failed(thrown.message, thrown), tries: TRIES_OF_SILENCE }
    if (thrown.code.startsWith('web.')) return { fault: failed(thrown.message, thrown) }
    throw thrown
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function quota(host: string, retryAfter: string | undefined, now: number): Again {
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : (Date.parse(retryAfter ?? '') - now) / 1000
  const isTold = Number.isFinite(seconds)
  const when = isTold ? `; it may be asked again in ${Math.ceil(seconds)} s` : ''
  return {
    fault: new Fault('place.ask-quota', `${host} answers no more for now: its quota is used up (429)${when}`),
    waitMs: isTold ? Math.max(0, seconds * 1000) : undefined,
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > MAX_BYTES) throw failed('its answer is far too long')
  }
  return text + decoder.decode()
}

function failed(message: string, cause?: unknown): Fault {
  return new Fault('place.ask-failed', message, { cause })
}
