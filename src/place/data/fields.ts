/** What one record of some data says of a place, and how words from outside become it. */

/** Of a place, all but what it is told by itself. */
export interface Fields {
  readonly country?: string
  readonly asn?: number
  readonly organisation?: string
  /** As the source gives it, with its district. */
  readonly city?: string
  readonly region?: string
  readonly latitude?: number
  readonly longitude?: number
}

/** What is to be known of places, each from data of its own. */
export type Subject = 'country' | 'organisation' | 'city'

export const SUBJECTS: readonly Subject[] = ['country', 'organisation', 'city']

/** Which fields are kept of each. */
export const COLUMNS: Readonly<Record<Subject, readonly (keyof Fields)[]>> = {
  country: ['country'],
  organisation: ['asn', 'organisation'],
  city: ['country', 'city', 'region', 'latitude', 'longitude'],
}

/** Longer names are nobody's: they are cut. In UTF-16 units. */
const LONGEST_NAME = 300

/** Two letters in capitals; not ZZ and XX, which say that nobody knows. */
export function countryOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z]{2}$/.test(value)) return undefined
  const code = value.toUpperCase()
  return code === 'ZZ' || code === 'XX' ? undefined : code
}

/** `AS15169`, `15169` or 15169; AS 0 is nobody's (RFC 7607). */
export function asnOf(value: unknown): number | undefined {
  const digits = typeof value === 'string' ? /^(?:AS)?(\d{1,10})$/i.exec(value.trim())?.[1] : value
  const number = Number(digits ?? Number.NaN)
  return Number.isInteger(number) && number > 0 && number < 2 ** 32 ? number : undefined
}

/** Raw, for whoever prints it to escape; of blanks, dashes and what nobody sees alone it is none. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.slice(0, LONGEST_NAME).toWellFormed().trim()
  return /[\p{L}\p{N}\p{S}]/u.test(text) ? text : undefined
}

/** Degrees, at most this many either way of zero. */
export function degreesOf(value: unknown, most: 90 | 180): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  if (value === '') return undefined
  const degrees = Number(value)
  return Math.abs(degrees) <= most ? degrees : undefined
}

/** Those that are known; half a coordinate is none. */
export function known(fields: { readonly [Key in keyof Fields]: Fields[Key] | undefined }): Fields {
  const isHalf = fields.latitude === undefined || fields.longitude === undefined
  const known: Record<string, unknown> = {}
  for (const name in fields) {
    const value = fields[name as keyof Fields]
    if (value !== undefined && !(isHalf && (name === 'latitude' || name === 'longitude'))) known[name] = value
  }
  return known
}
