/**
 * ipinfo.io, asked only where an admin wants it to be. Each address is asked for once, public ones alone; what was answered is
 * kept, were it only a part.
 */
import { parseNetwork } from '../../base/address.ts'
import { asFault, Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Files } from '../../world/files.ts'
import type { Answer, Answers } from './answers.ts'
import { memoryAnswers } from './memory-answers.ts'
import { isRecord, readAnswer } from './read-answer.ts'
import { type Asking, type Reply, request } from './request.ts'
import { readToken } from './token.ts'
import { urlOf, type Way, ways } from './ways.ts'

export interface IpinfoOptions {
  /** Only its owner may read it. */
  readonly tokenFile?: string | undefined
  /** A mirror or a proxy, in the place of ipinfo.io. */
  readonly url?: string | undefined
  /** Where answers are kept; undefined: in memory. */
  readonly answers?: Answers | undefined
}

/** An answer is of use for a week: networks change hands more rarely. */
const KEPT_MS = 7 * 24 * 3600 * 1000

/** @throws Fault `place.token-open`, `place.token`, `place.url`, `file.*` */
export function openIpinfo(asking: Asking & { readonly files: Files }, options: IpinfoOptions): Ipinfo {
  const token = options.tokenFile === undefined ? undefined : readToken(asking.files, options.tokenFile)
  return new Ipinfo(
    asking,
    token,
    options.url === undefined ? undefined : mirrorOf(options.url, token),
    options.answers ?? memoryAnswers(),
  )
}

/** What is under way. */
interface Run {
  readonly answers: Map<string, Answer>
  /** So many addresses more have been asked for. */
  onAsked(count: number): void
}

const SINGLE_TRIES = 3

export class Ipinfo {
  /** What was asked, as it is told. */
  readonly service: string
  /** What its answers are kept under: two mirrors on one host may differ. */
  readonly #key: string
  readonly #asking: Asking
  readonly #token: string | undefined
  readonly #mirror: string | undefined
  readonly #kept: Answers

  constructor(asking: Asking, token: string | undefined, mirror: string | undefined, kept: Answers) {
    this.#asking = asking
    this.#token = token
    this.#mirror = mirror
    this.#kept = kept
    this.service = mirror === undefined ? 'ipinfo.io' : new URL(mirror).host
    this.#key = mirror ?? this.service
  }

  /**
   * The answers that there are, by address.
   * @param addresses canonical, each once
   * @param troubles what went wrong, a sentence each: then some are missing
   */
  async find(
    addresses: readonly string[],
    wantsCity: boolean,
    troubles: string[],
    onProgress: (done: number) => void,
  ): Promise<ReadonlyMap<string, Answer>> {
    const answers = new Map(this.#recall(addresses, troubles))
    const isEnough = (answer: Answer | undefined) => answer !== undefined && (!wantsCity || answer.tier === 'full')
    const missing = addresses.filter((address) => !isEnough(answers.get(address)))
    let done = addresses.length - missing.length
    onProgress(done)
    const run: Run = {
      answers,
      onAsked(count) {
        done += count
        onProgress(Math.min(done, addresses.length))
      },
    }
    const fault = await this.#ask(missing, wantsCity, run).then(
      () => undefined,
      (thrown) => asFault(thrown, 'place.ask-failed'),
    )
    const unknown = addresses.filter((address) => !answers.has(address)).length
    if (fault) troubles.push(printable(fault.message))
    if (unknown > 0)
      troubles.push(`${this.service} has told of ${addresses.length - unknown} of ${addresses.length} addresses`)
    return answers
  }

  async #ask(missing: readonly string[], wantsCity: boolean, run: Run): Promise<void> {
    let left = missing
    let refused = 0
    for (const way of ways(wantsCity)) {
      // Kept answers without a city are as good as this way's would be.
      if (way.tier === 'lite') left = left.filter((address) => !run.answers.has(address))
      if (left.length === 0) return
      const [status, tried] = await this.#try(way, left, run)
      if (status !== undefined) {
        refused = status
        continue
      }
      await this.#rest(way, left.slice(tried), run)
      const still = left.filter((address) => !run.answers.has(address))
      // A batch may leave some out for once.
      if (way.size > 1 && still.length > 0) await this.#rest(way, still, run)
      return
    }
    if (left.length > 0) throw new Fault('place.ask-failed', `${this.service} ${this.#refusal(refused)}`)
  }

  /** A token that nobody knows is refused with 403, as is one that may not ask this way: which it is shows when all are refused. */
  #refusal(status: number): string {
    if (status === 200) return 'answers nothing about the addresses that it was asked for'
    if (status !== 403) return `answers by none of the known ways (${status})`
    return this.#token === undefined
      ? 'does not answer without a token (403): --ipinfo-token-file'
      : 'refuses all that it was asked for (403): the token may be wrong'
  }

  /**
   * Whether a way can be gone at all. One address that is refused may be its own fault; three are the way's.
   * @returns the status where it cannot, and how many addresses were asked for
   */
  async #try(way: Way, left: readonly string[], run: Run): Promise<readonly [number | undefined, number]> {
    const tries = way.size > 1 ? 1 : Math.min(left.length, SINGLE_TRIES)
    let status: number | undefined
    for (let tried = 1; tried <= tries; tried++) {
      status = await this.#once(way, left.slice((tried - 1) * way.size, tried * way.size), run)
      if (status === undefined) return [undefined, tried * way.size]
    }
    return [status, 0]
  }

  /** Several requests at a time, until one tells that nothing more should be asked. */
  async #rest(way: Way, addresses: readonly string[], run: Run): Promise<void> {
    let at = 0
    let fault: unknown
    const worker = async () => {
      while (at < addresses.length && fault === undefined) {
        const part = addresses.slice(at, at + way.size)
        at += way.size
        try {
          await this.#once(way, part, run)
        } catch (thrown) {
          fault ??= thrown
        }
      }
    }
    await Promise.all(Array.from({ length: way.inFlight }, worker))
    if (fault !== undefined) throw fault
  }

  /** @returns the status, where the way cannot be gone */
  async #once(way: Way, addresses: readonly string[], run: Run): Promise<number | undefined> {
    const reply = await request(this.#asking, {
      url: urlOf(way, addresses[0]!, this.#mirror),
      token: this.#token,
      timeoutMs: way.timeoutMs,
      ...(way.size === 1 ? {} : { body: addresses }),
    })
    const got = way.size === 1 ? singleOf(reply, addresses[0]!) : batchOf(reply, addresses)
    if (got === undefined) return reply.status
    for (const [address, answer] of got) run.answers.set(address, answer)
    this.#keep(got)
    run.onAsked(addresses.length)
    return undefined
  }

  close(): void {
    this.#kept.close()
  }

  #recall(addresses: readonly string[], troubles: string[]): ReadonlyMap<string, Answer> {
    try {
      return this.#kept.get(this.#key, addresses, this.#asking.clock.now() - KEPT_MS)
    } catch (thrown) {
      troubles.push(printable(`${asFault(thrown, 'place.failed').message}; answers are not kept`))
      return new Map()
    }
  }

  /** Answers that cannot be kept are answers all the same. */
  #keep(answers: ReadonlyMap<string, Answer>): void {
    try {
      this.#kept.put(this.#key, answers, this.#asking.clock.now())
    } catch {}
  }
}

/** Keyed by what was asked; undefined: no answer of this kind. */
function batchOf({ json }: Reply, addresses: readonly string[]): Map<string, Answer> | undefined {
  if (!isRecord(json)) return undefined
  const found = addresses.flatMap((address) => {
    const answer = Object.hasOwn(json, address) ? answerOf(json[address], address) : undefined
    return answer ? [[address, answer] as const] : []
  })
  return found.length === 0 ? undefined : new Map(found)
}

function singleOf({ json }: Reply, address: string): Map<string, Answer> | undefined {
  const answer = answerOf(json, address)
  return answer && new Map([[address, answer]])
}

/** What it says of another address is no answer: who is asked for none, or by way of a proxy, tells of whoever asks. */
function answerOf(value: unknown, address: string): Answer | undefined {
  const ip = isRecord(value) ? value['ip'] : undefined
  return typeof ip === 'string' && parseNetwork(ip)?.text !== address ? undefined : readAnswer(value)
}

/** A token goes over no wire that others may hear. */
function mirrorOf(text: string, token: string | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Fault('place.url', `${text} is no address of a service`, { hint: 'https://HOST or https://HOST/PATH' })
  const isNear = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && token !== undefined && !isNear)
    throw new Fault('place.url', `${text} would carry the token where others can read it`, { hint: 'use https' })
  return text.replace(/\/+$/, '')
}
