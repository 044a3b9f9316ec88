/**
 * What a jail's actions have still to do: at most one thing for each address, since a ban and its end that both still wait
 * come to nothing. Bounded: of many bans only the first have their lines with them, and beyond a number none is taken.
 */
import { printNetwork } from '../base/address.ts'
import type { Ban } from '../jail/ban.ts'
import type { Lifted } from '../jail/decision.ts'

export interface Task {
  readonly kind: 'ban' | 'unban' | 'again'
  readonly address: string
  readonly ban: Ban
  readonly isRestored: boolean
  /** Of an end. */
  readonly why: Lifted
  /** How often it was tried before. */
  readonly tries: number
}

export const MAX_WAITING = 10_000
/** Bans whose lines wait with them, some 8 kB each; of the others the history has them. */
const MAX_DETAILED = 500

export class Waiting {
  readonly #bans = new Map<string, Task>()
  readonly #lifts = new Map<string, Task>()
  readonly #again = new Map<string, Task>()
  #turn = 0

  get size(): number {
    return this.#bans.size + this.#lifts.size
  }

  has(address: string): boolean {
    return this.#bans.has(address) || this.#lifts.has(address)
  }

  get isFull(): boolean {
    return this.#bans.size >= MAX_WAITING
  }

  /** @returns the end of an earlier ban of the address that waited, and is no more */
  ban(ban: Ban, of: { readonly isRestored: boolean; readonly tries: number }): Task | undefined {
    const address = printNetwork(ban.network)
    const lift = this.#lifts.get(address)
    this.#lifts.delete(address)
    const kept = this.#bans.size < MAX_DETAILED ? ban : { ...ban, matches: [], fields: undefined }
    this.#bans.set(address, { kind: 'ban', address, ban: kept, why: 'ended', ...of })
    return lift
  }

  /** @returns the ban that waited, and is no more */
  takeBan(address: string): Task | undefined {
    const task = this.#bans.get(address)
    this.#bans.delete(address)
    this.#again.delete(address)
    return task
  }

  /** An end is always taken: there are no more of them than bans that are in force. */
  unban(ban: Ban, why: Lifted, tries = 0): void {
    const address = printNetwork(ban.network)
    this.#lifts.set(address, { kind: 'unban', address, ban, isRestored: false, why, tries })
  }

  again(ban: Ban): void {
    const address = printNetwork(ban.network)
    if (this.#again.size >= MAX_AGAIN) return
    this.#again.set(address, { kind: 'again', address, ban, isRestored: false, why: 'ended', tries: 0 })
  }

  /** Some bans, then some ends, as Fail2ban does: neither waits for all of the others. */
  next(): Task | undefined {
    const [first, second] = this.#turn++ % 30 < 10 ? [this.#bans, this.#lifts] : [this.#lifts, this.#bans]
    for (const tasks of [first, second, this.#again]) {
      for (const [address, task] of tasks) {
        tasks.delete(address)
        return task
      }
    }
    return undefined
  }

  /** All bans and ends that waited; nothing does any more. */
  clear(): readonly Task[] {
    const tasks = [...this.#bans.values(), ...this.#lifts.values()]
    for (const map of [this.#bans, this.#lifts, this.#again]) map.clear()
    return tasks
  }
}

const MAX_AGAIN = 10
