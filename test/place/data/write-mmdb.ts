/** Databases in MaxMind's format, made for tests. Source: MaxMind DB specification 2.0. */
import { parseNetwork } from '../../../src/base/address.ts'

export type Value = string | number | { readonly [name: string]: Value } | readonly Value[]

export interface MmdbOptions {
  readonly type?: string
  readonly version?: 4 | 6
  readonly bits?: 24 | 28 | 32
  /** In seconds. */
  readonly epoch?: number
}

type Node = [Node | number | undefined, Node | number | undefined]

/** @param rows networks and their records; IPv4 ones stand at ::/96 of a database of IPv6 */
export function writeMmdb(rows: readonly (readonly [string, Value])[], options: MmdbOptions = {}): Uint8Array {
  const { type = 'Test', version = 6, bits = 24, epoch = Date.UTC(2026, 4, 17) / 1000 } = options
  const data: Buffer[] = []
  const root: Node = [undefined, undefined]
  for (const [text, value] of rows) {
    const { family, bits: address, prefix } = parseNetwork(text)!
    const shift = version === 6 && family === 4 ? 96 : 0
    const size = version === 4 ? 32 : 128
    const at = data.reduce((sum, { length }) => sum + length, 0)
    data.push(encode(value))
    insert(root, family === 4 || version === 6 ? address : address >> 96n, prefix + shift, size, at)
  }
  const nodes = numbered(root)
  const tree = Buffer.concat(nodes.map((node) => record(node, nodes, bits)))
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: epoch,
    database_type: type,
    description: { en: 'made for a test' },
    ip_version: version,
    languages: ['en'],
    node_count: nodes.length,
    record_size: bits,
  })
  const mark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
  return Buffer.concat([tree, Buffer.alloc(16), ...data, mark, metadata])
}

/** @param size of an address of this tree; what is narrower stands below its zeros */
function insert(root: Node, address: bigint, prefix: number, size: number, value: number): void {
  let node = root
  for (let depth = 0; depth < prefix - 1; depth++) {
    const side = Number((address >> BigInt(size - 1 - depth)) & 1n)
    if (!Array.isArray(node[side])) node[side] = [undefined, undefined]
    node = node[side] as Node
  }
  node[Number((address >> BigInt(size - prefix)) & 1n)] = value
}

function numbered(root: Node): Node[] {
  const nodes = [root]
  for (let i = 0; i < nodes.length; i++) for (const side of nodes[i]!) if (Array.isArray(side)) nodes.push(side)
  return nodes
}

function record(node: Node, nodes: readonly Node[], bits: 24 | 28 | 32): Buffer {
  const [left, right] = node.map((side) => {
    if (side === undefined) return nodes.length
    return Array.isArray(side) ? nodes.indexOf(side) : nodes.length + 16 + side
  }) as [number, number]
  const bytes = Buffer.alloc(bits / 4)
  if (bits === 28) {
    bytes.writeUIntBE(left % 2 ** 24, 0, 3)
    bytes[3] = (Math.floor(left / 2 ** 24) << 4) | Math.floor(right / 2 ** 24)
    bytes.writeUIntBE(right % 2 ** 24, 4, 3)
    return bytes
  }
  bytes.writeUIntBE(left, 0, bits / 8)
  bytes.writeUIntBE(right, bits / 8, bits / 8)
  return bytes
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)])
  const entries = Object.entries(value)
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([name, part]) => [encode(name), encode(part)])])
}

function number(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(6, 4), bytes])
  }
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return Buffer.concat([control(3, 8), bytes])
}

/** Types above 7 have a byte of their own. */
function control(type: number, size: number): Buffer {
  const more = size < 29 ? [] : size < 285 ? [size - 29] : [(size - 285) >> 8, (size - 285) & 255]
  const short = size < 29 ? size : size < 285 ? 29 : 30
  return Buffer.from(type > 7 ? [short, type - 7, ...more] : [(type << 5) | short, ...more])
}
