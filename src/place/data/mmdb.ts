/**
 * Databases in MaxMind's format, whoever made them. The only importer of their reader: mmdb-lib, which `maxmind` is made of,
 * without its own hands on files. Source of the tree's form: MaxMind DB specification 2.0.
 */
import { Reader, type Response } from 'mmdb-lib'
import type { Network } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'
import { readWhole } from './read-whole.ts'

export interface Mmdb {
  /** As it names itself: `GeoLite2-City`. */
  readonly type: string
  /** YYYY-MM-DD. */
  readonly date: string | undefined
  readonly families: readonly (4 | 6)[]
  /** What its record says; undefined where there is none. @throws Fault `place.mmdb` */
  find(address: Network): unknown
  /**
   * Every IPv4 range that has a record, in order. @param numberOf what to call a record; asked once for each that the file holds
   * @throws Fault `place.mmdb`
   */
  ranges4(numberOf: (record: unknown) => number, add: (start: number, end: number, number: number) => void): void
  /** Every IPv6 range that somebody can have. 6to4 and Teredo are left out: their addresses carry IPv4 ones. */
  ranges6(numberOf: (record: unknown) => number, add: (start: bigint, end: bigint, number: number) => void): void
}

/** Nobody's database is larger: the largest known is half of it. */
const MAX_BYTES = 1024 ** 3

/** @param told what messages call it @throws Fault `place.mmdb`, `file.*` */
export function openMmdb(files: Pick<Files, 'open'>, path: string, told = path): Mmdb {
  const bytes = readWhole(files, path, MAX_BYTES)
  const attempt = <T>(act: () => T): T => {
    try {
      return act()
    } catch (cause) {
      throw damaged(told, cause)
    }
  }
  const database = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = attempt(() => new Reader<Response>(database))
  const { databaseType, buildEpoch, ipVersion } = reader.metadata
  const date = new Date(buildEpoch)
  const tree = { bytes, nodes: reader.metadata.nodeCount, bits: reader.metadata.recordSize }
  return {
    type: String(databaseType),
    date: Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10),
    // A file of IPv4 alone has an answer for IPv6 too: that of the IPv4 address which its first bits are.
    families: ipVersion === 4 ? [4] : [4, 6],
    find: ({ family, text }) =>
      family === 6 && ipVersion === 4 ? undefined : (attempt(() => reader.get(hostOf(text))) ?? undefined),
    ranges4(numberOf, add) {
      attempt(() => {
        const number = numbering((start) => numberOf(reader.get(text4(Number(start)))))
        const root = ipVersion === 4 ? 0 : rootOf4(tree)
        walk(tree, root, 32, (start, end, pointer) => add(Number(start), Number(end), number(start, pointer)))
      })
    },
    ranges6(numberOf, add) {
      if (ipVersion === 4) return
      attempt(() => {
        const number = numbering((start) => numberOf(reader.get(text6(start))))
        walk(tree, 0, 128, (start, end, pointer) => add(start, end, number(start, pointer)))
      })
    },
  }
}

/** Where a record stands tells which it is: it is decoded once. */
function numbering(decoded: (start: bigint) => number): (start: bigint, pointer: number) => number {
  const numbers = new Map<number, number>()
  return (start, pointer) => {
    let number = numbers.get(pointer)
    if (number === undefined) {
      number = decoded(start)
      numbers.set(pointer, number)
    }
    return number
  }
}

interface Tree {
  readonly bytes: Uint8Array
  readonly nodes: number
  /** Of a record: 24, 28 or 32; a node has two. */
  readonly bits: number
}

type Found = (start: bigint, end: bigint, pointer: number) => void

/** Every leaf of a tree that has a record, in order. */
function walk(tree: Tree, root: number, width: 32 | 128, found: Found): void {
  // A damaged tree may have circles.
  let steps = tree.nodes * 2 + 2
  const visit = (record: number, depth: number, start: bigint) => {
    if (record === tree.nodes || (width === 128 && isLeftOut(depth, start))) return
    const size = 1n << BigInt(width - depth)
    if (record > tree.nodes) return found(start, start + size - 1n, record)
    if (steps-- === 0 || depth === width) throw new Error('its tree has circles')
    visit(recordOf(tree, record, 0), depth + 1, start)
    visit(recordOf(tree, record, 1), depth + 1, start + (size >> 1n))
  }
  visit(root, 0, 0n)
}

/** All but 2000::/3, which is what is given out; in it 6to4 and Teredo, under which some files hold their IPv4 again. */
function isLeftOut(depth: number, start: bigint): boolean {
  if (depth === 3) return start >> 125n !== 1n
  if (depth === 16) return start >> 112n === 0x2002n
  return depth === 32 && start >> 96n === 0x20010000n
}

/** IPv4 stands at ::/96. */
function rootOf4(tree: Tree): number {
  let record = 0
  for (let depth = 0; depth < 96 && record < tree.nodes; depth++) record = recordOf(tree, record, 0)
  return record
}

function recordOf({ bytes, bits }: Tree, node: number, side: 0 | 1): number {
  const at = node * (bits / 4)
  if (bits === 28) {
    const middle = bytes[at + 3]!
    return side === 0 ? (middle >> 4) * 2 ** 24 + word24(bytes, at) : (middle & 15) * 2 ** 24 + word24(bytes, at + 4)
  }
  const from = at + (side * bits) / 8
  return bits === 24 ? word24(bytes, from) : word24(bytes, from) * 256 + bytes[from + 3]!
}

function word24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}

function hostOf(text: string): string {
  return text.split('/')[0]!
}

function text4(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
}

function text6(bits: bigint): string {
  return bits.toString(16).padStart(32, '0').match(/.{4}/g)!.join(':')
}

function damaged(path: string, cause: unknown): Fault {
  return new Fault('place.mmdb', `${path} is no database of MaxMind's format, or damaged`, {
    cause,
    at: { file: path },
  })
}
