/** The installed Fail2ban as it judges lines, to compare with. */
import { join } from 'node:path'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import type { FieldValue } from '../../src/filter/groups.ts'
import { askPython, missing as whyMissing } from './ask-python.ts'

export interface Case {
  readonly settings: FilterSettings
  readonly checkAll?: boolean
  readonly raw?: boolean
  /** Seconds; undefined: no line is too old. */
  readonly findtime?: number
  /** Whether lines were written just now; matters only with a findtime. */
  readonly live?: boolean
  readonly lines: readonly Line[]
}

/** A line, and the second in which it is read; then the time that stands beside it, if it does. */
export type Line = readonly [text: string, now: number, time?: number, stamp?: string]

export interface Row {
  readonly expression: number
  /** As it was found, and as Fail2ban shows it; null while there is none. */
  readonly id: string | null
  readonly shown: string | null
  readonly time: number | null
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly matches: readonly string[]
}

/** What each line came to; a text where Fail2ban raised an error, or refused the whole filter. */
export type Answer = readonly (readonly Row[] | string)[] | string

/** Why there is nothing to compare with; false if there is. */
export const missing = whyMissing('fail2ban.server.filter')

export function askFail2ban(cases: readonly Case[], zone: string): readonly Answer[] {
  const input = cases.map(({ settings, checkAll = false, raw = true, findtime = null, live = true, lines }) => {
    const {
      failregex,
      ignoreregex,
      prefregex = null,
      datepattern = null,
      logtimezone = null,
      maxlines,
      usedns,
    } = settings
    const filter = { failregex, ignoreregex, prefregex, datepattern, logtimezone, maxlines, usedns }
    return { ...filter, checkAll, raw, findtime, live, lines }
  })
  return askPython(join(import.meta.dirname, 'oracle.py'), input, zone)
}
