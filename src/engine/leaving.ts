/**
 * Blocks that no jail wants any more, since a reload took the jail away or gave it other ports. Where others take their
 * place the kernel gets those first: who is banned does not get through in between.
 */
import { printNetwork } from '../base/address.ts'
import type { BlockChange } from '../firewall/bans.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { HeldJail } from './held-jail.ts'
import type { Jails } from './jails.ts'
import type { Effects } from './perform.ts'

type Leave = BlockChange & { readonly kind: 'remove' }

export class Leaving {
  readonly #jails: Jails
  readonly #effects: Effects
  #blocks: readonly Leave[] = []

  constructor(jails: Jails, effects: Effects) {
    this.#jails = jails
    this.#effects = effects
  }

  /**
   * Notes what these jails, which have just been exchanged, hold in the kernel and their successors do not.
   * @returns the bans of jails that go on with another scope: to be put in force there
   */
  note(before: readonly HeldJail[]): Ban[] {
    const moved: Ban[] = []
    for (const jail of before) {
      const after = this.#jails.get(jail.name)
      if (after && isSame(after.scope, jail.scope)) continue
      if (after) moved.push(...jail.state.bans.values())
      if (!jail.scope) continue
      this.#note([...jail.state.bans.values(), ...this.#notLifted(jail.name)], jail.scope)
    }
    return moved
  }

  /** Takes out of the kernel what may go by now; what the kernel refuses stays for the next time. */
  async settle(): Promise<void> {
    const all = this.#blocks
    this.#blocks = all.filter((block) => this.#waits(block))
    const due = all.filter((block) => !this.#waits(block) && !this.#isWanted(block))
    if (due.length === 0) return
    const refused = await this.#effects.kernel?.putEach(due).catch(() => new Map(due.entries()))
    this.#blocks = [...this.#blocks, ...due.filter((_, index) => refused?.has(index))]
  }

  #note(bans: readonly Ban[], scope: Scope): void {
    const blocks = bans.map(({ jail, network }): Leave => ({ kind: 'remove', network, scope, owner: jail }))
    this.#blocks = [...this.#blocks, ...blocks]
  }

  /** What the kernel has refused so far to lift, of this jail. */
  #notLifted(name: string): Ban[] {
    const { refused } = this.#effects
    const bans = refused.values().flatMap(({ decision: { kind, ban } }) => {
      return kind === 'unban' && ban.jail === name ? [ban] : []
    })
    for (const ban of bans) refused.delete(ban)
    return bans
  }

  /** Whether the kernel does not have yet what takes its place. */
  #waits({ owner, network }: Leave): boolean {
    return this.#effects.pending.has({ jail: owner, network })
  }

  /** A later reload brought it back. */
  #isWanted({ owner, network, scope }: Leave): boolean {
    const jail = this.#jails.get(owner)
    return jail !== undefined && isSame(jail.scope, scope) && jail.state.bans.get(printNetwork(network)) !== undefined
  }
}

function isSame(one: Scope | undefined, other: Scope | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
