/** Columns over time: every count is drawn once, at its moment, and the words below them have room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stack } from '../../src/chart/stack.ts'
import { svg } from '../../src/chart/svg.ts'
import { type Times, timeChart } from '../../src/chart/time-chart.ts'
import { collisions, plain, texts } from './drawn.ts'
import { HOSTILE } from './hostile.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** The night in which Paris puts its clocks back. */
const AUTUMN = Date.UTC(2026, 9, 24, 22)

function times(count: number, bucketMs: number, jails: readonly string[], zone = 'Europe/Paris'): Times {
  const starts = Array.from({ length: count }, (_, i) => AUTUMN + i * bucketMs)
  const counts = (jail: number) => starts.map((_, i) => ((i * 7 + jail * 3) % 11) * (jails.length - jail))
  return {
    title: 'Bans over time',
    bucketMs,
    starts,
    jails: jails.map((jail, i) => ({ jail, counts: counts(i) })),
    zone,
    unit: 'bans',
  }
}

const JAILS = ['sshd', 'nginx-4xx', 'recidive', 'postfix', 'dovecot', 'nginx-auth', 'vsftpd', 'named']

const CASES: readonly (readonly [name: string, times: Times])[] = [
  ['two hours by the minute', times(120, MINUTE, JAILS)],
  ['two days by the hour', times(48, HOUR, JAILS)],
  ['sixty days', times(60, DAY, JAILS)],
  ['ten years of days', times(3650, DAY, JAILS)],
  ['one column', times(1, HOUR, JAILS)],
  ['no jail', times(24, HOUR, [])],
  ['no column', times(0, HOUR, ['sshd'])],
  ['hostile jails', times(48, HOUR, HOSTILE)],
  ['nothing but a gap', { ...times(24, HOUR, []), gaps: [{ from: AUTUMN - DAY, to: AUTUMN + 9 * DAY }] }],
]

for (const [name, given] of CASES) {
  for (const width of [320, 860, 1600]) {
    test(`${name}, ${width} wide: no label leaves the picture or meets another`, () => {
      const drawn = svg(timeChart(given, width))
      assert.deepEqual(collisions(drawn), [])
      assert.doesNotMatch(drawn, /NaN|undefined|Infinity/)
    })
  }
}

test('the six largest jails are kept and the rest is one, and no count is lost', () => {
  const given = times(48, HOUR, JAILS)
  const { layers, sums } = stack(given, 720)
  assert.deepEqual(
    layers.map(({ name }) => name),
    [...JAILS.slice(0, 6), '2 others'],
  )
  const total = given.jails.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
  assert.equal(
    sums.reduce((sum, count) => sum + count, 0),
    total,
  )
})

test('three thousand stretches become 600 columns, and no count is lost', () => {
  const given = times(3000, HOUR, JAILS)
  const { starts, sums } = stack(given, 720)
  assert.equal(starts.length, 600)
  const total = given.jails.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
  assert.equal(
    sums.reduce((sum, count) => sum + count, 0),
    total,
  )
})

test('the hour that comes twice has a column for each, and midnight stays the mark of a day', () => {
  const drawn = svg(timeChart(times(96, HOUR, ['sshd'])))
  const titles = [...drawn.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => plain(title!))
  assert.equal(titles.filter((title) => title.startsWith('25 Oct 2026 02:00')).length, 2)
  const axis = texts(drawn).filter(({ className }) => className === 'rc-soft rc-small rc-middle')
  const words = axis.map(({ text }) => text)
  for (const day of ['25 Oct', '26 Oct', '27 Oct', '28 Oct']) assert.ok(words.includes(day), day)
})

test('a gap is hatched, told, and in the legend', () => {
  const gap = { from: AUTUMN + 5 * HOUR, to: AUTUMN + 9 * HOUR }
  const drawn = svg(timeChart({ ...times(48, HOUR, ['sshd']), gaps: [gap] }))
  assert.match(drawn, /not counted: 25 Oct 2026 02:00 to 25 Oct 2026 06:00|not counted: 25 Oct 2026 04:00 to/)
  assert.equal(drawn.match(/class="rc-hatch"/g)?.length, 2)
})
