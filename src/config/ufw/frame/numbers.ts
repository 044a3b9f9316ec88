/** Numbers, ports and rates as iptables writes them. */
import type { ServiceLookup } from '../../../base/ports.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

/** Decimal, or hexadecimal with 0x, or octal with 0, as strtoul(3) reads it. */
export function readNumber(text: string, max: number): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text)) return undefined
  const isOctal = /^0\d/.test(text)
  if (isOctal && /[89]/.test(text)) return undefined
  const value = isOctal ? Number.parseInt(text, 8) : Number(text)
  return value <= max ? value : undefined
}

/** `1:5`, `:5`, `1:`, `5`. */
export function readRange(text: string, max: number, separator = ':', read = readNumber): Range | undefined {
  const [first = '', last, more] = text.split(separator)
  if (more !== undefined) return undefined
  const from = first === '' && last !== undefined ? 0 : read(first, max)
  const to = last === undefined ? from : last === '' ? max : read(last, max)
  return from === undefined || to === undefined || from > to ? undefined : { from, to }
}

/** `22`, `ssh`, `1024:`. */
export function readPorts(text: string, services: ServiceLookup): Range | undefined {
  return readRange(text, 65535, ':', (word) => (/^\d{1,5}$/.test(word) ? readNumber10(word) : services(word)))
}

function readNumber10(text: string): number | undefined {
  return Number(text) <= 65535 ? Number(text) : undefined
}

/** nft's word for it. */
export function printRange({ from, to }: Range): string {
  return from === to ? `${from}` : `${from}-${to}`
}

/** As a set of nft, or the one range: sorted, none touching another. */
export function printRanges(ranges: readonly Range[]): string {
  const merged: Range[] = []
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && range.from <= last.to + 1)
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
    else merged.push(range)
  }
  return merged.length === 1 ? printRange(merged[0]!) : `{ ${merged.map(printRange).join(', ')} }`
}

export interface Rate {
  readonly count: number
  readonly unit: 'second' | 'minute' | 'hour' | 'day'
  readonly seconds: number
}

const UNITS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const

/** `3/min`, `10/s`, `5`: a second where no unit is named. Faster than 10,000 a second there is none. Source: iptables-extensions(8), limit. */
export function readRate(text: string): Rate | undefined {
  const parts = /^(\d{1,9})(?:\/([a-z]+))?$/i.exec(text)
  const count = Number(parts?.[1])
  const word = (parts?.[2] ?? 'second').toLowerCase()
  const unit = (Object.keys(UNITS) as Rate['unit'][]).find((name) => name.startsWith(word))
  if (!unit || !(count > 0) || count / UNITS[unit] > 10_000) return undefined
  return { count, unit, seconds: UNITS[unit] }
}

export function printRate({ count, unit }: Rate, burst: number, over = ''): string {
  return `limit rate ${over}${count}/${unit} burst ${burst} packets`
}

/** `0x1/0xff`: what, and under which mask. */
export function readMarked(
  text: string,
  whole = '0xffffffff',
  max = 0xffffffff,
): { readonly value: number; readonly mask: number } | undefined {
  const [first = '', second = whole, more] = text.split('/')
  const value = readNumber(first, max)
  const mask = readNumber(second, max)
  return value === undefined || mask === undefined || more !== undefined ? undefined : { value, mask }
}

export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`
}
