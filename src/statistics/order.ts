/** The order of rows: of the highest count first; of equal counts as `sort -rn` leaves them in the article, backwards by name. */

export interface Ordered {
  readonly label: string
  readonly count: number
}

/** Rows in their order. Of a million most have a count in common with many: those are put in order by themselves. */
export function inOrder<Row extends Ordered>(rows: readonly Row[]): Row[] {
  const byCount = new Map<number, { readonly row: Row; readonly key: string }[]>()
  for (const row of rows) {
    const keyed = { row, key: keyOf(row.label) }
    const alike = byCount.get(row.count)
    if (alike) alike.push(keyed)
    else byCount.set(row.count, [keyed])
  }
  const ordered: Row[] = []
  for (const [, alike] of [...byCount].sort(([a], [b]) => b - a)) {
    alike.sort((a, b) => descending(a.key, b.key) || descending(a.row.label, b.row.label))
    for (const { row } of alike) ordered.push(row)
  }
  return ordered
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1
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
