/**
 * What those who were banned asked for: ports, paths, user agents, as the lines say that are kept with each ban. A ban counts
 * once for each of them, and so does an address.
 */
import { printPorts } from '../base/ports.ts'
import type { JailBlock } from '../store/deed.ts'
import type { BanLines, CountedUnit, HistoryCounts } from '../store/statistics/counts.ts'
import type { Selection } from '../store/statistics/selection.ts'
import { portOf } from './request.ts'
import { requestGroups } from './request-groups.ts'
import { type TraitGroups, traitTally } from './trait-tally.ts'

export type ByTrait = 'port' | 'path' | 'agent'

export function traitGroups(by: ByTrait, unit: CountedUnit, history: HistoryCounts, of: Selection): TraitGroups {
  if (by !== 'port') return requestGroups(by, unit, history.linesTogether(of))
  const ports = new Map(history.blocks().map((block) => [block.jail, portsOf(block)]))
  // Only the kernel's log names ports, and where one ban has its lines from there, all bans of that jail have.
  const isTold = unit !== 'failures' && history.jails().some((jail) => history.newestLines(jail)?.includes('DPT='))
  if (!isTold) return fromJails(unit, history, of, ports)
  return fromLines(unit, history.lines(of), ({ matches, jail }) => {
    const told = portsIn(matches)
    return told.length > 0 ? told : (ports.get(jail) ?? [])
  })
}

function portsIn(matches: string): readonly string[] {
  const lines = JSON.parse(matches) as readonly string[]
  return [...new Set(lines.map(portOf).filter((value) => value !== undefined))]
}

function fromLines(
  unit: CountedUnit,
  bans: Iterable<BanLines>,
  valuesOf: (ban: BanLines) => readonly string[],
): TraitGroups {
  const tally = traitTally(unit)
  for (const ban of bans) tally.add(valuesOf(ban), ban.address)
  return tally.end()
}

/** The ports that a jail closes to whom it bans. */
function portsOf({ scope: { protocol, ports } }: JailBlock): readonly string[] {
  if (ports === 'all') return ['all ports']
  return ports.map((range) => `${printPorts([range])}${protocol === 'all' ? '' : `/${protocol}`}`)
}

/** Ports of the same jails have the same count, which is asked for once. */
function fromJails(
  unit: CountedUnit,
  history: HistoryCounts,
  of: Selection,
  ports: ReadonlyMap<string, readonly string[]>,
): TraitGroups {
  const jailsOf = new Map<string, string[]>()
  for (const [jail, values] of ports) {
    for (const value of values) jailsOf.set(value, [...(jailsOf.get(value) ?? []), jail])
  }
  const counts = new Map<string, number>()
  const count = (jails: readonly string[]) => {
    const key = JSON.stringify(jails)
    const known = counts.get(key) ?? history.total(unit, { ...of, jails }).total
    counts.set(key, known)
    return known
  }
  const groups = [...jailsOf].map(([key, jails]) => ({ key, label: key, count: count(jails) }))
  return {
    groups: groups.filter((group) => group.count > 0),
    unknown: history.total(unit, of).total - count([...ports.keys()]),
  }
}
