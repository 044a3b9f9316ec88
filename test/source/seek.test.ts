/** Of a big log what is too old to count is not read: where the rest begins, and how little is read to find it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Follower } from '../../src/source/follow.ts'
import { firstNew } from '../../src/source/seek.ts'
import { BUFFER, inPlace } from './place.ts'

const CUT = 1_000_000
/** Lines that begin with a number are dated. */
const isOld = (line: Uint8Array): boolean | undefined => {
  const number = /^\d+/.exec(Buffer.from(line.subarray(0, 20)).toString('latin1'))?.[0]
  return number === undefined ? undefined : Number(number) < CUT
}
const filler = 'x'.repeat(90)
const dated = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${String(from + i).padStart(8, '0')} ${filler}\n`).join('')
const undated = (count: number) => `${filler}\n`.repeat(count)

const LOGS: readonly (readonly [name: string, log: string])[] = [
  ['all of it is new', dated(CUT, 200_000)],
  ['all of it is old', dated(0, 200_000)],
  ['the last tenth is new', dated(CUT - 180_000, 200_000)],
  ['the first tenth alone is old', dated(CUT - 20_000, 200_000)],
  [
    'records of many lines, of which the first is dated',
    Array.from({ length: 4000 }, (_, i) => dated(CUT - 2000 + i, 1) + undated(30)).join(''),
  ],
  ['no line is dated', undated(200_000)],
  [
    'a megabyte without a date in the middle',
    dated(CUT - 100_000, 60_000) + undated(20_000) + dated(CUT - 40_000, 80_000),
  ],
  [
    'lines of a megabyte between',
    Array.from({ length: 40 }, (_, i) => `${dated(CUT - 20 + i, 1)}${'y'.repeat(1_000_000)}\n`).join(''),
  ],
  ['one line without an end', 'y'.repeat(20_000_000)],
  ['smaller than a search is worth', dated(0, 1000)],
]

for (const [name, log] of LOGS) {
  test(`${name}: no new line is left out, and the old ones by a few reads`, () => {
    const bytes = Buffer.from(log)
    let reads = 0
    const read = (into: Uint8Array, offset = 0) => {
      reads++
      return bytes.copy(into, 0, offset)
    }
    const found = firstNew({ read }, 0, bytes.length, isOld)
    const newest = bytes.subarray(0, found)
    for (let at = 0; at < newest.length; at = newest.indexOf(10, at) + 1)
      assert.notEqual(isOld(newest.subarray(at)), false, `${at} is new, ${found} was found`)
    assert.ok(found === 0 || bytes[found - 1] === 10, 'a line begins there')
    assert.ok(reads < 200, `${reads} reads`)
    if (/^(?:all of it is old|the last tenth|the first tenth|records)/.test(name)) {
      const first = bytes.toString('latin1').search(new RegExp(`^0*${CUT}`, 'm'))
      assert.ok((first < 0 ? bytes.length : first) - found <= 1024 * 1024, `${found} of ${first}`)
    }
  })
}

test('a follower reads on from there, and its position is as if it had read all', () =>
  inPlace(({ log, hands, follow }) => {
    writeFileSync(log, dated(CUT - 180_000, 200_000))
    const lines = (follower: Follower) => {
      let count = 0
      follower.look()
      for (;;) {
        const chunk = follower.read(BUFFER)
        if (chunk) for (const byte of chunk.bytes) count += byte === 10 ? 1 : 0
        else if (!follower.busy) return count
      }
    }
    const first = new Follower(hands, log, { start: 'begin', onState: () => {}, isOld })
    const count = lines(first)
    assert.ok(count >= 20_000 && count < 32_000, `${count}`)
    const again = follow(first.position())
    assert.deepEqual(again.lines(), [])
    // What a rotation brings is new, whatever it says.
    writeFileSync(`${log}.new`, dated(0, 30_000))
    hands.files.rename(`${log}.new`, log)
    assert.equal(lines(first), 30_000)
    first.close()
    again.follower.close()
  }))
