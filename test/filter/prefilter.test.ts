/** The prefilter against the plainest reading of its promise, with literals and lines made to provoke mistakes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Literal } from '../../src/filter/fingerprint.ts'
import { plainScan } from '../../src/filter/plain-scan.ts'
import { type Needle, type Prefilter, prefilter } from '../../src/filter/prefilter.ts'
import { simdScan } from '../../src/filter/simd-scan.ts'

type Needles = readonly (Needle | undefined)[]
type Told = readonly [start: number, end: number, owners: readonly number[]]

const exact = (...any: string[]): Needle => ({ any, ignoreCase: false })
const anyCase = (...any: string[]): Needle => ({ any, ignoreCase: true })
const long = 'x'.repeat(1_000_000)

const rows: readonly [name: string, needles: Needles, text: string, owners: readonly (readonly number[])[]][] = [
  ['a line is told to the owner of its literal', [exact('foo'), exact('bar')], 'a foo\nnone\na bar\n', [[0], [], [1]]],
  ['owners ascend whatever the order of their literals', [exact('b'), exact('aa')], 'aab\n', [[0, 1]]],
  ['a literal of several owners is told to all', [exact('foo'), anyCase('q'), exact('foo')], 'foo\n', [[0, 2]]],
  ['an owner with two literals in a line is told once', [exact('foo', 'bar')], 'foo bar foo\n', [[0]]],
  ['overlapping literals are both found', [exact('abab'), exact('baba'), exact('ab')], 'ababa\n', [[0, 1, 2]]],
  ['an owner without literal gets every line', [undefined, exact('foo')], 'a\nfoo\n\n', [[0], [0, 1], [0]]],
  ['an empty literal is in every line', [exact('foo', '')], 'a\n\n', [[0], [0]]],
  ['an owner with an empty list gets no line', [exact()], 'a\n\n', [[], []]],
  ['no owners, no lines', [], 'a\n', [[]]],
  ['one byte is a literal', [exact('"'), exact('é')], 'a"\né\nb\n', [[0], [1], []]],
  ['two bytes are a literal, at either end too', [exact('ab')], 'ab\nxab\nabx\naxb\n', [[0], [0], [0], []]],
  ['a line that is the literal and nothing else', [exact('abcd')], 'abcd\n', [[0]]],
  ['a literal does not reach over a newline', [exact('ab'), exact('a\nb')], 'a\nb\n', [[], []]],
  [
    'ASCII letters match in either case where wanted',
    [anyCase('GeT'), exact('get')],
    'GET\ngEt\nget\n',
    [[0], [0], [0, 1]],
  ],
  [
    'a literal of each of its sets must be there',
    [{ ...exact('foo', 'fu'), also: [exact('x'), anyCase('Y')] }, exact('foo')],
    'foo xy\nfoo x\nfu yx\nfoo Yx\nxy\n',
    [[0, 1], [1], [0], [0, 1], []],
  ],
  ['only letters have two cases', [anyCase('[a@'), anyCase('1 ')], '{A`\n[A@\n1\x00\n\x111 \n', [[], [0], [], [1]]],
  ['letters outside ASCII match as they are written', [anyCase('É'), anyCase('é')], 'É\né\n', [[0], [1]]],
  ['NUL is a byte like others', [exact('a\0b'), exact('\0')], 'a\0b\nab\n\0\n', [[0, 1], [], [1]]],
  ['empty lines and a chunk of them', [exact('a')], '\n\n\na\n\n', [[], [], [], [0], []]],
  [
    'a line of 1 MB is found from its first to its last byte',
    [exact('abc'), exact('xyz')],
    `abc${long}xyz\nabc\n`,
    [[0, 1], [0]],
  ],
  ['the empty chunk', [exact('a'), undefined], '', []],
]

/** What makes a prefilter: SIMD with a roomy buffer, SIMD that must cut the chunk, and the searches without SIMD. */
const makers: readonly [name: string, make: (needles: Needles) => Prefilter][] = [
  ['simd', (needles) => prefilter(needles, (literals) => simd(literals, 1 << 21))],
  ['simd, buffer of 64 bytes', (needles) => prefilter(needles, (literals) => simd(literals, 64))],
  ['plain', (needles) => prefilter(needles, (literals) => plainScan(literals, 64))],
]

for (const [how, make] of makers) {
  for (const [name, needles, text, owners] of rows) {
    test(`${name} (${how})`, () => {
      const bytes = Buffer.from(text)
      const told = tell(make(needles), bytes)
      assert.deepEqual(told, naive(needles, bytes))
      const lines = linesOf(bytes)
      assert.deepEqual(
        lines.map(([start]) => told.find((it) => it[0] === start)?.[2] ?? []),
        owners,
      )
    })
  }

  test(`random literals in random lines are told as the plainest search tells them (${how})`, () => {
    const next = random(20_260_101)
    for (let round = 0; round < 400; round++) {
      const needles = randomNeedles(next, 1 + Math.floor(next() * (round % 10 === 0 ? 60 : 6)))
      const bytes = randomLines(next, needles)
      assert.deepEqual(tell(make(needles), bytes), naive(needles, bytes), `round ${round}`)
    }
  })

  test(`1000 literals are told as the plainest search tells them (${how})`, () => {
    const next = random(7)
    const needles = Array.from({ length: 1000 }, (_, i) =>
      (i % 2 ? anyCase : exact)(`/w${i.toString(36)}p${Math.floor(next() * 99)}`),
    )
    const bytes = randomLines(next, needles)
    assert.deepEqual(tell(make(needles), bytes), naive(needles, bytes))
  })
}

test('a chunk that lies in the buffer is told where it lies, and what stands around it does not matter', () => {
  const next = random(99)
  const needles = [exact('needle'), exact('le\n'), exact('n'), anyCase('NEE')]
  const it = prefilter(needles)
  for (let round = 0; round < 300; round++) {
    it.buffer.set(Buffer.alloc(4096, 'needle needle\n'))
    const bytes = randomLines(next, needles).subarray(0, 2000)
    const at = round === 0 ? 0 : Math.floor(next() * 100)
    it.buffer.set(bytes, at)
    const chunk = it.buffer.subarray(at, at + bytes.lastIndexOf(10) + 1)
    assert.deepEqual(tell(it, chunk), naive(needles, chunk))
  }
})

test('a chunk up to the last byte of the buffer is read to its end', () => {
  const it = prefilter([exact('end')])
  it.buffer.set(Buffer.alloc(it.buffer.length, 'a\n'))
  it.buffer.set(Buffer.from('\nend\n'), it.buffer.length - 5)
  const end = it.buffer.length - 1
  assert.deepEqual(tell(it, it.buffer), [[end - 3, end, [0]]])
  assert.equal(it.countLines(it.buffer), linesOf(it.buffer).length)
})

test('more hits than the told lines have room for are told all', () => {
  const needles = Array.from({ length: 26 }, (_, i) => exact(String.fromCharCode(97 + i)))
  const bytes = Buffer.from('abcdefghijklmnopqrstuvwxyz\n'.repeat(5000))
  const told = tell(prefilter(needles), bytes)
  assert.equal(told.length, 5000)
  assert.ok(told.every(([start, end, owners], i) => start === 27 * i && end === start + 26 && owners.length === 26))
})

test('lines are counted, in the buffer and out of it', () => {
  const next = random(3)
  const it = prefilter([])
  for (let round = 0; round < 200; round++) {
    const bytes = randomLines(next, [])
    const at = Math.floor(next() * 50)
    assert.equal(it.countLines(bytes), linesOf(bytes).length)
    it.buffer.set(bytes, at)
    assert.equal(it.countLines(it.buffer.subarray(at, at + bytes.length)), linesOf(bytes).length)
    assert.equal(plainScan([], 0).countLines(bytes), linesOf(bytes).length)
  }
  const big = Buffer.from('a\n'.repeat(1_000_000))
  assert.equal(it.countLines(big), 1_000_000)
})

function simd(literals: readonly Literal[], capacity: number) {
  const made = simdScan(literals, capacity)
  assert.ok(made, 'this Node has no WebAssembly SIMD')
  return made
}

function tell(it: Prefilter, bytes: Uint8Array): Told[] {
  const told: Told[] = []
  it.candidates(bytes, (start, end, owners) => told.push([start, end, [...owners]]))
  return told
}

function naive(needles: Needles, bytes: Uint8Array): Told[] {
  const told: Told[] = []
  for (const [start, end] of linesOf(bytes)) {
    const same = Buffer.from(bytes.subarray(start, end))
    const lower = folded(same, true)
    const holds = ({ any, ignoreCase }: Needle) =>
      any.some((it) => (ignoreCase ? lower : same).includes(folded(Buffer.from(it), ignoreCase)))
    const owners = [...needles.keys()].filter((i) => {
      const needle = needles[i]
      return !needle || [needle, ...(needle.also ?? [])].every(holds)
    })
    if (owners.length > 0) told.push([start, end, owners])
  }
  return told
}

function folded(bytes: Buffer, fold: boolean): Buffer {
  return fold
    ? Buffer.from(
        bytes.toString('latin1').replace(/[A-Z]/g, (it) => it.toLowerCase()),
        'latin1',
      )
    : bytes
}

function linesOf(bytes: Uint8Array): [start: number, end: number][] {
  const lines: [number, number][] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    lines.push([start, end])
    start = end + 1
  }
  return lines
}

/** Few letters, so that near misses and overlaps are common. */
const ALPHABET = ['a', 'b', 'A', 'B', ' ', '\0', 'é', '[', '{', 'ab', 'xyz', '/wp-', '\n']

function randomNeedles(next: () => number, count: number): (Needle | undefined)[] {
  return Array.from({ length: count }, () => {
    if (next() < 0.05) return undefined
    const set = () => {
      const any = Array.from({ length: Math.floor(next() * 4) }, () => randomText(next, 1 + Math.floor(next() * 6)))
      return { any, ignoreCase: next() < 0.5 }
    }
    return next() < 0.5 ? set() : { ...set(), also: Array.from({ length: Math.floor(next() * 3) }, set) }
  })
}

function randomText(next: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join('')
}

/** Lines of any bytes, some with a needle at their start, in the middle or at the end. */
function randomLines(next: () => number, needles: Needles): Uint8Array {
  const parts: Buffer[] = []
  const anyNeedle = () => {
    const any = needles[Math.floor(next() * needles.length)]?.any ?? []
    return Buffer.from(any[Math.floor(next() * any.length)] ?? '')
  }
  for (let line = Math.floor(next() * 30); line >= 0; line--) {
    if (next() < 0.3) parts.push(anyNeedle())
    if (next() < 0.5) parts.push(Buffer.from(randomText(next, Math.floor(next() * 20))))
    if (next() < 0.3)
      parts.push(Buffer.from(Array.from({ length: Math.floor(next() * 60) }, () => Math.floor(next() * 256))))
    if (next() < 0.3) parts.push(anyNeedle())
    parts.push(Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}

/** Numbers in [0, 1) that are the same in each run. Source: mulberry32. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
