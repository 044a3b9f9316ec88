/** Records, each kept once, as columns of numbers; names stand in a list of their own, each once as well. */
import { COLUMNS, type Fields, type Subject } from './fields.ts'
import { Words } from './words.ts'

/** Of a degree: a coordinate is that of a town, 11 m are more than it says. */
export const STEP = 1e4
/** In the place of a coordinate that is not known. */
export const NO_DEGREES = 0x80000000

export class RecordTable {
  readonly columns: readonly (readonly [keyof Fields, Words])[]
  readonly #known = new Map<string, number>()
  readonly #names = new Map<string, number>([['', 0]])

  constructor(subject: Subject) {
    this.columns = COLUMNS[subject].map((name) => [name, new Words()] as const)
    this.numberOf({})
  }

  get length(): number {
    return this.columns[0]![1].length
  }

  /** The number of the record that says just this; 0 where that is nothing. */
  numberOf(fields: Fields): number {
    const words = this.columns.map(([name]) => this.#word(name, fields[name]))
    const key = words.join(' ')
    const found = this.#known.get(key)
    if (found !== undefined) return found
    const number = this.#known.size
    this.#known.set(key, number)
    for (const [i, [, column]] of this.columns.entries()) column.push(words[i]!)
    return number
  }

  /** All names as UTF-8, and where each begins; the last number is where they end. */
  names(): { readonly starts: Uint32Array; readonly bytes: Uint8Array } {
    const encoder = new TextEncoder()
    const encoded = [...this.#names.keys()].map((name) => encoder.encode(name))
    const starts = new Uint32Array(encoded.length + 1)
    for (const [i, { length }] of encoded.entries()) starts[i + 1] = starts[i]! + length
    const bytes = new Uint8Array(starts.at(-1)!)
    for (const [i, name] of encoded.entries()) bytes.set(name, starts[i])
    return { starts, bytes }
  }

  #word(name: keyof Fields, value: string | number | undefined): number {
    if (name === 'latitude' || name === 'longitude')
      return value === undefined ? NO_DEGREES : Math.round(Number(value) * STEP) >>> 0
    if (typeof value === 'number') return value
    const text = value ?? ''
    const found = this.#names.get(text)
    if (found !== undefined || name === 'asn') return found ?? 0
    this.#names.set(text, this.#names.size)
    return this.#names.size - 1
  }
}
