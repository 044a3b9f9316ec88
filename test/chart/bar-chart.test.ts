/** Bars: the labels and numbers that were given, in their order, and none of them in another's way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bars, barChart } from '../../src/chart/bar-chart.ts'
import { svg } from '../../src/chart/svg.ts'
import { collisions, plain, texts } from './drawn.ts'
import { golden, goldenBars } from './golden.ts'
import { HOSTILE } from './hostile.ts'

for (const name of ['country', 'org', 'city']) {
  test(`the top 20 of ${name} holds exactly the labels and counts of the table, in order`, () => {
    const drawn = svg(barChart(goldenBars(name, 20)))
    const rows = golden(`${name}.top20`)
    const titles = [...drawn.matchAll(/class="rc-row"><title>([^<]*)<\/title>/g)].map(([, title]) => plain(title!))
    assert.deepEqual(
      titles
        .slice(0, 20)
        .map((title) => title.replace(/^(.*): ([\d\u202f]+) addresses, .*$/, '$2\t$1').replace('\u202f', '')),
      rows.map(({ count, label }) => `${count}\t${label}`),
    )
    const labels = texts(drawn).filter(({ className }) => className.includes('rc-label'))
    assert.equal(labels.length, 21)
    for (const [i, { label }] of rows.entries()) {
      const [head, tail] = labels[i]!.text.split('…')
      assert.ok(label.startsWith(head!) && label.endsWith(tail ?? ''), `${labels[i]!.text} of ${label}`)
      assert.ok(labels[i]!.text === label || label.length > 40, 'only long names are cut')
    }
  })
}

const CASES: readonly (readonly [name: string, bars: Bars])[] = [
  ['402 rows', goldenBars('city', 402)],
  ['one row', { title: 'One', unit: 'addresses', rows: [{ label: 'US', count: 1 }] }],
  ['no rows', { title: 'None', unit: 'addresses', rows: [] }],
  ['only a row apart', { title: 'None', unit: 'addresses', rows: [], apart: [{ label: 'unknown', count: 7 }] }],
  ['nothing but zeros', { title: 'Zeros', unit: 'addresses', rows: [{ label: 'US', count: 0 }] }],
  [
    'millions beside one',
    {
      title: 'Big',
      unit: 'failures',
      rows: [
        { label: 'a', count: 1e15 },
        { label: 'b', count: 1 },
      ],
    },
  ],
  [
    'hostile names',
    {
      title: HOSTILE.join(' '),
      subtitle: HOSTILE.join(' '),
      notes: HOSTILE,
      unit: 'addresses',
      rows: HOSTILE.map((label, i) => ({ label, count: 100 - i, note: HOSTILE[HOSTILE.length - 1 - i]! })),
    },
  ],
]

for (const [name, bars] of CASES) {
  for (const width of [320, 860, 1600]) {
    test(`${name}, ${width} wide: no label leaves the picture or meets another`, () => {
      const drawn = svg(barChart(bars, width))
      assert.deepEqual(collisions(drawn), [])
      for (const { count } of bars.rows.slice(0, 3)) assert.match(drawn, new RegExp(String(count)[0]!))
    })
  }
}

test('what labels stand for is written whole where there is room', () => {
  const rows = [
    { label: 'GB', note: 'United Kingdom', count: 3 },
    { label: 'WWW', note: 'Wide', count: 2 },
  ]
  const words = texts(svg(barChart({ title: 'Notes', unit: 'addresses', rows }, 600))).map(({ text }) => text)
  assert.ok(words.includes('United Kingdom'))
})
