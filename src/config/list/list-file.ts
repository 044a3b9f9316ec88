/**
 * Lists on the disk, one file each: a head of text that says how much there is, so that a command that names a list reads no more of
 * it, then the addresses as the kernel has them, four bytes or sixteen each.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { type AddressList, isListName, type Length, sizeOf } from '../../firewall/list/address-list.ts'
import { countOf, type Layer, stride } from '../../firewall/list/layer.ts'
import type { EpochMs } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import type { World } from '../../world/world.ts'

export interface StoredList extends AddressList {
  /** When it was last changed. */
  readonly at: EpochMs
  /** Where it came from: a path, as it was given. */
  readonly from: string
}

/** Padded with blanks: 161 lengths fit in. */
const HEAD_BYTES = 4096
const SUFFIX = '.list'
/** Beside it, until it counts. */
const NEW = '.new'
const KIND = 'list of addresses 1'

interface Where {
  readonly lists: string
}

type Hands = Pick<World, 'files' | 'digest'>

/** Their names, sorted. */
export function listNames(files: Pick<Files, 'list'>, { lists }: Where): readonly string[] {
  return files
    .list(lists)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter(isListName)
}

/** undefined: there is none of this name. @throws Fault `list.damaged`, `file.*` */
export function readStored(world: Hands, where: Where, name: string): StoredList | undefined {
  const { files } = world
  const path = pathOf(where, name)
  if (!isListName(name) || !files.stat(path)) return undefined
  const head = readHead(files, path)
  let layers: readonly Layer[] | undefined
  return {
    ...head,
    name,
    layers() {
      layers ??= readLayers(world, path, head)
      return layers
    },
  }
}

/** A list that is not on the disk yet. */
export function listOf(
  { digest }: Pick<World, 'digest'>,
  name: string,
  layers: readonly Layer[],
  { at, from }: Pick<StoredList, 'at' | 'from'>,
): StoredList {
  const lengths = layers.map((layer) => ({ family: layer.family, prefix: layer.prefix, count: countOf(layer) }))
  return { name, at, from, lengths, digest: digestOf({ digest }, layers), layers: () => layers }
}

function digestOf({ digest }: Pick<World, 'digest'>, layers: readonly Layer[]): string {
  const sums = layers.map(({ family, prefix, words }) => `${family} ${prefix} ${digest.sha1(bytesOf(words))}\n`)
  return digest.sha1(new TextEncoder().encode(sums.join(''))).slice(0, 24)
}

export interface PreparedList {
  /** From here on it counts. @throws Fault `file.*` */
  commit(): void
  /** Nothing of it is left. */
  abandon(): void
}

/** Writes it beside the one that it will replace. Under UFW's lock. @throws Fault `file.*` */
export function prepareList(files: Files, where: Where, list: StoredList): PreparedList {
  const path = pathOf(where, list.name)
  files.makeFolder(where.lists, 0o755)
  try {
    files.create(path + NEW, contentOf(list), 0o600)
  } catch (thrown) {
    files.remove(path + NEW)
    throw asFault(thrown, 'file.failed')
  }
  return {
    commit() {
      files.rename(path + NEW, path)
      files.syncFolder(where.lists)
    },
    abandon: () => files.remove(path + NEW),
  }
}

/** Under UFW's lock. */
export function removeList(files: Files, where: Where, name: string): void {
  files.remove(pathOf(where, name))
  files.remove(pathOf(where, name) + NEW)
  files.syncFolder(where.lists)
}

function pathOf({ lists }: Where, name: string): string {
  return `${lists}/${name}${SUFFIX}`
}

function contentOf({ digest, lengths, at, from, layers }: StoredList): Uint8Array {
  const head = new TextEncoder().encode(
    JSON.stringify({ kind: KIND, digest, at, from: from.slice(0, 200), lengths: lengths.map(packed) }),
  )
  const bodies = layers().map(({ words }) => bytesOf(words))
  const bytes = new Uint8Array(HEAD_BYTES + bodies.reduce((sum, { length }) => sum + length, 0))
  bytes.fill(0x20, 0, HEAD_BYTES).set(head)
  bytes[HEAD_BYTES - 1] = 0x0a
  let offset = HEAD_BYTES
  for (const body of bodies) {
    bytes.set(body, offset)
    offset += body.length
  }
  return bytes
}

function packed({ family, prefix, count }: Length): readonly number[] {
  return [family, prefix, count]
}

/** As this machine has them: a list is not carried to another. */
function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function readHead(files: Files, path: string): Omit<StoredList, 'name' | 'layers'> {
  const file = files.open(path)
  try {
    const bytes = new Uint8Array(HEAD_BYTES)
    const head = file.read(bytes, 0) === HEAD_BYTES ? parseHead(new TextDecoder().decode(bytes)) : undefined
    if (!head || file.stat().size !== HEAD_BYTES + bodyBytes(head)) throw damaged(path)
    return head
  } finally {
    file.close()
  }
}

function parseHead(text: string): Omit<StoredList, 'name' | 'layers'> | undefined {
  try {
    const { kind, digest, at, from, lengths } = JSON.parse(text) as Record<string, unknown>
    if (kind !== KIND || typeof digest !== 'string' || !/^[0-9a-f]{24}$/.test(digest)) return undefined
    if (typeof at !== 'number' || typeof from !== 'string' || !Array.isArray(lengths)) return undefined
    return { digest, at: at as EpochMs, from, lengths: lengths.map(unpacked) }
  } catch {
    return undefined
  }
}

function unpacked(numbers: unknown): Length {
  const [family, prefix, count] = numbers as readonly unknown[]
  const isFamily = family === 4 || family === 6
  if (!isFamily || !isWithin(prefix, 1, stride(family) * 32) || !isWithin(count, 1, 2 ** 31)) throw new TypeError()
  return { family, prefix, count }
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

function bodyBytes(list: Pick<AddressList, 'lengths'>): number {
  return sizeOf(list, 4) * 4 + sizeOf(list, 6) * 16
}

function readLayers(
  { files, digest }: Hands,
  path: string,
  head: Pick<StoredList, 'lengths' | 'digest'>,
): readonly Layer[] {
  const body = new Uint8Array(bodyBytes(head))
  const file = files.open(path)
  try {
    for (let at = 0; at < body.length; ) {
      const count = file.read(body.subarray(at), HEAD_BYTES + at)
      if (count === 0) throw damaged(path)
      at += count
    }
  } finally {
    file.close()
  }
  let at = 0
  const layers = head.lengths.map(({ family, prefix, count }) => {
    const words = new Uint32Array(body.buffer, at, count * stride(family))
    at += words.byteLength
    return { family, prefix, words }
  })
  if (digestOf({ digest }, layers) !== head.digest) throw damaged(path)
  return layers
}

function damaged(path: string): Fault {
  return new Fault('list.damaged', 'this is no list that can be read', {
    hint: 'make it again: rampart list add NAME FILE',
    at: { file: path },
  })
}
