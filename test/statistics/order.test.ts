/** The order of rows: the article's own tables come back from any order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder } from '../../src/statistics/order.ts'
import { golden } from '../chart/golden.ts'
import { shuffled } from './shuffled.ts'

for (const [name, rows] of [
  ['country', 65],
  ['org', 316],
  ['city', 402],
] as const) {
  test(`${rows} rows of the article by ${name}, shuffled, come back in its order`, () => {
    const wanted = golden(name)
    assert.equal(wanted.length, rows)
    for (const seed of [1, 2, 3]) assert.deepEqual(inOrder(shuffled(wanted, seed)), wanted)
  })
}

const ROWS: readonly (readonly [why: string, first: string, second: string])[] = [
  ['of equal counts the later name stands first', 'TR', 'TH'],
  ['numbers in names are text', 'AS9829 B', 'AS63949 A'],
  ['an accent is no difference but the last', 'Düsseldorf', 'Dusseldorg'.slice(0, -1)],
  ['capitals are no difference', 'b', 'A'],
  ['what is not of Latin-1 stands above every letter', 'Xi’an', 'Xiz'],
  ['a letter of its own, without one below it', 'Østby', 'Nyby'],
]
for (const [why, first, second] of ROWS) {
  test(why, () => {
    const rows = [first, second].map((label) => ({ label, count: 1 }))
    assert.deepEqual(inOrder(rows.toReversed()), inOrder(rows))
    assert.deepEqual(inOrder(rows), rows)
  })
}
