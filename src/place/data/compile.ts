/** Ranges of addresses and what is said of each → a layer's file. */
import { Fault } from '../../base/fault.ts'
import type { Fields, Subject } from './fields.ts'
import { layerPieces, type Section } from './layer-file.ts'
import type { Origin } from './origin.ts'
import { RecordTable } from './record-table.ts'
import { Segments4, Segments6 } from './segments.ts'
import type { Words } from './words.ts'

/** One in so many: published data has a few (the AS numbers of June 2026: one of 411,961). */
const MOST_OVERLAPS = 1000

/** Without any of them a record says nothing of its subject. */
const TELLING: Readonly<Record<Subject, readonly (keyof Fields)[]>> = {
  country: ['country'],
  organisation: ['asn', 'organisation'],
  city: ['city'],
}

export class Compiler {
  readonly #subject: Subject
  readonly #table: RecordTable
  readonly #ipv4 = new Segments4()
  readonly #ipv6 = new Segments6()
  #ranges = 0
  #says = false

  constructor(subject: Subject) {
    this.#subject = subject
    this.#table = new RecordTable(subject)
  }

  /** Whether nothing was said of any address: of cities, what says its country alone. */
  get isEmpty(): boolean {
    return !this.#says
  }

  /** The number of the record that says this, as far as the layer is about it. */
  numberOf(fields: Fields): number {
    this.#says ||= TELLING[this.#subject].some((name) => fields[name] !== undefined)
    return this.#table.numberOf(fields)
  }

  /** Ranges of a family come in order. @param end the last address */
  add4(start: number, end: number, record: number): void {
    this.#ranges++
    this.#ipv4.add(start, end, record)
  }

  add6(start: bigint, end: bigint, record: number): void {
    this.#ranges++
    this.#ipv6.add(start, end, record)
  }

  /** The file, in pieces. Nothing may be added any more. @throws Fault `place.order` */
  finish(origin: Origin): readonly Uint8Array[] {
    const overlaps = this.#ipv4.overlaps + this.#ipv6.overlaps
    if (overlaps * MOST_OVERLAPS > this.#ranges)
      throw new Fault('place.order', `of ${this.#ranges} ranges ${overlaps} are not in order, or overlap`)
    this.#ipv4.end()
    this.#ipv6.end()
    const [ipv4, ipv6] = [this.#ipv4, this.#ipv6]
    const { starts, bytes } = this.#table.names()
    const counts = {
      ipv4: ipv4.records.length,
      ipv6: ipv6.records.length + ipv6.deepRecords.length,
      records: this.#table.length,
    }
    return layerPieces({ subject: this.#subject, origin, counts }, [
      ['ipv4', ipv4.starts.taken()],
      ['ipv4.record', this.#numbers(ipv4.records)],
      ['ipv6', ipv6.starts.taken()],
      ['ipv6.record', this.#numbers(ipv6.records)],
      ['deep', ipv6.deepStarts.taken()],
      ['deep.record', this.#numbers(ipv6.deepRecords)],
      ...this.#table.columns.map(([name, words]): [string, Section] => [name, words.taken()]),
      ['name', starts],
      ['names', bytes],
    ])
  }

  #numbers(words: Words): Section {
    return this.#table.length <= 0x10000 ? Uint16Array.from(words.taken()) : words.taken()
  }
}
