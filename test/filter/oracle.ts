/** The installed Fail2ban as it judges lines, to compare with. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import type { FieldValue } from '../../src/filter/groups.ts'

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

const PYTHON = '/usr/bin/python3'

/** Why there is nothing to compare with; false if there is. */
export const missing: string | false = (() => {
  if (!existsSync(PYTHON)) return 'no Python is installed'
  const probe = spawnSync(PYTHON, ['-c', 'import fail2ban.server.filter'])
  return probe.status === 0 ? false : 'the package fail2ban is not installed'
})()

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
  const run = spawnSync(PYTHON, [join(import.meta.dirname, 'oracle.py')], {
    input: JSON.stringify(input),
    env: { TZ: zone, LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  })
  assert.equal(run.status, 0, run.stderr)
  return JSON.parse(run.stdout)
}
