/** `rampart match --explain`: what a person sees of one line on a terminal of 80 columns, without colour. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { typed } from './typed.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-explain-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'filter.d'))

const FILTERS: Readonly<Record<string, string>> = {
  door: `failregex = ^ <F-NOFAIL>knock</F-NOFAIL> of <HOST>$
            ^ (?:broken|opened) door <F-DOOR>\\S+</F-DOOR> by <HOST> at night$
            ^ stolen key of <HOST>$
            ^ jemmy of <HOST>$
ignoreregex = by 192\\.0\\.2\\.9 at`,
  gate: `prefregex = ^ gate\\[\\d+\\]: <F-CONTENT>.+</F-CONTENT>$
failregex = ^shut to <HOST>$`,
}
for (const [name, text] of Object.entries(FILTERS)) {
  writeFileSync(join(folder, `filter.d/${name}.conf`), `[Definition]\n${text}\n`)
}

const rows: readonly [sentence: string, filter: string, line: string, screen: string][] = [
  [
    'the expression that decided, its groups, and that no ban could be of the id',
    'door',
    '2026-11-22 20:00:00 opened door back by 999.2.3.4 at night',
    `line 1  is a failure
  2026-11-22 20:00:00 opened door back by 999.2.3.4 at night
  ^^^^^^^^^^^^^^^^^^^
  date         2026-11-22T20:00:00Z (1795377600), by the template
               {^LN-BEG}ExYear(?P<_sep>[-/.])Month(?P=_sep)Day(?:T|  ?)24hour:Mi
               nute:Second(?:[.,]Microseconds)?(?:\\s*Zone offset)?
  failregex    2 of 4 matched; the line holds "opened door"
               ^ (?:broken|opened) door <F-DOOR>\\S+</F-DOOR> by <HOST> at night$
                opened door back by 999.2.3.4 at night
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  groups       door  back
               ip4   999.2.3.4
  id           999.2.3.4; no address: 999 is more than 255; no ban could be of
               it
`,
  ],
  [
    'how far the nearest came, and what the prefilter misses',
    'door',
    '2026-11-22 20:00:00 opened door back by 192.0.2.1 at noon',
    `line 1  is no failure
  2026-11-22 20:00:00 opened door back by 192.0.2.1 at noon
  ^^^^^^^^^^^^^^^^^^^
  date         2026-11-22T20:00:00Z (1795377600), by the template
               {^LN-BEG}ExYear(?P<_sep>[-/.])Month(?P=_sep)Day(?:T|  ?)24hour:Mi
               nute:Second(?:[.,]Microseconds)?(?:\\s*Zone offset)?
  failregex    2 of 4 came this far:
               ^ (?:broken|opened) door <F-DOOR>\\S+</F-DOOR> by <HOST> at night$
                                                                           ^
                opened door back by 192.0.2.1 at noon
                                                  ^
  prefilter    none of them is even asked, since the line holds nothing such as
               "knock of", "at night" or "stolen key of"
`,
  ],
  [
    'which ignoreregex overruled it',
    'door',
    'opened door back by 192.0.2.9 at night',
    `line 1  is ignored
  opened door back by 192.0.2.9 at night
  date         none was found: it counts as happening now
  ignoreregex  1 of 1 matched
               by 192\\.0\\.2\\.9 at
               opened door back by 192.0.2.9 at night
                                ^^^^^^^^^^^^^^^
`,
  ],
  [
    'that the prefregex did not match, and how far it came',
    'gate',
    'gate[x]: shut to 192.0.2.1',
    `line 1  is no failure
  gate[x]: shut to 192.0.2.1
  date         none was found: it counts as happening now
  prefregex    did not match, so no failregex was asked; it came this far:
               ^ gate\\[\\d+\\]: <F-CONTENT>.+</F-CONTENT>$
                ^
               gate[x]: shut to 192.0.2.1
               ^
`,
  ],
]

for (const [sentence, filter, line, screen] of rows) {
  test(`it shows ${sentence}`, async () => {
    const words = ['match', filter, line, '--explain', '--config', folder, '--tz', 'UTC']
    const { out } = await typed(words, { columns: 80 })
    assert.equal(out.slice(0, out.indexOf('\n\n') + 1), screen)
    for (const row of out.split('\n')) assert.ok(row.length <= 80, row)
  })
}
