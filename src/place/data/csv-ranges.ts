/** Rows of ranges as they are published, told by their number of columns or by the names in their first row. */
import { type Network, parseAddress, parseNetwork, width } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import { csvRows } from './csv.ts'
import { asnOf, countryOf, degreesOf, type Fields, known, nameOf } from './fields.ts'

/** From one address to the last. */
type Bounds =
  | { readonly family: 4; readonly start: number; readonly end: number }
  | { readonly family: 6; readonly start: bigint; readonly end: bigint }

export type Range = Bounds & { readonly fields: Fields }

/** Which column says what; a range is two columns, or one network. */
type Columns = { readonly [name in 'start' | 'end' | 'network' | keyof Fields]?: number }

/**
 * Ranges in their order, without those that nobody can have: IPv6 outside 2000::/3.
 * @throws Fault `place.csv` with the line, for rows of no known kind
 */
export async function* csvRanges(path: string, pieces: AsyncIterable<Uint8Array>): AsyncIterable<readonly Range[]> {
  let columns: Columns | undefined
  let line = 0
  for await (const rows of csvRows(pieces)) {
    const ranges: Range[] = []
    for (const cells of rows) {
      line++
      if (!columns) {
        columns = named(cells)
        if (columns) continue
        columns = BY_COUNT[cells.length]
      }
      const bounds = columns && boundsOf(cells, columns)
      if (!bounds || !columns) throw wrong(path, line)
      if (bounds.family === 4 || bounds.start >> 125n === 1n)
        ranges.push({ ...bounds, fields: fieldsOf(cells, columns) })
    }
    yield ranges
  }
}

/** ip-location-db's countries, AS numbers and cities, and DB-IP's own cities. */
const BY_COUNT: Readonly<Record<number, Columns>> = {
  3: { start: 0, end: 1, country: 2 },
  4: { start: 0, end: 1, asn: 2, organisation: 3 },
  8: { start: 0, end: 1, country: 3, region: 4, city: 5, latitude: 6, longitude: 7 },
  10: { start: 0, end: 1, country: 2, region: 3, city: 5, latitude: 7, longitude: 8 },
}

/** What IPinfo calls its columns. */
const NAMES: Readonly<Record<string, keyof Columns>> = {
  network: 'network',
  start_ip: 'start',
  end_ip: 'end',
  country_code: 'country',
  asn: 'asn',
  as_name: 'organisation',
  city: 'city',
  region: 'region',
  lat: 'latitude',
  latitude: 'latitude',
  lng: 'longitude',
  longitude: 'longitude',
}

function named(cells: readonly string[]): Columns | undefined {
  const columns = Object.fromEntries(cells.flatMap((cell, i) => (NAMES[cell] ? [[NAMES[cell], i]] : [])))
  return 'network' in columns || ('start' in columns && 'end' in columns) ? columns : undefined
}

function boundsOf(cells: readonly string[], { start, end, network }: Columns): Bounds | undefined {
  if (network !== undefined) {
    const found = parseNetwork(cells[network] ?? '')
    return found && bounds(found.bits, lastOf(found), found.family)
  }
  const [first, last] = [cells[start!] ?? '', cells[end!] ?? '']
  if (NUMBER4.test(first) && NUMBER4.test(last)) return bounds(first, last, 4)
  const [from, to] = [addressOf(first), addressOf(last)]
  return from && to && from.family === to.family ? bounds(from.bits, to.bits, from.family) : undefined
}

/** Not longer than an IPv4 address is as a number; no IPv6 address that somebody can have is as short. */
const NUMBER4 = /^\d{1,10}$/

function bounds(start: bigint | string, end: bigint | string, family: 4 | 6): Bounds | undefined {
  if (family === 6) return { family, start: BigInt(start), end: BigInt(end) }
  return Number(end) < 2 ** 32 ? { family, start: Number(start), end: Number(end) } : undefined
}

function lastOf({ family, bits, prefix }: Network): bigint {
  return bits + (1n << BigInt(width(family) - prefix)) - 1n
}

/** As text, or as the number that its bits are. */
function addressOf(cell: string): Pick<Network, 'family' | 'bits'> | undefined {
  return /^\d{11,39}$/.test(cell) ? { family: 6, bits: BigInt(cell) } : parseAddress(cell)
}

function fieldsOf(cells: readonly string[], columns: Columns): Fields {
  const cell = (name: keyof Fields) => (columns[name] === undefined ? undefined : cells[columns[name]])
  return known({
    country: countryOf(cell('country')),
    asn: asnOf(cell('asn')),
    organisation: nameOf(cell('organisation')),
    city: nameOf(cell('city')),
    region: nameOf(cell('region')),
    latitude: degreesOf(cell('latitude'), 90),
    longitude: degreesOf(cell('longitude'), 180),
  })
}

function wrong(path: string, line: number): Fault {
  return new Fault('place.csv', 'no row of ranges that is known here', {
    hint: 'FIRST,LAST,COUNTRY or FIRST,LAST,AS,NAME, the cities of ip-location-db or DB-IP, or IPinfo Lite',
    at: { file: path, line },
  })
}
