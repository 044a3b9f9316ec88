/** The jails that are held: one value, so that a reload exchanges all of them in one step. */
import { Fault } from '../base/fault.ts'
import { type BlockingJail, type HeldJail, isBlocking } from './held-jail.ts'

export class Jails {
  #byName: ReadonlyMap<string, HeldJail> = new Map()
  #all: readonly HeldJail[] = []

  constructor(jails: readonly HeldJail[]) {
    this.exchange(jails)
  }

  get all(): readonly HeldJail[] {
    return this.#all
  }

  /** Those whose bans are in the kernel. */
  get blocking(): readonly BlockingJail[] {
    return this.#all.filter(isBlocking)
  }

  get(name: string): HeldJail | undefined {
    return this.#byName.get(name)
  }

  /** @throws Fault `control.no-jail` */
  need(name: string): HeldJail {
    const jail = this.#byName.get(name)
    if (jail) return jail
    const names = this.#all.map((one) => one.name).join(', ')
    throw new Fault('control.no-jail', `there is no jail "${name}"`, { hint: `there are: ${names}` })
  }

  exchange(jails: readonly HeldJail[]): void {
    this.#all = jails
    this.#byName = new Map(jails.map((jail) => [jail.name, jail]))
  }
}
