/**
 * What those who were banned asked for: ports, paths, user agents, as the lines say that are kept with each ban. A ban counts
 * once for each of them, and so does an address.
 */
import { printPorts } from '../base/ports.ts'
import type { JailBlock } from '../store/deed.ts'
import type { BanLines, CountedUnit, HistoryCounts } from '../store/statistics/counts.ts'
import type { Selection } from '../store/statistics/selection.ts'
import type { Group } from './places.ts'
import { agentOf, pathOf, portOf } from './request.ts'

export type ByTrait = 'port' | 'path' | 'agent'

export interface TraitGroups {
  readonly groups: readonly Group[]
  /** Bans or addresses of which the history does not tell. */
  readonly unknown: number
}

export function traitGroups(by: ByTrait, unit: CountedUnit, history: HistoryCounts, of: Selection): TraitGroups {
  if (by !== 'port') return fromLines(unit, history.lines(of), ({ matches }) => found(matches, OF_LINES[by]))
  const ports = new Map(history.blocks().map((block) => [block.jail, portsOf(block)]))
  // Only the kernel's log names ports, and where one ban has its lines from there, all bans of that jail have.
  const isTold = unit !== 'failures' && history.jails().some((jail) => history.newestLines(jail)?.includes('DPT='))
  if (!isTold) return fromJails(unit, history, of, ports)
  return fromLines(unit, history.lines(of), ({ matches, jail }) => {
    const told = found(matches, portOf)
    return told.length > 0 ? told : (ports.get(jail) ?? [])
  })
}

const OF_LINES = { path: pathOf, agent: agentOf } as const

function found(matches: string, of: (line: string) => string | undefined): readonly string[] {
  const lines = JSON.parse(matches) as readonly string[]
  return [...new Set(lines.map(of).filter((value) => value !== undefined))]
}

function fromLines(
  unit: CountedUnit,
  bans: Iterable<BanLines>,
  valuesOf: (ban: BanLines) => readonly string[],
): TraitGroups {
  const tally = unit === 'ips' ? new AddressTally() : new BanTally()
  for (const ban of bans) tally.add(valuesOf(ban), ban.address)
  return tally.end()
}

class BanTally {
  readonly #counts = new Map<string, number>()
  #without = 0

  add(values: readonly string[]): void {
    if (values.length === 0) this.#without++
    for (const value of values) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
  }

  end(): TraitGroups {
    return { groups: [...this.#counts].map(([key, count]) => ({ key, label: key, count })), unknown: this.#without }
  }
}

class AddressTally {
  readonly #addresses = new Map<string, Set<string>>()
  readonly #with = new Set<string>()
  readonly #without = new Set<string>()

  add(values: readonly string[], address: string): void {
    ;(values.length > 0 ? this.#with : this.#without).add(address)
    for (const value of values) {
      const seen = this.#addresses.get(value)
      if (seen) seen.add(address)
      else this.#addresses.set(value, new Set([address]))
    }
  }

  /** One whose bans tell in part is known. */
  end(): TraitGroups {
    let unknown = 0
    for (const address of this.#without) if (!this.#with.has(address)) unknown++
    return { groups: [...this.#addresses].map(([key, { size }]) => ({ key, label: key, count: size })), unknown }
  }
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
