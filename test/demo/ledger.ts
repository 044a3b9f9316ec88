/** What really happened in this run, as the server's logs, the kernel and the guard's events tell it. */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Event } from '../../src/engine/event.ts'
import { ATTACKERS, ATTACKERS6 } from '../lab/lab.ts'
import type { Sight } from './witness.ts'

export type BanEvent = Extract<Event, { kind: 'ban' }>

/** An address that the kernel drops. */
export interface Banned {
  readonly ban: BanEvent
  readonly set: string
  /** Milliseconds from the offending line to the kernel's element; undefined where the line was not seen. */
  readonly ms: number | undefined
}

export class Ledger {
  /** When each line was written. */
  readonly #lines = new Map<string, number>()
  readonly #elements = new Map<string, { readonly at: number; readonly set: string }>()
  readonly #bans = new Map<string, BanEvent>()
  readonly #attackers = new Set<string>()
  readonly faults: string[] = []
  /** Requests that nginx answered, as its access log has them. */
  served = 0
  restored = 0

  /** @param witness a running `witness.ts watch` */
  constructor(witness: ChildProcess) {
    createInterface({ input: witness.stdout! }).on('line', (line) => this.#see(JSON.parse(line) as Sight))
  }

  /** @param tail a running `rampart tail --json` */
  hear(tail: ChildProcess): void {
    createInterface({ input: tail.stdout! }).on('line', (line) => {
      const event = JSON.parse(line) as Event
      if (event.kind === 'ban') this.#bans.set(event.address, event)
      if (event.kind === 'restored') this.restored = event.bans
      if (event.kind === 'fault') this.faults.push(event.message)
    })
  }

  /** What is known of an address once the guard has told of its ban and the kernel of its element. */
  banned(address: string): Banned | undefined {
    const [ban, element] = [this.#bans.get(address), this.#elements.get(address)]
    if (!ban || !element) return undefined
    const written = ban.line === undefined ? undefined : this.#lines.get(ban.line)
    return { ban, set: element.set, ms: written === undefined ? undefined : element.at - written }
  }

  /** All bans, oldest first. */
  all(): Banned[] {
    return [...this.#bans.keys()].flatMap((address) => this.banned(address) ?? [])
  }

  /** Attackers' addresses in nginx's logs. */
  get attackers(): readonly string[] {
    return [...this.#attackers]
  }

  #see(sight: Sight): void {
    if (sight.kind === 'element') {
      const { address, at, set } = sight
      // The guard sends elements again when it looks after its table: the first time counts.
      if (!this.#elements.has(address)) this.#elements.set(address, { at, set })
      return
    }
    this.#lines.set(sight.text, sight.at)
    if (sight.log === 'access') this.served++
    const client = sight.log === 'access' ? /^\S+/.exec(sight.text)?.[0] : /, client: ([^,]+),/.exec(sight.text)?.[1]
    if (client?.startsWith(`${ATTACKERS}.`) || client?.startsWith(ATTACKERS6)) this.#attackers.add(client)
  }
}
