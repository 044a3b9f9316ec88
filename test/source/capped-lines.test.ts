/** However a log's bytes come in, its lines are the same. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { linesOf } from '../../src/source/capped-lines.ts'
import { MAX_LINE_BYTES } from '../../src/source/lines.ts'
import { realWorld } from '../../src/world/real.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-input-'))
after(() => rmSync(folder, { recursive: true }))

interface Read {
  readonly lines: readonly string[]
  /** Numbers, from 0, of the lines that were cut. */
  readonly cut: readonly number[]
}

async function read(input: AsyncIterable<Uint8Array>): Promise<Read> {
  const lines: string[] = []
  const cut: number[] = []
  for await (const part of linesOf(input, realWorld().files.gunzip)) {
    const text = Buffer.from(part.bytes).toString('latin1')
    assert.ok(text.endsWith('\n'))
    const own = text.slice(0, -1).split('\n')
    if (part.cut) {
      assert.equal(own.length, 1)
      cut.push(lines.length)
    }
    lines.push(...own)
  }
  return { lines, cut }
}

/** The same bytes in pieces of random lengths, out of one buffer that is used again. */
async function* pieces(bytes: Uint8Array, longest: number, seed: number): AsyncIterable<Uint8Array> {
  let state = seed
  const buffer = new Uint8Array(longest)
  for (let at = 0; at < bytes.length; ) {
    state = (state * 1103515245 + 12345) % 2147483648
    const piece = bytes.subarray(at, at + 1 + (state % longest))
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    buffer.fill(0x58)
    at += piece.length
  }
}

const LOG = [
  'first',
  '',
  'x'.repeat(MAX_LINE_BYTES),
  'y'.repeat(MAX_LINE_BYTES + 1),
  'z'.repeat(300_000),
  'after',
  'end',
]
const EXPECTED: Read = { lines: LOG.map((line) => line.slice(0, MAX_LINE_BYTES)), cut: [3, 4] }

for (const longest of [1000, 70_000, 1_000_000]) {
  test(`in pieces of up to ${longest} bytes`, async () => {
    for (let seed = 1; seed < 20; seed++) {
      assert.deepEqual(await read(pieces(Buffer.from(`${LOG.join('\n')}\n`), longest, seed)), EXPECTED)
      assert.deepEqual(await read(pieces(Buffer.from(LOG.join('\n')), longest, seed)), EXPECTED)
    }
  })
}

test('nothing has no lines', async () => {
  assert.deepEqual(await read(pieces(new Uint8Array(0), 10, 1)), { lines: [], cut: [] })
})

test('what is packed is unpacked, in one part or in several', async () => {
  const packed = gzipSync(LOG.join('\n'))
  assert.deepEqual(await read(pieces(packed, 100, 1)), EXPECTED)
  const twice = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])
  assert.deepEqual((await read(pieces(twice, 1000, 1))).lines, ['a', 'bc', 'd'])
})

test('a packed log that is cut off is told of', async () => {
  const packed = gzipSync(LOG.join('\n'))
  await assert.rejects(read(pieces(packed.subarray(0, -20), 1000, 1)), { code: 'file.packed' })
})

test('a file, a packed one and a pipe with a name are streams of bytes', async () => {
  const plain = join(folder, 'plain.log')
  writeFileSync(plain, LOG.join('\n'))
  assert.deepEqual(await read(realWorld().files.stream(plain)), EXPECTED)
  const pipe = join(folder, 'pipe')
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
  spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', plain, pipe])
  assert.deepEqual(await read(realWorld().files.stream(pipe)), EXPECTED)
})

test('a log that is not there is told of', async () => {
  await assert.rejects(read(realWorld().files.stream(join(folder, 'none'))), { code: 'file.absent' })
})
