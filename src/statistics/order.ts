/** The order of rows: of the highest count first; of equal counts as `sort -rn` leaves them in the article, backwards by name. */

export interface Ordered {
  readonly label: string
  readonly count: number
}

/** Rows in their order. */
export function inOrder<Row extends Ordered>(rows: readonly Row[]): Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row.label) }))
  keyed.sort((a, b) => b.row.count - a.row.count || descending(a.key, b.key) || descending(a.row.label, b.row.label))
  return keyed.map(({ row }) => row)
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0
}

/**
 * A letter of Latin-1 is its base letter in lower case; whatever lies beyond is all the same, and above every letter. No locale
 * is asked, so that every host gives the same order.
 */
function keyOf(name: string): string {
  if (isPlain(name)) return name.toLowerCase()
  let key = ''
  for (const letter of name.normalize('NFC')) key += letter > '\xff' ? '\uffff' : baseOf(letter)
  return key
}

function isPlain(name: string): boolean {
  return !/[^\0-\x7f]/.test(name)
}

function baseOf(letter: string): string {
  return (WHOLE[letter] ?? letter.normalize('NFD')[0]!).toLowerCase()
}

/** Letters that Unicode does not take apart. */
const WHOLE: Readonly<Record<string, string>> = {
  Æ: 'a',
  æ: 'a',
  Ø: 'o',
  ø: 'o',
  Ð: 'd',
  ð: 'd',
  Þ: 't',
  þ: 't',
  ß: 's',
}
