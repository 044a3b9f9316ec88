/**
 * The pipe between the core and the reader: frames of a length (4 bytes, big endian), a kind (1 byte) and a payload. A
 * message is JSON; bytes are a piece of a log with a JSON head. The core takes every frame for hostile.
 */
import { Fault } from '../../base/fault.ts'

export type Frame =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'bytes'; readonly head: unknown; readonly bytes: Uint8Array }

const MESSAGE = 1
const BYTES = 2
const HEAD_BYTES = 5
/** A frame holds at most a turn's chunk, or the failures of one. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024

export function messageFrame(message: unknown): Uint8Array {
  const text = JSON.stringify(message)
  const whole = framed(MESSAGE, Buffer.byteLength(text))
  encoder.encodeInto(text, whole.subarray(HEAD_BYTES))
  return whole
}

export function bytesFrame(head: unknown, bytes: Uint8Array): Uint8Array {
  const words = encoder.encode(JSON.stringify(head))
  const whole = framed(BYTES, 4 + words.length + bytes.length)
  new DataView(whole.buffer).setUint32(HEAD_BYTES, words.length)
  whole.set(words, HEAD_BYTES + 4)
  whole.set(bytes, HEAD_BYTES + 4 + words.length)
  return whole
}

/**
 * Takes the bytes of a pipe as they come and tells each whole frame.
 * @throws Fault `wire.bad` on what is no frame; the pipe is of no use then
 */
export function deframer(tell: (frame: Frame) => void): (bytes: Uint8Array) => void {
  let parts: Uint8Array[] = []
  let size = 0
  let wanted = HEAD_BYTES
  return (bytes) => {
    parts.push(bytes)
    size += bytes.length
    if (size < wanted) return
    let rest = parts.length === 1 ? parts[0]! : join(parts)
    for (wanted = need(rest); rest.length >= wanted; wanted = need(rest)) {
      tell(parse(rest.subarray(4, wanted)))
      rest = rest.subarray(wanted)
    }
    parts = rest.length > 0 ? [rest] : []
    size = rest.length
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A frame whose payload of so many bytes is yet to be written, in its place: a copy less of all that a flood brings. */
function framed(kind: number, length: number): Uint8Array {
  const whole = new Uint8Array(HEAD_BYTES + length)
  new DataView(whole.buffer).setUint32(0, length + 1)
  whole[4] = kind
  return whole
}

/** Bytes that the frame at the start takes, head included. */
function need(bytes: Uint8Array): number {
  if (bytes.length < HEAD_BYTES) return HEAD_BYTES
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (length < 1 || length > MAX_FRAME_BYTES) throw new Fault('wire.bad', `a frame of ${length} bytes`)
  return 4 + length
}

function parse(frame: Uint8Array): Frame {
  const payload = frame.subarray(1)
  try {
    if (frame[0] === MESSAGE) return { kind: 'message', message: JSON.parse(decoder.decode(payload)) }
    if (frame[0] === BYTES) {
      const words = new DataView(payload.buffer, payload.byteOffset).getUint32(0)
      return {
        kind: 'bytes',
        head: JSON.parse(decoder.decode(payload.subarray(4, 4 + words))),
        bytes: payload.slice(4 + words),
      }
    }
  } catch (thrown) {
    throw new Fault('wire.bad', 'a frame that cannot be read', { cause: thrown })
  }
  throw new Fault('wire.bad', `a frame of the unknown kind ${frame[0]}`)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
