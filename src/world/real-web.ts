/** HTTP by Node's own fetch, which is loaded when it is first used. A proxy is asked where Node is told to: NODE_USE_ENV_PROXY=1. */
import { Fault } from '../base/fault.ts'
import type { Web, WebRequest } from './web.ts'

export const realWeb: Web = {
  async ask(request) {
    const limit = limits(request)
    const { url, method = 'GET', headers = {}, body } = request
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: limit.signal,
        ...(body === undefined ? {} : { body }),
      })
      limit.heard()
      return {
        status: answer.status,
        header: (name) => answer.headers.get(name) ?? undefined,
        body: pieces(answer, request, limit),
        drop() {
          limit.end()
          answer.body?.cancel().catch(() => {})
        },
      }
    } catch (thrown) {
      limit.end()
      throw webFault(request, thrown, limit.signal, 'web.unreachable')
    }
  },
}

interface Limit {
  readonly signal: AbortSignal
  heard(): void
  end(): void
}

/** Timers that keep the process alive: who waits for an answer is at work. */
function limits({ timeoutMs, silenceMs = timeoutMs }: WebRequest): Limit {
  const abort = new AbortController()
  const all = setTimeout(() => abort.abort(), timeoutMs)
  const silence = setTimeout(() => abort.abort(), silenceMs)
  return {
    signal: abort.signal,
    heard: () => void silence.refresh(),
    end() {
      clearTimeout(all)
      clearTimeout(silence)
    },
  }
}

async function* pieces(answer: Response, request: WebRequest, limit: Limit): AsyncIterable<Uint8Array> {
  try {
    for await (const piece of answer.body ?? []) {
      limit.heard()
      yield piece
    }
  } catch (thrown) {
    throw webFault(request, thrown, limit.signal, 'web.cut')
  } finally {
    limit.end()
  }
}

/** Of the address only its host is told: the rest may hold what is secret. */
function webFault(request: WebRequest, thrown: unknown, signal: AbortSignal, code: string): Fault {
  if (thrown instanceof Fault) return thrown
  const host = URL.canParse(request.url) ? new URL(request.url).host : request.url
  if (signal.aborted) return new Fault('web.slow', `${host} does not answer in time`, { cause: thrown })
  const { code: why, message } = rootOf(thrown)
  const words = code === 'web.cut' ? 'ended its answer before the end' : 'cannot be reached'
  return new Fault(code, `${host} ${words} (${why ?? message})`, { cause: thrown })
}

/** fetch says `fetch failed`; what failed is the cause of the cause. */
function rootOf(thrown: unknown): { readonly code?: string | undefined; readonly message: string } {
  let error = thrown as { code?: string; message?: string; cause?: unknown }
  while (error?.cause instanceof Error) error = error.cause as typeof error
  return { code: error?.code, message: error?.message ?? String(thrown) }
}
