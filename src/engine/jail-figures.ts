/** What scripts are told of a jail: `<jail.banned>`, `<jail.found>` and so on. */
import type { JailFigures } from '../action/tag-values.ts'
import type { JailState } from '../jail/jail-state.ts'

export function jailFigures({ options, bans, counters, totals }: JailState): JailFigures {
  return {
    name: options.name,
    banned: bans.size,
    bannedTotal: totals.bans,
    found: counters.size,
    foundTotal: totals.failures,
    bantime: options.bantime,
    increments: options.increment.enabled,
  }
}
