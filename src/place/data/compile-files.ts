/** Files of data as they are published → a layer. */
import { Fault } from '../../base/fault.ts'
import type { Files } from '../../world/files.ts'
import { Compiler } from './compile.ts'
import { csvRanges } from './csv-ranges.ts'
import type { Subject } from './fields.ts'
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

/**
 * @param paths plain files: databases, or ranges as CSV, each family's in order
 * @param origin what is known of it; the databases' own date, where it has none
 * @throws Fault `place.mmdb`, `place.csv`, `place.order`, `place.empty` where it says nothing of the subject, `file.*`
 */
export async function compileFiles(
  files: Pick<Files, 'open' | 'stream'>,
  paths: readonly string[],
  subject: Subject,
  origin: Origin,
): Promise<readonly Uint8Array[]> {
  const compiler = new Compiler(subject)
  let date = origin.date
  let has4 = false
  for (const path of paths) {
    if (!isMmdb(files, path)) {
      await addCsv(compiler, path, files.stream(path))
      continue
    }
    const database = openMmdb(files, path)
    date ??= database.date
    const numberOf = (record: unknown) => compiler.numberOf(fieldsOf(record))
    // One of IPv6 alone, beside one of IPv4, tells nothing of IPv4.
    if (!has4) database.ranges4(numberOf, (start, end, number) => compiler.add4(start, end, number))
    database.ranges6(numberOf, (start, end, number) => compiler.add6(start, end, number))
    has4 ||= database.families.includes(4)
  }
  const pieces = compiler.finish(date === undefined ? origin : { ...origin, date })
  if (compiler.isEmpty)
    throw new Fault('place.empty', `${paths.join(', ')}: nothing in it says which ${subject} an address belongs to`)
  return pieces
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
