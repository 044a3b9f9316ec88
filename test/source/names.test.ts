/**
 * Random deeds on the files of a pattern: written, renamed among its names, out of them and back, deleted, linked, while
 * the reader looks now and then, or starts anew. Every line comes once; missing may be only what nobody could have read.
 */
import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Mark } from '../../src/source/position.ts'
import { Source } from '../../src/source/source.ts'
import { generator } from './generator.ts'
import { BUFFER, inPlace, type Place } from './place.ts'

const RUNS = 100
const DEEDS = 80

for (const restarts of [false, true]) {
  const how = restarts ? 'and the reader starts anew from what it told' : 'and the reader stays'
  test(`${RUNS} random lives of the files of a pattern, ${how}: nothing twice, nothing lost that could be read`, () =>
    inPlace((place) => {
      for (let seed = 1; seed <= RUNS; seed++) live(place, seed, restarts)
    }))
}

interface File {
  /** undefined: deleted. */
  name: string | undefined
  /** A reader has it open, or had and it is still within its grace. */
  isKnown: boolean
  /** A reader had it open, but may have given it up since. */
  wasKnown: boolean
  /** Written since the last look. */
  fresh: string[]
}

function live({ folder, hands, time }: Place, seed: number, restarts: boolean): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  const random = generator(seed)
  const marks = new Map<string, Mark>()
  const handed: string[] = []
  const written: string[] = []
  const lost = new Set<string>()
  const files: File[] = []
  let count = 0
  let names = 0
  const start = () => {
    const source = new Source(hands, {
      onState: (log, state) => void (state.kind === 'reading' && state.mark && marks.set(log, state.mark)),
      position: (log) => marks.get(log),
      left: marks,
    })
    source.want([{ kind: 'file', pattern: join(folder, 'a*.log'), start: 'begin' }])
    return source
  }
  let source = start()
  const isIn = ({ name }: File) => name !== undefined && /^a.*\.log$/.test(name)
  const isOut = (file: File) => file.name?.startsWith('out') ?? false
  const look = () => {
    time.advance(1000)
    for (let chunk = source.take(BUFFER); chunk; chunk = source.take(BUFFER)) {
      for (const line of Buffer.from(chunk.bytes).toString('latin1').split('\n').slice(0, -1)) handed.push(line)
      marks.set(chunk.log, chunk.end)
    }
    for (const file of files) {
      if (isIn(file)) Object.assign(file, { isKnown: true, wasKnown: false })
      if (file.isKnown) file.fresh = []
    }
  }
  const any = (some: (file: File) => boolean): File | undefined => {
    const found = files.filter(some)
    return found[random(found.length)]
  }
  const fresh = () => `a${random(2) ? '.' : '-'}${++names}.log`
  const move = (file: File, name: string) => {
    renameSync(join(folder, file.name!), join(folder, name))
    file.name = name
  }
  /** Nobody finds what stands in it until it is back. */
  const lose = (file: File) => {
    if (!file.isKnown) for (const line of file.fresh) lost.add(line)
  }
  const deeds: readonly (readonly [weight: number, deed: () => void])[] = [
    [
      12,
      () => {
        const file = any(isIn)
        if (!file) return
        for (let n = 1 + random(5); n > 0; n--) {
          const line = `${++count} ${'x'.repeat(random(200))}`
          appendFileSync(join(folder, file.name!), `${line}\n`)
          written.push(line)
          file.fresh.push(line)
        }
      },
    ],
    [3, () => void (files.length < 8 && files.push(created(join(folder, fresh()))))],
    [4, () => of(any(isIn), (file) => move(file, fresh()))],
    [
      2,
      () => {
        // Each takes the next one's name, as rotations by number do.
        const those = files.filter(isIn)
        let name = fresh()
        for (const file of those) {
          const own = file.name!
          move(file, name)
          name = own
        }
      },
    ],
    [1, () => of(any(isIn), (file) => move(file, `out${++names}`))],
    [
      2,
      () =>
        of(any(isOut), (file) => {
          move(file, fresh())
          file.wasKnown ||= file.isKnown
          file.isKnown = false
        }),
    ],
    [
      1,
      () => {
        const file = any(isIn)
        if (!file) return
        lose(file)
        // What was read of it until now is told; its last lines only by who has it open.
        if (restarts) for (const line of file.fresh) lost.add(line)
        rmSync(join(folder, file.name!))
        file.name = undefined
      },
    ],
    [
      1,
      () => {
        const file = any(isIn)
        if (file) symlinkSync(file.name!, join(folder, `a-link${++names}.log`))
      },
    ],
    [7, look],
    [1, () => time.advance(random(15) * 1000)],
    [
      restarts ? 2 : 0,
      () => {
        source.close()
        for (const file of files) {
          const isFound = isIn(file) && (file.isKnown || !file.wasKnown)
          file.isKnown = isFound
          if (isFound) continue
          // By no name of the pattern it is not found, and nothing keeps for long where it was left.
          for (const line of file.fresh) lost.add(line)
          if (file.name !== undefined) rmSync(join(folder, file.name))
          file.name = undefined
        }
        source = start()
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
  // Each file gets a name at the end by which it can be read.
  for (const file of files.filter(isOut)) move(file, fresh())
  for (let n = 0; n < 15; n++) look()
  source.close()
  const twice = handed.find((line, index) => handed.indexOf(line) !== index)
  assert.equal(twice, undefined, `seed ${seed}: a line came twice`)
  const got = new Set(handed)
  const missing = written.filter((line) => !got.has(line) && !lost.has(line)).map((line) => line.slice(0, 8))
  assert.deepEqual(missing, [], `seed ${seed}: lines are missing`)
}

function of(file: File | undefined, act: (file: File) => void): void {
  if (file) act(file)
}

function created(path: string): File {
  appendFileSync(path, '')
  return { name: path.slice(path.lastIndexOf('/') + 1), isKnown: false, wasKnown: false, fresh: [] }
}
