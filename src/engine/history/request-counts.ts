/**
 * What failures asked for: their paths and user agents, gathered for the history's next turn. Of a flood only so many lines are
 * read (0.8 us each), and the rest is counted as one (0.1 us). It is no part of what a ban waits for.
 */
import { agentOf, pathOf } from '../../statistics/request.ts'
import type { TraitCount } from '../../store/deed.ts'
import type { EpochMs } from '../../world/clock.ts'

export interface RequestCounts {
  /** @param line the newest of the failure's lines */
  add(jail: string, time: EpochMs, line: string | undefined, count: number): void
  /** All that was counted; nothing is afterwards. */
  take(): TraitCount[]
}

/** Between two turns, which are a second apart: 2 ms of work, and as many rows as the history writes in 5 ms. */
const LINES = 1000
const HOUR_MS = 3_600_000

export function requestCounts(): RequestCounts {
  let left = LINES
  let jails = new Map<string, Map<number, Hour>>()

  function hourOf(jail: string, time: EpochMs): Hour {
    let hours = jails.get(jail)
    if (!hours) {
      hours = new Map()
      jails.set(jail, hours)
    }
    const number = Math.floor(time / HOUR_MS)
    let hour = hours.get(number)
    if (!hour) {
      hour = { time, path: new Map(), agent: new Map() }
      hours.set(number, hour)
    }
    return hour
  }

  return {
    add(jail, time, line, count) {
      // Every request stands in quotes; most other lines have none.
      if (line === undefined || !line.includes('"')) return
      if (left === 0) {
        const hour = hourOf(jail, time)
        addTo(hour.path, REST, count)
        addTo(hour.agent, REST, count)
        return
      }
      left--
      const path = pathOf(line)
      const agent = agentOf(line)
      if (path === undefined && agent === undefined) return
      const hour = hourOf(jail, time)
      if (path !== undefined) addTo(hour.path, path, count)
      if (agent !== undefined) addTo(hour.agent, agent, count)
    },
    take() {
      left = LINES
      if (jails.size === 0) return []
      const taken = jails
      jails = new Map()
      return [...taken].flatMap(([jail, hours]) => [...hours.values()].flatMap((hour) => rowsOf(jail, hour)))
    },
  }
}

/** As the history names those that it does not keep apart. */
const REST = ''

interface Hour {
  /** Any moment in it. */
  readonly time: EpochMs
  readonly path: Map<string, number>
  readonly agent: Map<string, number>
}

function addTo(counts: Map<string, number>, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count)
}

function rowsOf(jail: string, { time, ...traits }: Hour): TraitCount[] {
  return (['path', 'agent'] as const).flatMap((trait) =>
    // A copy: V8 would keep the whole line that it was cut from, as long as the disk is full.
    [...traits[trait]].map(([value, count]) => ({ jail, time, trait, value: Buffer.from(value).toString(), count })),
  )
}
