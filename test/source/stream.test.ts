/** Logs that are read once: what gzip packed, and standard input. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Mark } from '../../src/source/position.ts'
import { Source, type SourceOptions, type Wanted } from '../../src/source/source.ts'
import { realWorld } from '../../src/world/real.ts'
import { inPlace, printState } from './place.ts'

interface Reading {
  readonly source: Source
  readonly states: string[]
  readonly lines: string[]
  readonly marks: Map<string, Mark>
  until(seen: () => boolean): Promise<void>
}

const buffer = new Uint8Array(1024 * 1024)

async function reading(
  wanted: readonly Wanted[],
  act: (it: Reading) => Promise<void>,
  options: Partial<SourceOptions> & { readonly most?: number } = {},
): Promise<void> {
  const states: string[] = []
  const lines: string[] = []
  const marks = new Map<string, Mark>()
  const onState: SourceOptions['onState'] = (log, state) =>
    void states.push(`${log.slice(log.lastIndexOf('/') + 1)} ${printState(state)}`)
  const source = new Source(realWorld(), { onState, ...options })
  const alive = setInterval(() => {}, 1000)
  const collect = async () => {
    for (let chunk = await source.next(buffer); chunk; chunk = await source.next(buffer)) {
      for (const line of Buffer.from(chunk.bytes).toString('latin1').split('\n').slice(0, -1)) lines.push(line)
      marks.set(chunk.log, chunk.end)
      if (lines.length >= (options.most ?? Number.POSITIVE_INFINITY)) return
    }
  }
  const until = async (seen: () => boolean) => {
    for (let i = 0; i < 1000 && !seen(); i++) await pause(10)
    if (!seen()) assert.fail(`it does not come: ${states.join()} ${lines.slice(0, 5).join()} ${lines.length}`)
  }
  try {
    source.want(wanted)
    void collect()
    await act({ source, states, lines, marks, until })
  } finally {
    source.close()
    clearInterval(alive)
  }
}

const packed = (pattern: string): Wanted => ({ kind: 'packed', pattern })
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i} ${'x'.repeat(90)}`)
const pack = (lines: readonly string[]) => gzipSync(`${lines.join('\n')}\n`, { level: 1 })

test('packed logs are read once each, whole, the oldest first', () =>
  inPlace(({ folder }) => {
    for (const [name, from, age] of [
      ['a.log.2.gz', 0, 200],
      ['a.log.10.gz', 50_000, 100],
      ['a.log.3.gz', 100_000, 50],
    ] as const) {
      writeFileSync(join(folder, name), pack(numbered(from, 50_000)))
      utimesSync(join(folder, name), Date.now() / 1000 - age, Date.now() / 1000 - age)
    }
    return reading([packed(join(folder, 'a.log.*.gz'))], async ({ until, lines, states }) => {
      await until(() => states.length === 6)
      assert.deepEqual(states, [
        'a.log.2.gz reading',
        'a.log.2.gz ended',
        'a.log.10.gz reading',
        'a.log.10.gz ended',
        'a.log.3.gz reading',
        'a.log.3.gz ended',
      ])
      assert.deepEqual(lines, numbered(0, 150_000))
      await pause(1200)
      assert.equal(lines.length, 150_000)
    })
  }))

test('a packed log is gone on with behind what was dealt with, and is not read again when all was', () =>
  inPlace(async ({ folder }) => {
    const path = join(folder, 'a.log.gz')
    writeFileSync(path, pack(numbered(0, 100_000)))
    let mark: Mark | undefined
    let all: string[] = []
    for (const most of [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      await reading(
        [packed(path)],
        async ({ until, lines, states, marks }) => {
          await until(() => lines.length >= most || states.includes('a.log.gz ended'))
          mark = marks.get(path) ?? mark
          all = all.concat(lines)
        },
        { position: () => mark, most },
      )
    }
    assert.deepEqual(all, numbered(0, 100_000))
  }))

test('another file of the same name is read from its begin', () =>
  inPlace(({ folder }) => {
    const path = join(folder, 'a.log.gz')
    writeFileSync(path, pack(['one']))
    return reading([packed(path)], async ({ until, lines }) => {
      await until(() => lines.length === 1)
      writeFileSync(`${path}.new`, pack(['two', 'three']))
      execFileSync('mv', [`${path}.new`, path])
      await until(() => lines.length === 3)
      assert.deepEqual(lines, ['one', 'two', 'three'])
    })
  }))

test('of a packed log that is cut off what there is comes, and it is told', () =>
  inPlace(({ folder }) => {
    const path = join(folder, 'a.log.gz')
    const whole = pack(numbered(0, 20_000))
    writeFileSync(path, whole.subarray(0, whole.length / 2))
    writeFileSync(join(folder, 'b.log.gz'), pack(['next']))
    return reading([packed(join(folder, '*.gz'))], async ({ until, lines, states }) => {
      await until(() => states.includes('b.log.gz ended'))
      assert.deepEqual(states.slice(0, 2), ['a.log.gz reading', 'a.log.gz refused file.packed'])
      assert.ok(lines.length > 1000)
      assert.deepEqual(lines.slice(0, 1000), numbered(0, 1000))
    })
  }))

test('what is no file is refused, what is missing is waited for', () =>
  inPlace(({ folder }) => {
    execFileSync('mkfifo', [join(folder, 'a.gz')])
    return reading([packed(join(folder, 'a.gz')), packed(join(folder, 'b.gz'))], async ({ until, lines, states }) => {
      await until(() => states.length === 2)
      assert.deepEqual([...states].sort(), ['a.gz refused source.no-file', 'b.gz pending file.absent'])
      writeFileSync(join(folder, 'b.gz'), pack(['one']))
      await until(() => lines.length === 1)
    })
  }))

async function* trickle(pieces: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const piece of pieces) {
    await pause(5)
    yield Buffer.from(piece)
  }
}

const INPUTS: readonly (readonly [name: string, pieces: readonly (string | Uint8Array)[], lines: readonly string[]])[] =
  [
    ['lines come as they are written', ['one\ntw', 'o\n', 'three\n'], ['one', 'two', 'three']],
    ['the last line needs no newline: nothing more can come', ['one\ntwo'], ['one', 'two']],
    ['what gzip packed is unpacked', [gzipSync('one\ntwo\n')], ['one', 'two']],
    [
      'a line of ten megabytes is cut, and the next one comes',
      ['a\n', ...Array.from({ length: 10 }, () => 'b'.repeat(1_000_000)), '\nc\n'],
      ['a', 'b'.repeat(65536), 'c'],
    ],
    ['there may be nothing', [], []],
  ]
for (const [name, pieces, expected] of INPUTS) {
  test(`standard input: ${name}`, () =>
    reading(
      [{ kind: 'input' }],
      async ({ until, lines, states }) => {
        await until(() => states.includes('stdin ended'))
        assert.deepEqual(lines, expected)
        assert.deepEqual(states, ['stdin reading', 'stdin ended'])
      },
      { input: () => trickle(pieces) },
    ))
}

test('standard input that nobody takes is not read ahead without bound', () => {
  let given = 0
  const input = async function* (): AsyncIterable<Uint8Array> {
    for (; given < 1000; given++) yield Buffer.from(`${'x'.repeat(99_999)}\n`)
  }
  return reading(
    [{ kind: 'input' }],
    async ({ until, lines, source }) => {
      await until(() => lines.length > 0)
      await pause(200)
      assert.ok(given < 100, `${given}`)
      assert.deepEqual(source.logs, ['/dev/stdin'])
    },
    { input, most: 1 },
  )
})

test('standard input that is another process’s is denied, once', () =>
  reading([{ kind: 'input' }], async ({ source, until, states }) => {
    await until(() => states.length > 0)
    source.leave('/dev/stdin')
    source.want([{ kind: 'input' }])
    await pause(20)
    assert.deepEqual(states, ['stdin denied file.denied'])
    assert.deepEqual(source.logs, [])
  }))
