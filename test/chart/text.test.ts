/** Charts for a terminal: no line is longer than it, nothing steers it, and colours are written only where they are wanted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barText } from '../../src/chart/bar-text.ts'
import { heatText } from '../../src/chart/heat-text.ts'
import { cells, shown } from '../../src/chart/letters.ts'
import type { Page } from '../../src/chart/page.ts'
import { timeText } from '../../src/chart/time-text.ts'
import { worldText } from '../../src/chart/world-text.ts'
import { golden, goldenBars } from './golden.ts'
import { HOSTILE } from './hostile.ts'

const HOUR = 3_600_000
const heading = { title: HOSTILE.join(' '), subtitle: HOSTILE.join(' '), notes: HOSTILE }
const starts = Array.from({ length: 168 }, (_, i) => Date.UTC(2026, 9, 24, 22) + i * HOUR)
const jails = HOSTILE.map((jail, j) => ({ jail, counts: starts.map((_, i) => ((i * 7 + j) % 11) * 1000) }))
const times = { ...heading, bucketMs: HOUR, starts, jails, zone: 'Europe/Paris', unit: 'bans' }
const means = Array.from({ length: 6 }, (_, day) => Array.from({ length: 24 }, (_, hour) => day * hour * 12.3))
const countries = new Map(golden('country').map(({ label, count }) => [label, count]))
const names = new Map([...countries.keys()].map((code, i) => [code, HOSTILE[i % HOSTILE.length]!]))

const CHARTS: readonly (readonly [name: string, write: (page: Page) => string])[] = [
  ['20 cities', (page) => barText(goldenBars('city', 20), page)],
  ['402 cities', (page) => barText(goldenBars('city', 402), page)],
  ['no bars', (page) => barText({ ...heading, unit: 'bans', rows: [] }, page)],
  ['one bar', (page) => barText({ title: 'One', unit: 'bans', rows: [{ label: 'US', count: 1 }] }, page)],
  [
    'hostile bars',
    (page) =>
      barText(
        {
          ...heading,
          unit: 'bans',
          rows: HOSTILE.map((label, i) => ({ label, count: 10 ** i, share: 0.1, note: label })),
        },
        page,
      ),
  ],
  ['a week', (page) => timeText(times, page)],
  ['one column', (page) => timeText({ ...times, starts: starts.slice(0, 1) }, page)],
  ['no column', (page) => timeText({ ...times, starts: [], jails: [] }, page)],
  ['nothing but a gap', (page) => timeText({ ...times, jails: [], gaps: [{ from: 0, to: 9e12 }] }, page)],
  ['hours of the week', (page) => heatText({ ...heading, means, zone: 'UTC', unit: 'bans' }, page)],
  ['no hour', (page) => heatText({ ...heading, means: [], zone: 'UTC', unit: 'bans' }, page)],
  ['the world', (page) => worldText({ ...heading, counts: countries, names, unit: 'addresses', unknown: 5 }, page)],
  [
    'hostile countries',
    (page) => worldText({ ...heading, counts: new Map(HOSTILE.map((code, i) => [code, i])), unit: 'addresses' }, page),
  ],
  ['no country', (page) => worldText({ ...heading, counts: new Map(), unit: 'addresses' }, page)],
]

for (const [name, write] of CHARTS) {
  for (const columns of [60, 80, 100, 200]) {
    test(`${name} in ${columns} columns: no line is longer, no letter steers the terminal`, () => {
      const text = write({ columns, colour: false })
      assert.ok(text.endsWith('\n'))
      for (const line of text.slice(0, -1).split('\n')) {
        assert.equal(shown(line), line)
        assert.ok(cells(line) <= columns, `${cells(line)}: ${line}`)
        assert.doesNotMatch(line, /undefined|NaN|\s$/)
      }
    })
  }

  test(`${name} in colour: without its escape sequences it is the same text`, () => {
    const coloured = write({ columns: 80, colour: true })
    assert.equal(coloured.replace(/\x1b\[(?:1|2|33|36|0)m/g, ''), write({ columns: 80, colour: false }))
  })
}

test('the top 20 of each table has its labels and counts, in order', () => {
  for (const name of ['country', 'org', 'city']) {
    const lines = barText(goldenBars(name, 20), { columns: 200, colour: false }).split('\n').slice(3, 23)
    const rows = golden(`${name}.top20`)
    for (const [i, { label, count }] of rows.entries())
      assert.match(lines[i]!, new RegExp(`^${RegExp.escape(label)} +${count} `))
  }
})

test('on the map of a terminal Hong Kong, Singapore, Guam and Cabo Verde change what is drawn', () => {
  const page = { columns: 100, colour: false }
  const drawn = (codes: readonly string[]) =>
    worldText({ title: 'Map', counts: new Map(codes.map((code) => [code, 1])), unit: 'addresses' }, page)
      .split('\n')
      .slice(0, 24)
      .join('\n')
  const without = drawn(['FR'])
  for (const code of ['HK', 'SG', 'GU', 'CV']) assert.notEqual(drawn(['FR', code]), without, code)
})
