/** Hours of the week: each cell says its number, in a shade that lets it be read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundAmount, shortAmount } from '../../src/chart/amount.ts'
import { type Heat, heatMap } from '../../src/chart/heat-map.ts'
import { svg } from '../../src/chart/svg.ts'
import { collisions, texts } from './drawn.ts'

function heat(mean: (day: number, hour: number) => number | undefined): Heat {
  const means = Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => mean(day, hour)))
  return { title: 'Bans by hour and weekday', zone: 'Europe/Paris', unit: 'bans', means }
}

const CASES: readonly (readonly [name: string, heat: Heat])[] = [
  ['a week', heat((day, hour) => day * hour * 0.37)],
  ['millions', heat((day, hour) => (day * 24 + hour) ** 4)],
  ['zeros', heat(() => 0)],
  ['half a day', heat((day, hour) => (day === 0 && hour < 12 ? hour : undefined))],
  ['nothing', { ...heat(() => 0), means: [] }],
]

for (const [name, given] of CASES) {
  for (const width of [320, 860, 1600]) {
    test(`${name}, ${width} wide: every number has its room`, () => {
      const drawn = svg(heatMap(given, width))
      assert.deepEqual(collisions(drawn), [])
      assert.doesNotMatch(drawn, /NaN|Infinity/)
      const written = texts(drawn).filter(({ className }) => /rc-t\d|rc-middle rc-soft/.test(className))
      const counted = given.means.flat().filter((mean) => mean !== undefined)
      assert.deepEqual(
        written.map(({ text }) => text),
        counted.map(shortAmount),
      )
    })
  }
}

const AMOUNTS: readonly (readonly [number, string])[] = [
  [0, '0'],
  [0.01, '<.1'],
  [0.4, '0.4'],
  [7, '7'],
  [9.96, '10'],
  [999.4, '999'],
  [999.6, '1k'],
  [1234, '1.2k'],
  [35_200, '35k'],
  [999_999, '1M'],
  [1.2e9, '1.2G'],
  [1e15, '>1T'],
]

for (const [value, text] of AMOUNTS) test(`${value} is written ${text}`, () => assert.equal(shortAmount(value), text))

/** The highest mean, steps, and how their ends are written. */
const SCALES: readonly (readonly [number, number, string])[] = [
  [0.5, 6, '0.08 0.17 0.25 0.33 0.42 0.5'],
  [0.02, 4, '0.005 0.01 0.015 0.02'],
  [1, 6, '0.2 0.3 0.5 0.7 0.8 1'],
  [20, 6, '3.3 6.7 10 13 17 20'],
  [0, 1, '0'],
]

for (const [most, steps, ends] of SCALES)
  test(`a scale to ${most} in ${steps} steps tells each from the next`, () => {
    const bounds = Array.from({ length: steps }, (_, i) => boundAmount((most * (i + 1)) / steps, most / steps))
    assert.equal(bounds.join(' '), ends)
  })
