/**
 * Reads journalctl's export format as it arrives, in pieces of any size. Source: "Journal Export Format" of systemd: a
 * field is `NAME=value\n`, or `NAME\n`, the value's length as 64 bits little-endian, the value, `\n`; an empty line ends an
 * entry. What is not wanted, and what is over the cap, is read past without being kept.
 */
import { NEWLINE } from './lines.ts'

export type Entry = ReadonlyMap<string, Uint8Array>

const MAX_NAME_BYTES = 64
const EQUALS = 0x3d

export class ExportReader {
  readonly #names: ReadonlySet<string>
  readonly #maxValue: number
  readonly #onEntry: (entry: Entry) => void
  readonly #latin1 = new TextDecoder('latin1')
  #state: 'line' | 'length' | 'value' | 'end' = 'line'
  #entry = new Map<string, Uint8Array>()
  /** What is kept of a line or a value whose end has not arrived. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  #name = ''
  #lengthBytes = 0
  #left = 0n

  /** @param maxValue bytes kept of each value; the entry's values are views into what was pushed */
  constructor(names: readonly string[], maxValue: number, onEntry: (entry: Entry) => void) {
    this.#names = new Set(names)
    this.#maxValue = maxValue
    this.#onEntry = onEntry
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at = this.#step(bytes, at)
  }

  #step(bytes: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'line':
        return this.#line(bytes, at)
      case 'length':
        this.#left |= BigInt(bytes[at]!) << BigInt(8 * this.#lengthBytes++)
        if (this.#lengthBytes === 8) this.#state = this.#left > 0n ? 'value' : 'end'
        return at + 1
      case 'value':
        return this.#value(bytes, at)
      case 'end':
        this.#field(this.#name, this.#release())
        this.#state = 'line'
        return at + 1
      default:
        return this.#state satisfies never
    }
  }

  #line(bytes: Uint8Array, at: number): number {
    const newline = bytes.indexOf(NEWLINE, at)
    if (newline < 0) {
      this.#hold(bytes.subarray(at), MAX_NAME_BYTES + this.#maxValue)
      return bytes.length
    }
    const piece = bytes.subarray(at, newline)
    if (this.#held.length === 0) this.#endLine(piece)
    else {
      this.#hold(piece, MAX_NAME_BYTES + this.#maxValue)
      this.#endLine(this.#release())
    }
    return newline + 1
  }

  #value(bytes: Uint8Array, at: number): number {
    const here = bytes.length - at
    const length = this.#left < BigInt(here) ? Number(this.#left) : here
    this.#hold(bytes.subarray(at, at + length), this.#maxValue)
    this.#left -= BigInt(length)
    if (this.#left === 0n) this.#state = 'end'
    return at + length
  }

  #endLine(line: Uint8Array): void {
    if (line.length === 0) {
      const entry = this.#entry
      this.#entry = new Map()
      if (entry.size > 0) this.#onEntry(entry)
      return
    }
    const equals = line.subarray(0, MAX_NAME_BYTES + 1).indexOf(EQUALS)
    const name = this.#latin1.decode(line.subarray(0, equals < 0 ? MAX_NAME_BYTES : equals))
    if (equals >= 0) this.#field(name, line.subarray(equals + 1))
    else {
      this.#name = name
      this.#left = 0n
      this.#lengthBytes = 0
      this.#state = 'length'
    }
  }

  /** Of a field that appears twice the first counts: it cannot be overlaid. */
  #field(name: string, value: Uint8Array): void {
    if (this.#names.has(name) && !this.#entry.has(name)) this.#entry.set(name, value.subarray(0, this.#maxValue))
  }

  #hold(piece: Uint8Array, max: number): void {
    const kept = piece.subarray(0, Math.max(0, max - this.#heldBytes))
    if (kept.length === 0) return
    this.#held.push(kept)
    this.#heldBytes += kept.length
  }

  #release(): Uint8Array {
    const whole = new Uint8Array(this.#heldBytes)
    let at = 0
    for (const piece of this.#held) {
      whole.set(piece, at)
      at += piece.length
    }
    this.#held = []
    this.#heldBytes = 0
    return whole
  }
}
