/** Rows of comma-separated values (RFC 4180), each on a line of its own, as they come. */
import { Fault } from '../../base/fault.ts'

/** Longer rows are of no data of places; they would be kept whole. */
const LONGEST = 65_536

/**
 * Many at once: a turn of the event loop for each row would take longer than the row.
 * @param pieces UTF-8, cut anywhere
 * @throws Fault `place.csv`
 */
export async function* csvRows(pieces: AsyncIterable<Uint8Array>): AsyncIterable<readonly (readonly string[])[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST) throw new Fault('place.csv', `a row of more than ${LONGEST} letters is none of ranges`)
    yield rowsOf(lines)
  }
  yield rowsOf([rest + decoder.decode()])
}

function rowsOf(lines: readonly string[]): readonly (readonly string[])[] {
  return lines.filter((line) => line.trim() !== '').map((line) => cellsOf(line.replace(/\r$/, '')))
}

function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  // A comma before each cell: none of them is matched by nothing.
  for (const [, quoted, plain] of `,${line}`.matchAll(CELL))
    cells.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
  return cells
}

const CELL = /,(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/g
