/** What it takes to read a log. */
import type { Clock } from '../../world/clock.ts'
import type { Decoder } from './decode.ts'
import type { Examined, Findings } from './findings.ts'
import type { Logger } from './logging.ts'

export interface Reading extends Examined {
  readonly clock: Clock
  /** What its bytes are decoded by; undefined where it comes as text. */
  readonly decoder: Decoder | undefined
  /** As it was asked for. */
  readonly encoding: string
  readonly told: Logger
  /** The log's name. */
  readonly log: string
  readonly findings: Findings
  /** false: every line is looked at, for comparisons. */
  readonly skips?: boolean
}

/** Without what ends it; undefined for empty lines and comments, which count for nothing. */
export function bareLine(line: string): string | undefined {
  let end = line.length
  while (end > 0 && (line.charCodeAt(end - 1) === 10 || line.charCodeAt(end - 1) === 13)) end--
  if (end === 0 || line.charCodeAt(0) === 35) return undefined
  return end === line.length ? line : line.slice(0, end)
}
