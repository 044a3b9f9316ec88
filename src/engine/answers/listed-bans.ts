/** Bans in force as a list, some at a time: of a million no one answer is made. */
import type { Ban } from '../../jail/ban.ts'
import { banStatus, type HeldJail } from '../held-jail.ts'
import type { ListedBan } from '../status.ts'
import type { SteadyClock } from '../steady-clock.ts'

/** Some 5 ms of them. */
const AT_ONCE = 500

export function* listedBans(
  jails: readonly HeldJail[],
  isPending: (ban: Ban) => boolean,
  { aheadMs }: Pick<SteadyClock, 'aheadMs'>,
): Generator<readonly ListedBan[]> {
  let some: ListedBan[] = []
  for (const { name, state } of jails) {
    for (const ban of state.bans.values()) {
      some.push({ ...banStatus(ban, isPending(ban), aheadMs), jail: name, count: ban.count })
      if (some.length < AT_ONCE) continue
      yield some
      some = []
    }
  }
  if (some.length > 0) yield some
}
