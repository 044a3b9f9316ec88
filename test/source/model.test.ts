/**
 * Random deeds of a writer and a rotator against a model. What a follower hands on must be what was written, in each
 * file's order, nothing twice; and nothing is missing but what was truncated away before it could be read.
 */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { test } from 'node:test'
import { generator } from './generator.ts'
import { type Followed, inPlace, type Place } from './place.ts'

const RUNS = 150
const DEEDS = 60

for (const saved of [false, true]) {
  const how = saved ? 'and the reader starts anew from saved positions' : 'and the reader stays'
  test(`${RUNS} random lives of a log, ${how}: nothing twice, nothing lost that could be read`, () =>
    inPlace((place) => {
      const before = readdirSync('/proc/self/fd').length
      for (let seed = 1; seed <= RUNS; seed++) live(place, seed, saved)
      assert.ok(readdirSync('/proc/self/fd').length < before + 10, 'files are left open')
    }))
}

function live(place: Place, seed: number, saved: boolean): void {
  const { log, time } = place
  for (let n = 0; n < 9; n++) rmSync(n === 0 ? log : `${log}.${n}`, { force: true })
  const random = generator(seed)
  const written: string[] = []
  /** Not read when their bytes were cut off: they may be missing. */
  const lost = new Set<string>()
  /** Bytes that are in the log itself and were not looked at yet. */
  let fresh: string[] = []
  let handed: string[] = []
  let count = 0
  let half = ''
  /** A log is rotated in one way: no order is known between copies and renamed files. */
  const renames = seed % 2 === 0
  let reader: Followed = place.follow()
  appendFileSync(log, '')
  reader.lines()
  /** The file that was open last is deleted, or was given up: what is rotated away now before a look has no known neighbour. */
  let broken = false
  /** Nobody has looked since the log's present file was made. */
  let unopened = false
  const look = () => {
    handed = handed.concat(reader.lines())
    fresh = []
    if (existsSync(log)) [broken, unopened] = [false, false]
  }
  const deeds: readonly (readonly [number, () => void])[] = [
    [
      10,
      () => {
        for (let n = 1 + random(20); n > 0; n--) {
          const text = `${half}${++count} ${'x'.repeat(random(120))}`
          appendFileSync(log, `${text.slice(half.length)}\n`)
          half = ''
          written.push(text)
          fresh.push(text)
        }
      },
    ],
    [
      2,
      () => {
        if (half !== '') return
        half = `${++count} half `
        appendFileSync(log, half)
      },
    ],
    [8, look],
    [
      renames ? 2 : 0,
      () => {
        if (half !== '') return // A writer ends its line before it opens a new file.
        for (const n of [7, 6, 5, 4, 3, 2, 1])
          if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
        const writer = openSync(log, 'a')
        renameSync(log, `${log}.1`)
        for (let n = random(3); n > 0; n--) {
          const text = `${++count} late`
          writeSync(writer, `${text}\n`)
          written.push(text)
          fresh.push(text)
        }
        closeSync(writer)
        if (broken) for (const text of fresh) lost.add(text)
        if (random(2) === 0) look()
        closeSync(openSync(log, 'a'))
        unopened = true
        fresh = []
      },
    ],
    [
      renames ? 0 : 2,
      () => {
        if (half !== '' || !existsSync(log)) return
        for (const n of [7, 6, 5, 4, 3, 2, 1])
          if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
        copyFileSync(log, `${log}.1`)
        // Without enough behind it a copy cannot be told from another file.
        for (const text of fresh) lost.add(text)
        truncateSync(log)
        fresh = []
      },
    ],
    [
      1,
      () => {
        if (half !== '' || !existsSync(log)) return
        for (const text of fresh) lost.add(text)
        truncateSync(log)
        fresh = []
      },
    ],
    [
      1,
      () => {
        if (half !== '' || !existsSync(log)) return
        // A file that was never open, or is open in nobody's hands, takes its lines along.
        if (saved || unopened) for (const text of fresh) lost.add(text)
        rmSync(log)
        look()
        fresh = []
        broken = true
        unopened = true
      },
    ],
    [2, () => time.advance(random(4000))],
    [
      saved ? 3 : 0,
      () => {
        const position = reader.follower.position()
        reader.follower.close()
        reader = place.follow(position ?? 'begin')
      },
    ],
  ]
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0)
  for (let n = 0; n < DEEDS; n++) {
    let pick = random(total)
    deeds.find(([weight]) => {
      pick -= weight
      return pick < 0
    })![1]()
  }
  // What came and went between two looks is looked for when the path names a file.
  appendFileSync(log, '')
  look()
  look()
  reader.follower.close()
  assert.equal(new Set(handed).size, handed.length, `seed ${seed}: a line came twice: ${twice(handed)}`)
  const known = new Set(written)
  assert.deepEqual(handed.filter((text) => !known.has(text)).slice(0, 3), [], `seed ${seed}: lines nobody wrote`)
  const got = new Set(handed)
  const missing = written.filter((text) => !got.has(text) && !lost.has(text)).map((text) => text.slice(0, 12))
  assert.deepEqual(missing, [], `seed ${seed}: lines are missing`)
}

function twice(lines: readonly string[]): string | undefined {
  return lines.find((text, i) => lines.indexOf(text) !== i)?.slice(0, 20)
}
