/** Lines that cannot match are left out, and the verdicts are those of looking at all lines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineMatcher, type MatchedLine } from '../../src/cli/rampart/match/line-matcher.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { settingsOf } from '../filter/settings.ts'

const NOW = Date.UTC(2026, 10, 22, 20)

/** What is told of those that count. */
function verdicts(
  settings: FilterSettings,
  chunks: readonly string[],
  skips: boolean,
): { told: unknown[]; shown: number } {
  const matcher = lineMatcher(settings, { now: () => NOW, today: NOW, local: 'UTC', skips })
  const shown: MatchedLine[] = []
  let count = 0
  for (const chunk of chunks) {
    const part = matcher.match({ bytes: Buffer.from(chunk), cut: false })
    shown.push(...part.shown)
    count += part.count
  }
  assert.equal(count, chunks.join('').split('\n').length - 1)
  const told = shown.map((line) => line.told).filter((one) => one.matched || one.ignored || one.regex !== null)
  return { told, shown: shown.length }
}

function log(lines: number, line: (n: number) => string): readonly string[] {
  const all = Array.from({ length: lines }, (_, n) => `${line(n)}\n`)
  const chunks: string[] = []
  for (let at = 0; at < all.length; at += 1000) chunks.push(all.slice(at, at + 1000).join(''))
  return chunks
}

const stamp = (n: number) => new Date(NOW - 9_000_000 + n * 250).toISOString().slice(0, 19).replace('T', ' ')
const other = (n: number) => `22/Nov/2026:${stamp(n).slice(11)} +0000`
const FILTER = settingsOf(['^(?:\\[\\])? attack of <HOST>(?: \\[.*\\])?$', '^ other attack of <HOST>$'], {
  ignoreregex: ['192\\.0\\.2\\.9'],
})

const rows: readonly [sentence: string, skips: boolean, settings: FilterSettings, line: (n: number) => string][] = [
  ['dates of one form', true, FILTER, (n) => `${stamp(n)} ${n % 50 === 7 ? `attack of 192.0.2.${n % 10}` : 'a visit'}`],
  [
    'some lines without a date',
    true,
    FILTER,
    (n) => (n % 3 === 0 ? 'at Main.java' : `${stamp(n)} ${n % 50 === 7 ? 'attack of 192.0.2.1' : 'a visit'}`),
  ],
  [
    'dates of two forms from the start: then none is left out',
    false,
    FILTER,
    (n) => `${n % 2 === 0 ? stamp(n) : `[${other(n)}]`} ${n % 50 === 7 ? 'attack of 192.0.2.1' : 'a visit'}`,
  ],
  [
    'a second form later on',
    true,
    FILTER,
    (n) => `${n < 5000 ? stamp(n) : `[${other(n)}]`} ${n % 50 === 7 ? 'attack of 192.0.2.1' : 'a visit'}`,
  ],
  [
    'a date in the attack as well',
    true,
    FILTER,
    (n) => `${stamp(n)} ${n % 50 === 7 ? `attack of 192.0.2.1 [${other(n)}]` : 'a visit'}`,
  ],
  [
    'an expression without a literal: then none is left out',
    false,
    settingsOf(['^ \\w+ of <HOST>$', '^ <HOST>$']),
    (n) => `${stamp(n)} ${n % 50 === 7 ? 'attack of 192.0.2.1' : 'a visit'}`,
  ],
  [
    'ignoreregex that are asked first: then none is left out',
    false,
    settingsOf(['^ attack of <HOST>$', '^ b <HOST>$', '^ c <HOST>$', '^ d <HOST>$'], { ignoreregex: ['a visit of x'] }),
    (n) => `${stamp(n)} ${n % 50 === 7 ? 'attack of 192.0.2.1' : n % 50 === 8 ? 'a visit of x' : 'a visit'}`,
  ],
]

for (const [sentence, skips, settings, line] of rows) {
  test(`the same with ${sentence}`, () => {
    const chunks = log(20_000, line)
    const all = verdicts(settings, chunks, false)
    const fast = verdicts(settings, chunks, true)
    assert.deepEqual(fast.told, all.told)
    assert.ok(all.told.length >= 100)
    assert.equal(fast.shown < all.shown, skips)
  })
}
