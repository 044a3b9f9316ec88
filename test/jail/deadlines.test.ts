import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deadlines, deadlines } from '../../src/jail/deadlines.ts'

interface Named {
  readonly key: string
  readonly until: number
}

test('what ends comes out earliest first, each once, and none before its time', () => {
  const ends = deadlines<Named>()
  let seed = 3
  const random = (n: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 16) % n
  }
  const waiting = new Map<string, number>()
  for (let now = 0; now < 300; now++) {
    for (let i = random(8); i > 0; i--) {
      const key = `${now} ${i}`
      waiting.set(key, now + random(50))
      ends.add({ key, until: waiting.get(key)! })
    }
    const due = dueBy(ends, now)
    const times = due.map((key) => waiting.get(key)!)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.deepEqual(due.toSorted(), [...waiting].flatMap(([key, at]) => (at <= now ? [key] : [])).toSorted())
    for (const key of due) waiting.delete(key)
  }
  assert.deepEqual(dueBy(ends, 1000).length, waiting.size)
  assert.equal(ends.size, 0)
})

function dueBy(ends: Deadlines<Named>, now: number): string[] {
  const due: string[] = []
  for (let first = ends.first(); first && first.until <= now; first = ends.first()) {
    due.push(first.key)
    ends.take()
  }
  return due
}
