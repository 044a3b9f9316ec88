/** What the core learns of logs that brought no failure. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LateMarks, lateMarks } from '../../../src/engine/reader/late-marks.ts'

const mark = (passed: number) => ({ passed })
const ROWS: readonly (readonly [sentence: string, act: (late: LateMarks) => void, told: readonly string[]])[] = [
  [
    'the last mark of each log, with all lines since it was told',
    (late) => {
      late.add('a', mark(1), 10)
      late.add('b', mark(5), 1)
      late.add('a', mark(2), 20)
    },
    ['b 5 1', 'a 2 30'],
  ],
  [
    'not what a batch has told',
    (late) => {
      late.add('a', mark(1), 10)
      assert.equal(late.take('a'), 10)
    },
    [],
  ],
  ['where a file is read from, before a line of it was', (late) => late.adopt('a', mark(0)), ['a 0 0']],
  [
    'that not while a chunk is looked at',
    (late) => {
      late.look(true)
      late.adopt('a', mark(7))
    },
    [],
  ],
  [
    'but after it, and no line is forgotten',
    (late) => {
      late.look(true)
      late.adopt('a', mark(7))
      late.add('a', mark(6), 3)
      late.look(false)
    },
    ['a 7 3'],
  ],
]

for (const [sentence, act, told] of ROWS) {
  test(sentence, async () => {
    const batches: string[] = []
    const late = lateMarks(async ({ log, mark, lines }) => {
      batches.push(`${log} ${mark && 'passed' in mark ? mark.passed : ''} ${lines}`)
    })
    act(late)
    await late.sayAll()
    assert.deepEqual(batches, told)
  })
}
