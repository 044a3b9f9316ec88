/**
 * A layer: for each address the number of a record, found by halving in sorted arrays, and the records. Only what is asked for
 * is read: the arrays of a family when an address of it comes, a name when its record is first told.
 */
import type { Network } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'
import type { Fields } from './fields.ts'
import { COLUMNS } from './fields.ts'
import { LayerFile } from './layer-file.ts'
import { NO_DEGREES, STEP } from './record-table.ts'

export class Layer {
  readonly path: string
  readonly file: LayerFile
  readonly #sections = new Map<string, Uint8Array | Uint16Array | Uint32Array>()
  readonly #fields = new Map<number, Fields>()

  /** @throws Fault `file.*`, `place.damaged`; so does all else here */
  constructor(files: Pick<Files, 'open'>, path: string) {
    this.path = path
    this.file = new LayerFile(files, path)
  }

  /** The number of the record that an address has; 0: none. */
  find({ family, bits }: Network): number {
    if (family === 4) {
      const at = before(this.#words('ipv4'), 1, [Number(bits)])
      return at < 0 ? 0 : this.#numbers('ipv4.record')[at]!
    }
    const words = [96n, 64n, 32n, 0n].map((shift) => Number((bits >> shift) & 0xffffffffn))
    const wide = before(this.#words('ipv6'), 2, words)
    const deep = before(this.#words('deep'), 4, words)
    if (deep >= 0 && (wide < 0 || isLater(this.#words('deep'), deep, this.#words('ipv6'), wide)))
      return this.#numbers('deep.record')[deep]!
    return wide < 0 ? 0 : this.#numbers('ipv6.record')[wide]!
  }

  /** What a record says; of one number always the same object. */
  fields(record: number): Fields {
    let fields = this.#fields.get(record)
    if (!fields) {
      fields = record === 0 ? {} : this.#read(record)
      this.#fields.set(record, fields)
    }
    return fields
  }

  close(): void {
    this.file.close()
    this.#sections.clear()
  }

  #read(record: number): Fields {
    const fields: Record<string, string | number> = {}
    for (const name of COLUMNS[this.file.head.subject]) {
      const word = this.#words(name)[record] ?? 0
      if (name === 'latitude' || name === 'longitude') {
        if (word !== NO_DEGREES) fields[name] = (word | 0) / STEP
      } else if (word !== 0) fields[name] = name === 'asn' ? word : this.#name(word)
    }
    return fields
  }

  #name(number: number): string {
    const starts = this.#words('name')
    return new TextDecoder().decode(this.#bytes('names').subarray(starts[number], starts[number + 1]))
  }

  #words(name: string): Uint32Array {
    return this.#once(name, () => this.file.words(name))
  }

  #numbers(name: string): Uint16Array | Uint32Array {
    return this.#once(name, () => this.file.numbers(name))
  }

  #bytes(name: string): Uint8Array {
    return this.#once(name, () => this.file.section(name))
  }

  #once<Kind extends Uint8Array | Uint16Array | Uint32Array>(name: string, read: () => Kind): Kind {
    let section = this.#sections.get(name) as Kind | undefined
    if (!section) {
      section = read()
      this.#sections.set(name, section)
    }
    return section
  }
}

/** The last entry that does not begin after the address; -1: none. Each has `size` words, of which the first counts most. */
function before(starts: Uint32Array, size: number, address: readonly number[]): number {
  let [low, high] = [0, starts.length / size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isAfter(starts, middle * size, size, address)) high = middle
    else low = middle + 1
  }
  return low - 1
}

function isAfter(starts: Uint32Array, at: number, size: number, address: readonly number[]): boolean {
  for (let i = 0; i < size; i++) {
    const difference = starts[at + i]! - address[i]!
    if (difference !== 0) return difference > 0
  }
  return false
}

/** Whether a deep segment begins after the /64 at which a wide one does: where both are the same /64, it does. */
function isLater(deep: Uint32Array, atDeep: number, wide: Uint32Array, atWide: number): boolean {
  const first = deep[atDeep * 4]! - wide[atWide * 2]!
  return first !== 0 ? first > 0 : deep[atDeep * 4 + 1]! >= wide[atWide * 2 + 1]!
}
