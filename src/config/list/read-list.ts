/**
 * A file of addresses, as they are published: an address, a network or a range a line, `#` and `;` begin a comment. It may hold a
 * million lines and be anybody's: it is read as bytes, as it comes, and what is none is told with its line.
 */
import { parseAddress, parseNetwork } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { Gathering } from '../../firewall/list/gather.ts'
import { parse4, parse6 } from './parse-bytes.ts'
import { addRange } from './range.ts'

export interface ReadList {
  readonly gathering: Gathering
  /** Networks whose host bits were not zero, as in `192.0.2.1/24`: they were cleared. */
  readonly cleared: number
  /** The first of them. */
  readonly faults: readonly Fault[]
  /** All lines that are none. */
  readonly bad: number
}

/** Faults that are kept: who reads more of them? */
const MAX_FAULTS = 1000
/** No address is longer, with its mask, its range and blanks around it; a comment may be. */
const MAX_LINE = 256
/** 70 MB of the kernel's memory for each million. */
const MAX_NETWORKS = 5_000_000

const [NEWLINE, RETURN, BLANK, TAB, HASH, SEMICOLON] = [10, 13, 32, 9, 35, 59]

export class ListReader {
  readonly #file: string
  readonly #gathering = new Gathering()
  readonly #faults: Fault[] = []
  /** The beginning of a line whose end has not come yet. */
  readonly #begun = new Uint8Array(MAX_LINE)
  #length = 0
  /** The rest of it does not count: it is a comment, or too long. */
  #rest: 'counts' | 'comment' | 'too long' = 'counts'
  #line = 1
  #bad = 0
  #cleared = 0
  readonly #words = new Uint32Array(4)

  /** @param file what a Fault names */
  constructor(file: string) {
    this.#file = file
  }

  /** @throws Fault `list.large` */
  take(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(NEWLINE, from)
      const to = found < 0 ? bytes.length : found
      // Most lines stand whole in what came.
      if (found >= 0 && this.#length === 0 && this.#rest === 'counts') this.#read(bytes, from, to)
      else {
        this.#keep(bytes, from, to)
        if (found >= 0) this.#readKept()
      }
      if (found >= 0) this.#line++
      from = to + 1
    }
  }

  /** @throws Fault `list.large` */
  end(): ReadList {
    this.#readKept()
    return { gathering: this.#gathering, cleared: this.#cleared, faults: this.#faults, bad: this.#bad }
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to && this.#rest === 'counts'; at++) {
      if (bytes[at] === HASH || bytes[at] === SEMICOLON) this.#rest = 'comment'
      else if (this.#length === MAX_LINE) this.#rest = 'too long'
      else this.#begun[this.#length++] = bytes[at]!
    }
  }

  #readKept(): void {
    if (this.#rest === 'too long') this.#refuse(this.#begun, 0, this.#length)
    else if (this.#length > 0) this.#read(this.#begun, 0, this.#length)
    this.#length = 0
    this.#rest = 'counts'
  }

  #read(bytes: Uint8Array, begin: number, end: number): void {
    let [from, to] = [begin, end]
    for (let at = from; at < to; at++) if (bytes[at] === HASH || bytes[at] === SEMICOLON) to = at
    const isLong = to - from > MAX_LINE
    // A byte order mark, as some editors write it.
    if (this.#line === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3
    while (from < to && isBlank(bytes[from]!)) from++
    while (to > from && isBlank(bytes[to - 1]!)) to--
    if (from === to && !isLong) return
    if (isLong || !(this.#addBytes(bytes, from, to) || this.#addText(bytes, from, to))) this.#refuse(bytes, from, to)
    if (this.#gathering.count > MAX_NETWORKS) {
      throw new Fault(
        'list.large',
        `a list holds at most ${MAX_NETWORKS.toLocaleString('en')} addresses and networks`,
        {
          at: { file: this.#file, line: this.#line },
        },
      )
    }
  }

  /** What almost every line is, at once. */
  #addBytes(bytes: Uint8Array, from: number, to: number): boolean {
    const prefix4 = parse4(bytes, from, to, this.#words)
    if (prefix4 > 0) {
      const word = this.#words[0]!
      if (prefix4 < 32 && (word << prefix4) >>> 0 !== 0) this.#cleared++
      this.#gathering.add4(prefix4, word)
      return true
    }
    const prefix6 = parse6(bytes, from, to, this.#words)
    if (prefix6 !== 128) return false
    this.#gathering.add6(128, this.#words)
    return true
  }

  #addText(bytes: Uint8Array, from: number, to: number): boolean {
    const text = textOf(bytes, from, to)
    const network = parseNetwork(text)
    if (network && network.prefix > 0) {
      if (network.bits !== parseAddress(text.split('/')[0]!)?.bits) this.#cleared++
      addRange(this.#gathering, network, network)
      return true
    }
    const [, first = '', last = ''] = /^(\S+?)\s*-\s*(\S+)$/.exec(text) ?? []
    const [low, high] = [parseAddress(first), parseAddress(last)]
    return low !== undefined && high !== undefined && addRange(this.#gathering, low, high)
  }

  #refuse(bytes: Uint8Array, from: number, to: number): void {
    this.#bad++
    if (this.#faults.length >= MAX_FAULTS) return
    const text = textOf(bytes, from, Math.min(to, from + MAX_LINE)).trim()
    const shown = printable(text.length > 60 ? `${text.slice(0, 60)}…` : text)
    const at = { file: this.#file, line: this.#line }
    this.#faults.push(new Fault('list.line', `'${shown}' is no address`, { hint: hintFor(text), at }))
  }
}

function isBlank(byte: number): boolean {
  return byte === BLANK || byte === TAB || byte === RETURN
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, to))
}

const FORMS = '192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9, 2001:db8::/32'

function hintFor(text: string): string {
  const [first = '', ...more] = text.split(/[\s,]+/)
  if (/^(0\.0\.0\.0|::)\/0+$/.test(first)) return 'that is everybody: a rule without a list says it'
  if (/-/.test(text) && /^[\d.:a-f\s-]+$/i.test(text))
    return 'a range is two addresses of one family, the lower one first'
  if (more.length > 0 && parseNetwork(first)) return 'a line holds one address; what stands behind it may follow a #'
  if (/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}\.?$/i.test(first)) return 'names are not looked up: write the addresses'
  if (/\/0*\d{2,}$/.test(first)) return 'the prefix is at most 32, of IPv6 128'
  if (/(^|\.)0\d/.test(first)) return 'octets have no zero before them: some programs read them as octal'
  return `a line is one of: ${FORMS}`
}
