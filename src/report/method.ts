/** How a report counts, in sentences for its readers. */
import { amount } from '../chart/amount.ts'
import type { Table } from '../statistics/table.ts'
import type { Report } from './report.ts'
import { subjectOf, whenOf } from './wording.ts'

export function method(report: Report): string[] {
  const { country, classes, paths } = report
  return [
    `Counted: ${subjectOf(country)}; ${whenOf(country)}. ${country.origin === 'list' && country.unit === 'ips' ? ONCE : UNITS[country.unit]}`,
    ...(country.overlaps ? ['An address that stands in several rows counts once in the total.'] : []),
    'Rows are ordered by count; equal ones by name. What no place is known for is the row “unknown”, and counts in the total.',
    'Places are those of networks: where an address is registered or located, never who uses it. Cities of one name in two countries are two rows; organisations are counted by AS number.',
    `Kinds of networks and owners are from a list kept with the program (of ${classes.version}, ${amount(classes.size)} AS numbers); what is not on it is called unclassified.`,
    ...(paths ? [REQUESTS[paths.unit === 'failures' ? 'failures' : 'bans']] : []),
    'The reading is made by fixed rules from these numbers alone. A rule that has too little to go by says nothing.',
  ]
}

const ONCE = 'Each address counts once, however often it stands there.'

const REQUESTS = {
  failures:
    'Paths and user agents are those of the newest line of each failure, banned for or not; ports those of the lines that led to bans. All as far as they tell.',
  bans: 'Ports, paths and user agents are those of the lines that led to bans, as far as they tell.',
} as const

const UNITS: Readonly<Record<Table['unit'], string>> = {
  ips: 'Each address counts once, however often it was banned.',
  bans: 'Each ban counts, so that an address that was banned again counts again.',
  failures: 'Each failure counts that a filter saw.',
  lines: 'Each line counts, so that an address that stands there twice counts twice.',
}
