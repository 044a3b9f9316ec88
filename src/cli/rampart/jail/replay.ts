/** Failures of the past through a jail, at the times at which they happened. */
import type { JailSettings } from '../../../config/settings.ts'
import type { Decision } from '../../../jail/decision.ts'
import type { IgnoreList } from '../../../jail/ignore.ts'
import { step } from '../../../jail/jail.ts'
import { jailState } from '../../../jail/jail-state.ts'
import type { EpochMs } from '../../../world/clock.ts'
import type { FailureAt } from './find-failures.ts'

export interface Replayed {
  /** Of each address: who would have been banned first, then by failures. */
  readonly addresses: readonly Offender[]
  /** Bans that there would have been, of networks too. */
  readonly bans: readonly WouldBan[]
}

export interface Offender {
  readonly address: string
  readonly failures: number
  readonly first: EpochMs
  readonly last: EpochMs
  /** Bans of it alone. */
  readonly bans: number
  /** Why it is never banned; null: it may be. */
  readonly spared: string | null
}

export interface WouldBan {
  readonly address: string
  readonly at: EpochMs
  /** null: for ever. */
  readonly until: EpochMs | null
  readonly failures: number
  /** The line that was one too many. */
  readonly line: string
}

/** @param failures all of addresses, in the order of their times */
export function replay(
  { options }: JailSettings,
  ignored: IgnoreList,
  failures: readonly FailureAt[],
  chance: () => number,
): Replayed {
  const state = jailState({ options, ignored, chance })
  const offenders = new Map<string, Offender>()
  const counts = new Map<string, number>()
  const bans: WouldBan[] = []
  const note = (decisions: readonly Decision[], line: string) => {
    for (const one of decisions) {
      if (one.kind !== 'ban' || one.prolongs) continue
      const { network, from, until, failures } = one.ban
      counts.set(network.text, (counts.get(network.text) ?? 0) + 1)
      bans.push({ address: network.text, at: from, until: until ?? null, failures, line })
    }
  }
  for (const { network, time, attempts, line } of failures) {
    if (!network) continue
    const nextEnd = state.bans.nextEnd()
    if (nextEnd !== undefined && nextEnd <= time) step(state, { kind: 'tick' }, time)
    const earlier = counts.get(network.text) ?? 0
    const decisions = step(state, { kind: 'failure', network, time, attempts, lines: [], earlier }, time)
    note(decisions, line)
    for (const one of decisions) {
      if (one.kind !== 'crowded') continue
      const before = counts.get(one.network.text) ?? 0
      note(step(state, { kind: 'network', network: one.network, earlier: before }, time), line)
    }
    count(offenders, network.text, { time, attempts, spared: ignored(network) ?? null })
  }
  const addresses = [...offenders.values()].map((one) => ({ ...one, bans: counts.get(one.address) ?? 0 }))
  addresses.sort((a, b) => b.bans - a.bans || b.failures - a.failures || a.first - b.first)
  return { addresses, bans }
}

function count(
  offenders: Map<string, Offender>,
  address: string,
  { time, attempts, spared }: { readonly time: EpochMs; readonly attempts: number; readonly spared: string | null },
): void {
  const before = offenders.get(address) ?? { address, failures: 0, first: time, last: time, bans: 0, spared }
  offenders.set(address, { ...before, failures: before.failures + attempts, last: time })
}
