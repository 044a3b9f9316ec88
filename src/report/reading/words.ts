/** A sentence under construction: plain text in which names from outside are marked, so that a page can set them apart. */
import { amount } from '../../chart/amount.ts'
import type { Unit } from '../../statistics/table.ts'

export type Words = readonly (string | Name)[]

/** From outside: a label of a row, unescaped. */
export interface Name {
  readonly name: string
}

export function name(text: string): Name {
  return { name: text }
}

/** Numbers are printed with their thousands apart. */
export function say(texts: TemplateStringsArray, ...values: readonly (string | number | Name | Words)[]): Words {
  return texts
    .flatMap((text, i) => [text, ...(i < values.length ? wordsOf(values[i]!) : [])])
    .filter((word) => word !== '')
}

function wordsOf(value: string | number | Name | Words): Words {
  if (typeof value === 'number') return [amount(value)]
  if (typeof value === 'string' || 'name' in value) return [value]
  return value
}

export function textOf(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.name)).join('')
}

/** `a, b and c`; of more than `most` things the first, and how many more there are. */
export function listed(things: readonly Words[], most = things.length): Words {
  // Instead of "1 more" it is named.
  const shown = things.length > most + 1 ? [...things.slice(0, most), say`${things.length - most} more`] : things
  return shown.flatMap((thing, i) => [...(i === 0 ? [] : [i === shown.length - 1 ? ' and ' : ', ']), ...thing])
}

const NOUNS: Readonly<Record<Unit, readonly [string, string]>> = {
  ips: ['address', 'addresses'],
  bans: ['ban', 'bans'],
  failures: ['failure', 'failures'],
  lines: ['line', 'lines'],
}

/** `1 address`, `2 623 addresses`. */
export function counted(count: number, unit: Unit): string {
  return `${amount(count)} ${noun(count, unit)}`
}

export function noun(count: number, unit: Unit): string {
  return NOUNS[unit][count === 1 ? 0 : 1]
}

/** `1 country`, `65 countries`. */
export function numbered(count: number, one: string, many: string): string {
  return `${amount(count)} ${count === 1 ? one : many}`
}

export function capital(word: string): string {
  return word === '' ? '' : word[0]!.toUpperCase() + word.slice(1)
}
