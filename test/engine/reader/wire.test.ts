import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesFrame, deframer, type Frame, messageFrame } from '../../../src/engine/reader/wire.ts'

const FRAMES: readonly Frame[] = [
  { kind: 'message', message: { text: 'ümläut\u2028\0' } },
  { kind: 'bytes', head: { log: '/var/log/x' }, bytes: Uint8Array.of(0, 255, 10) },
  { kind: 'bytes', head: null, bytes: new Uint8Array() },
  { kind: 'message', message: 'x'.repeat(100_000) },
]

const wire = Buffer.concat(
  FRAMES.map((frame) => (frame.kind === 'message' ? messageFrame(frame.message) : bytesFrame(frame.head, frame.bytes))),
)

for (const size of [1, 2, 7, 64, 65536, wire.length]) {
  test(`frames arrive whole when the pipe gives ${size} bytes at a time`, () => {
    const got: Frame[] = []
    const feed = deframer((frame) => got.push(frame))
    for (let at = 0; at < wire.length; at += size) feed(wire.subarray(at, at + size))
    assert.deepEqual(
      got.map((frame) => (frame.kind === 'bytes' ? { ...frame, bytes: Uint8Array.from(frame.bytes) } : frame)),
      FRAMES,
    )
  })
}

const bad: readonly [sentence: string, bytes: number[]][] = [
  ['a length of nothing', [0, 0, 0, 0, 1]],
  ['a length beyond all bounds', [255, 255, 255, 255, 1]],
  ['an unknown kind', [0, 0, 0, 2, 9, 0]],
  ['broken JSON', [0, 0, 0, 2, 1, 0x7b]],
  ['a head that is longer than the frame', [0, 0, 0, 5, 2, 255, 255, 255, 255]],
  ['no head', [0, 0, 0, 1, 2]],
]

for (const [sentence, bytes] of bad) {
  test(`${sentence} is refused`, () =>
    assert.throws(() => deframer(() => {})(Uint8Array.from(bytes)), { code: 'wire.bad' }))
}
