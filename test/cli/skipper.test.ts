/** Lines that are skipped count as if every line had been looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoder } from '../../src/cli/fail2ban-regex/decode.ts'
import { findingsOf } from '../../src/cli/fail2ban-regex/findings.ts'
import { lineReader } from '../../src/cli/fail2ban-regex/line-reader.ts'
import { logger } from '../../src/cli/fail2ban-regex/logging.ts'
import { parseOptions } from '../../src/cli/fail2ban-regex/options.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { trial } from '../../src/filter/trial.ts'
import { realWorld } from '../../src/world/real.ts'
import { settingsOf } from '../filter/settings.ts'
import { accessLog, chance, errorLog, mutated } from './log-lines.ts'

const WEB = '^[^\\[]*\\[({DATE})\n{^LN-BEG}'
const PROBE = '^<ADDR> - \\S+ \\[\\] "(?:GET|POST) [^"]*" 404 '
const BAD = ' user "[^"]*": password mismatch, client: <ADDR>'

const access = accessLog(3000, 7)
const error = errorLog(2000, 8)
const next = chance(9)
const broken = access.map((line) => (next() < 0.3 ? mutated(line, next) : line))
const odd = ['#  comment [22/Nov/2025:10:00:00 +0100]', '', '\r', 'no date', '   ']
const mixed = access.flatMap((line, at) => [line, ...(at % 3 === 0 ? [odd[at % odd.length]!] : []), error[at % 2000]!])

interface Row {
  readonly name: string
  readonly lines: readonly string[]
  readonly filter: Partial<FilterSettings>
  /** What ends a line; the last one has it too unless `open`. */
  readonly end?: string
  readonly open?: boolean
}

const ROWS: readonly Row[] = [
  {
    name: 'an access log by a pattern behind a bracket',
    lines: access,
    filter: { failregex: [PROBE], datepattern: WEB },
  },
  { name: 'an access log by the default patterns', lines: access, filter: { failregex: [PROBE] } },
  { name: 'an error log', lines: error, filter: { failregex: [BAD], datepattern: '{^LN-BEG}' } },
  { name: 'broken lines', lines: broken, filter: { failregex: [PROBE], datepattern: WEB } },
  {
    name: 'two logs in one, comments and empty lines',
    lines: mixed,
    filter: { failregex: [PROBE, BAD], datepattern: WEB },
  },
  { name: 'lines that end in CR LF', lines: mixed, end: '\r\n', filter: { failregex: [PROBE], datepattern: WEB } },
  {
    name: 'a last line without its newline',
    lines: access,
    open: true,
    filter: { failregex: [PROBE], datepattern: WEB },
  },
  {
    name: 'an ignoreregex',
    lines: access,
    filter: { failregex: [PROBE], ignoreregex: ['wp-login'], datepattern: WEB },
  },
]

for (const { name, lines, filter, end = '\n', open = false } of ROWS) {
  for (const words of [[], ['-o', 'row'], ['-v'], ['--print-all-missed']]) {
    test(`${name}: ${words.join(' ') || 'counts'}`, () => {
      const bytes = Buffer.from(lines.join(end) + (open ? '' : end), 'latin1')
      const settings = settingsOf(filter.failregex ?? [], filter)
      const [fast, slow] = [true, false].map((skips) => told(settings, words, bytes, skips))
      assert.deepEqual(fast, slow)
    })
  }
}

/** What is printed of the bytes, which come in two pieces. */
function told(settings: FilterSettings, words: readonly string[], bytes: Buffer, skips: boolean): readonly string[] {
  const { options } = parseOptions(words)
  const printed: string[] = []
  const out = { line: (text: string) => void printed.push(text), flush: () => {} }
  const clock = { ...realWorld().clock, now: () => 1_795_366_800_000 }
  const setting = { world: { ...realWorld(), clock } } as unknown as Parameters<typeof findingsOf>[0]
  const it = { settings, options, trial: trial(settings, { checkAll: options.out === undefined }) }
  const findings = findingsOf(setting, out, it)
  const reading = { ...it, clock, decoder: decoder('UTF-8'), encoding: 'UTF-8', log: 'log', findings, skips }
  const reader = lineReader({ ...reading, told: logger(options, { clock, pid: 1, print: out.line }) })
  const half = bytes.indexOf(10, bytes.length / 2) + 1
  for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) reader.bytes(piece)
  return [...printed, ...findings.report(0), ...findings.notes()]
}
