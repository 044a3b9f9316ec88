/** SHA-1 in plain TypeScript, for the world in memory. Source: FIPS 180-4, 6.1. */

/** 40 lower-case hex digits. */
export function sha1(bytes: Uint8Array): string {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const padded = pad(bytes)
  for (let at = 0; at < padded.byteLength; at += 64) mix(state, schedule(padded, at))
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('')
}

/** The message, a one bit, zeros, and its length in bits as 64 bits, to a multiple of 64 bytes. */
function pad(bytes: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n)
  return view
}

function schedule(block: DataView, at: number): Uint32Array {
  const words = new Uint32Array(80)
  for (let i = 0; i < 16; i++) words[i] = block.getUint32(at + i * 4)
  for (let i = 16; i < 80; i++) words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1)
  return words
}

function mix(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
  for (let i = 0; i < 80; i++) {
    const sum = rotate(a, 5) + round(i, b, c, d) + e + words[i]!
    ;[e, d, c, b, a] = [d, c, rotate(b, 30), a, sum >>> 0]
  }
  for (const [i, word] of [a, b, c, d, e].entries()) state[i] = state[i]! + word
}

function round(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
  return (b ^ c ^ d) + 0xca62c1d6
}

function rotate(word: number, by: number): number {
  return ((word << by) | (word >>> (32 - by))) >>> 0
}
