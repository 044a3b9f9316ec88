/**
 * A layer's file: a head in JSON and then arrays of little-endian numbers, each at a multiple of eight bytes, so that what is
 * asked for is read as it is and nothing else is. What the arrays mean stands in `layer.ts`.
 */
import { Fault } from '../../base/fault.ts'
import type { Files, OpenFile } from '../../world/files.ts'
import type { Subject } from './fields.ts'
import type { Origin } from './origin.ts'

/** Other numbers are another program's files: a layer is compiled anew, never converted. */
const MAGIC = 'PLACES01'
const MAX_HEAD_BYTES = 64 * 1024
const ALIGN = 8

export interface Head {
  readonly subject: Subject
  readonly origin: Origin
  /** Segments, and records. */
  readonly counts: { readonly ipv4: number; readonly ipv6: number; readonly records: number }
  /** Where each array begins, counted from the end of the head, and its bytes. */
  readonly sections: Readonly<Record<string, readonly [start: number, bytes: number]>>
}

export type Section = Uint8Array | Uint16Array | Uint32Array

/** In pieces, to be written one after the other. */
export function layerPieces(
  head: Omit<Head, 'sections'>,
  sections: readonly (readonly [string, Section])[],
): readonly Uint8Array[] {
  const places: Record<string, readonly [number, number]> = {}
  const pieces: Uint8Array[] = []
  let at = 0
  for (const [name, { buffer, byteOffset, byteLength }] of sections) {
    places[name] = [at, byteLength]
    pieces.push(new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(padding(byteLength)))
    at += byteLength + padding(byteLength)
  }
  const json = new TextEncoder().encode(JSON.stringify({ ...head, sections: places }))
  const start = new Uint8Array(json.length + padding(json.length) + 16).fill(0x20)
  start.set(new TextEncoder().encode(MAGIC))
  new DataView(start.buffer).setUint32(8, start.length - 16, true)
  new DataView(start.buffer).setUint32(12, 0, true)
  start.set(json, 16)
  return [start, ...pieces]
}

export class LayerFile {
  readonly head: Head
  readonly size: number
  readonly #file: OpenFile
  readonly #start: number

  /** @throws Fault `file.*`, `place.damaged` */
  constructor(files: Pick<Files, 'open'>, path: string) {
    this.#file = files.open(path)
    try {
      this.size = this.#file.stat().size
      const start = this.#bytes(0, 16)
      const length = new DataView(start.buffer).getUint32(8, true)
      if (new TextDecoder().decode(start.subarray(0, 8)) !== MAGIC || length > MAX_HEAD_BYTES) throw this.#damaged()
      this.head = JSON.parse(new TextDecoder().decode(this.#bytes(16, length)))
      this.#start = 16 + length
      const ends = Object.values(this.head.sections).map(([from, bytes]) => from + bytes + padding(bytes))
      if (this.#start + Math.max(0, ...ends) !== this.size) throw this.#damaged()
    } catch (thrown) {
      this.#file.close()
      throw thrown instanceof Fault ? thrown : this.#damaged()
    }
  }

  /** @throws Fault `place.damaged`, `file.*` */
  section(name: string): Uint8Array<ArrayBuffer> {
    const place = this.head.sections[name]
    if (!place) throw this.#damaged()
    return this.#bytes(this.#start + place[0], place[1])
  }

  words(name: string): Uint32Array {
    return new Uint32Array(this.section(name).buffer)
  }

  /** Of 16 or 32 bits, whichever were enough. */
  numbers(name: string): Uint16Array | Uint32Array {
    const isShort = this.head.counts.records <= 0x10000
    return isShort ? new Uint16Array(this.section(name).buffer) : this.words(name)
  }

  close(): void {
    this.#file.close()
  }

  #bytes(from: number, length: number): Uint8Array<ArrayBuffer> {
    if (from + length > this.size) throw this.#damaged()
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const got = this.#file.read(bytes.subarray(at), from + at)
      if (got === 0) throw this.#damaged()
      at += got
    }
    return bytes
  }

  #damaged(): Fault {
    return new Fault('place.damaged', `${this.#file.path} is damaged, or not data of places`, {
      hint: 'rampart geo rollback, or rampart geo update',
      at: { file: this.#file.path },
    })
  }
}

function padding(bytes: number): number {
  return (ALIGN - (bytes % ALIGN)) % ALIGN
}
