/** A log that jails read: whether it is there, how old it is, what its last lines say. Its bytes are hostile. */
import { parseAddress } from '../../../base/address.ts'
import { lastLines } from '../../../config/lint/last-lines.ts'
import { dateDetector } from '../../../filter/date/detector.ts'
import type { FilterSettings } from '../../../filter/filter-settings.ts'
import type { EpochMs } from '../../../world/clock.ts'
import type { World } from '../../../world/world.ts'

export interface LogFacts {
  readonly path: string
  readonly jails: readonly string[]
  readonly state: 'read' | 'absent' | 'no file' | 'unreadable'
  readonly modifiedMs: EpochMs
  readonly size: number
  /** What the date of its last line means here; undefined: none was found. */
  readonly lastDate: EpochMs | undefined
  /** Whether that date named its zone. */
  readonly isZoned: boolean
  /** The zone that the filter takes dates without one for; undefined: this host's. */
  readonly zone: string | undefined
  /** Addresses at the beginning of its last lines, where each line of some number begins with one. */
  readonly clients: readonly string[]
}

const SAMPLE_BYTES = 64 * 1024

export function readLog(
  { files, clock }: World,
  path: string,
  jails: readonly string[],
  filter: FilterSettings,
): LogFacts {
  const none = {
    path,
    jails,
    modifiedMs: 0,
    size: 0,
    zone: filter.logtimezone,
    clients: [],
    lastDate: undefined,
    isZoned: false,
  }
  try {
    const stat = files.stat(path)
    if (!stat) return { ...none, state: 'absent' }
    if (stat.kind !== 'file') return { ...none, state: 'no file' }
    const lines = stat.size === 0 ? [] : lastLines(files, path, stat.size, SAMPLE_BYTES)
    return {
      ...{ ...none, state: 'read', modifiedMs: stat.modifiedMs, size: stat.size },
      ...dateOf(lines.at(-1), filter, clock.now()),
      clients: clientsOf(lines),
    }
  } catch {
    return { ...none, state: 'unreadable' }
  }
}

/** Longer ones are no usual lines. */
const MAX_LINE = 4096

function dateOf(
  line: string | undefined,
  filter: FilterSettings,
  now: EpochMs,
): Pick<LogFacts, 'lastDate' | 'isZoned'> | undefined {
  if (line === undefined || line.length > MAX_LINE) return undefined
  try {
    const found = dateDetector({ patterns: filter.datepattern, zone: filter.logtimezone }).find(line, now)
    return found && { lastDate: found.time, isZoned: found.whole }
  } catch {
    // What is wrong with the pattern, the linter says.
    return undefined
  }
}

function clientsOf(lines: readonly string[]): readonly string[] {
  const first = lines.map((line) => line.slice(0, 64).split(' ')[0]!)
  return first.length > 0 && first.every((word) => parseAddress(word) !== undefined) ? first : []
}
