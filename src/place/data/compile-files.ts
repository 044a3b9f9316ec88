/** Files of data as they are published → a layer. */
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'
import { Compiler } from './compile.ts'
import { csvRanges } from './csv-ranges.ts'
import type { Subject } from './fields.ts'
import { originOfDatabase, originOfFile } from './known-databases.ts'
import { openMmdb } from './mmdb.ts'
import type { Origin } from './origin.ts'
import { fieldsOf } from './shape.ts'

/** Where MaxMind's format says what the file is: within its last 128 KiB. Source: MaxMind DB specification 2.0. */
const METADATA_BYTES = 128 * 1024
const METADATA_MARK = [0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com')]

export function isMmdb(files: Pick<Files, 'open'>, path: string): boolean {
  const file = files.open(path)
  try {
    const { size } = file.stat()
    const bytes = new Uint8Array(Math.min(size, METADATA_BYTES))
    const got = file.read(bytes, size - bytes.length)
    return Buffer.from(bytes.buffer, 0, got).includes(Buffer.from(METADATA_MARK))
  } finally {
    file.close()
  }
}

/** A plain file: a database, or ranges as CSV. */
export interface Source {
  readonly path: string
  /** As its publisher calls it. */
  readonly name: string
  /** As who gave it knows it; undefined: by its path. */
  readonly told?: string
}

/**
 * @param sources each family's ranges in order
 * @param origin undefined: what the first file says of itself; without a date, that of a database
 * @throws Fault `place.mmdb`, `place.csv`, `place.order`, `place.empty` where it says nothing of the subject, `file.*`
 */
export async function compileFiles(
  files: Pick<Files, 'open' | 'stream'>,
  sources: readonly Source[],
  subject: Subject,
  origin?: Origin,
): Promise<readonly Uint8Array[]> {
  const compiler = new Compiler(subject)
  let whose = origin
  let has4 = false
  for (const { path, name, told = path } of sources) {
    if (!isMmdb(files, path)) {
      if (/\.mmdb$/i.test(name))
        throw new Fault('place.mmdb', `${told} is no database of MaxMind's format, or not all of it`, {
          at: { file: told },
        })
      whose ??= originOfFile(name)
      await addCsv(compiler, told, files.stream(path))
      continue
    }
    const database = openMmdb(files, path, told)
    whose = {
      ...(database.date === undefined ? {} : { date: database.date }),
      ...(whose ?? originOfDatabase(database, name)),
    }
    const numberOf = (record: unknown) => compiler.numberOf(fieldsOf(record))
    // One of IPv6 alone, beside one of IPv4, tells nothing of IPv4.
    if (!has4) database.ranges4(numberOf, (start, end, number) => compiler.add4(start, end, number))
    database.ranges6(numberOf, (start, end, number) => compiler.add6(start, end, number))
    has4 ||= database.families.includes(4)
  }
  if (compiler.isEmpty || !whose) {
    const names = sources.map(({ name }) => name).join(', ')
    throw new Fault('place.empty', `nothing in ${names} says which ${subject} an address belongs to`)
  }
  return compiler.finish(whose)
}

async function addCsv(compiler: Compiler, path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const ranges of csvRanges(path, pieces)) {
    for (const range of ranges) {
      const number = compiler.numberOf(range.fields)
      if (range.family === 4) compiler.add4(range.start, range.end, number)
      else compiler.add6(range.start, range.end, number)
    }
  }
}
