import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backlog } from '../../src/store/backlog.ts'
import type { Deed } from '../../src/store/deed.ts'
import { ban, NOON } from './folder.ts'

const needed: Deed = { bans: [ban('192.0.2.1')] }
const event = { seq: 1, time: NOON, kind: 'x', body: '{}' }
const mixed: Deed = { ...needed, events: [event, event] }

/** Deeds added to a backlog for three rows; the outcomes that are known then, and the rows that wait. */
const rows: readonly (readonly [string, readonly Deed[], readonly string[], number, number])[] = [
  ['what fits waits', [mixed], ['-'], 3, 0],
  ['statistics go first, and their deeds stay', [mixed, needed], ['-', '-'], 2, 2],
  ['then the oldest deeds', [needed, needed, needed, needed], ['lost', '-', '-', '-'], 3, 1],
  ['a deed larger than all is taken alone', [{ bans: Array(9).fill(ban('192.0.2.1')) }], ['-'], 9, 0],
  ['the newest stays', [needed, { bans: Array(9).fill(ban('192.0.2.1')) }], ['lost', '-'], 9, 1],
]

for (const [name, deeds, outcomes, waiting, lost] of rows) {
  test(`in a full backlog ${name}`, async () => {
    const backlog = new Backlog(3)
    const known = deeds.map(() => '-')
    deeds.forEach((deed, i) => {
      backlog.add(deed).then((outcome) => {
        known[i] = outcome
      })
    })
    await undefined
    assert.deepEqual([known, backlog.rows, backlog.lostRows], [outcomes, waiting, lost])
  })
}

test('what is put back goes before what came meanwhile', () => {
  const backlog = new Backlog(100)
  const deeds = [1, 2, 3].map((count): Deed => ({ bans: [ban('192.0.2.1', { count })] }))
  for (const deed of deeds) backlog.add(deed)
  const taken = backlog.take(2)
  assert.equal(taken.length, 2)
  assert.equal(backlog.rows, 1)
  backlog.putBack(taken)
  assert.deepEqual(
    backlog.take(100).map(({ deed }) => deed),
    deeds,
  )
  assert.equal(backlog.isEmpty, true)
})
