/**
 * The tokens of a date pattern: strptime's, and Fail2ban's strict ones (`%Ex...`, which take no shorter forms). Each
 * becomes expression text in the syntax that Python and JavaScript share; the names of its groups say what moment.ts
 * reads. The order of alternatives matters: it decides which of two readings is tried first.
 */

export interface Token {
  readonly text: string
  /** What the token is called where templates are listed. */
  readonly label: string
  /** Names and am/pm are found in any case, and with them the whole pattern. */
  readonly caseless?: true
}

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const

/** @param years what `%ExY` takes */
export function tokens(years: string): ReadonlyMap<string, Token> {
  return new Map<string, Token>([...TOKENS, ['ExY', { text: `(?<Y>${years})`, label: 'ExYear' }]])
}

/** The pattern with each token's label in its place: what a template is called where templates are listed. */
export function labelled(pattern: string, table: ReadonlyMap<string, Token>): string {
  return pattern.replace(/%(%|Ex[a-zA-Z]|[a-zA-Z])/g, (token, name: string) =>
    name === '%' ? '%' : (table.get(name)?.label ?? token),
  )
}

/**
 * `%ExY` takes the years from 2000 to the end of the decade that holds the third year from now: what is further ahead
 * is no date. Measured on the installed program with its clock set to each year.
 */
export function exactYears(year: number): string {
  const last = Math.max(2000, Math.floor((year + 3) / 10) * 10)
  const centuries: string[] = []
  for (let century = 2000; century <= last; century += 100) {
    const decade = Math.min(9, (last - century) / 10)
    centuries.push(`${century / 100}[0-${decade}]\\d`)
  }
  return centuries.join('|')
}

const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3)).join('|')
const ZONE_NAME = '[A-Z](?:[A-Z]{2,4})?'
const ZONE_OFFSET = '[+-][01]\\d(?::?\\d\\d)?'
const WEEK = '5[0-3]|[0-4]\\d|\\d'
// The forms inside %c, %x and %X try two digits before one; those that stand alone do not.
const PYTHON_DAY = '(?<d>3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])'
const PYTHON_TIME = '(?<H>2[0-3]|[01]\\d|\\d):(?<M>[0-5]\\d|\\d):(?<S>6[01]|[0-5]\\d|\\d)'

const TOKENS: readonly (readonly [string, Token])[] = [
  ['a', { text: `(?<a>${short(DAYS)})`, label: 'DAY', caseless: true }],
  ['A', { text: `(?<A>${DAYS.join('|')})`, label: 'DAYNAME', caseless: true }],
  ['b', { text: `(?<b>${short(MONTHS)})`, label: 'MON', caseless: true }],
  ['B', { text: `(?<B>${MONTHS.join('|')})`, label: 'MONTH', caseless: true }],
  [
    'c',
    {
      text: `(?<a>${short(DAYS)})\\s+(?<b>${short(MONTHS)})\\s+${PYTHON_DAY}\\s+${PYTHON_TIME}\\s+(?<Y>\\d{4})`,
      label: '%c',
      caseless: true,
    },
  ],
  ['d', { text: '(?<d>[12]\\d|[0 ]?[1-9]|3[01])', label: 'Day' }],
  ['f', { text: '(?<f>[0-9]{1,6})', label: 'Microseconds' }],
  ['G', { text: '(?<G>\\d{4})', label: '%G' }],
  ['H', { text: '(?<H>[01]?\\d|2[0-3])', label: '24hour' }],
  ['I', { text: '(?<I>1[0-2]|0[1-9]|[1-9])', label: '12hour' }],
  ['j', { text: '(?<j>36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])', label: 'Yearday' }],
  ['k', { text: ' ?(?<H>[0-2]?\\d)', label: '%k' }],
  ['l', { text: ' ?(?<I>1?\\d)', label: '%l' }],
  ['m', { text: '(?<m>0?[1-9]|1[0-2])', label: 'Month' }],
  ['M', { text: '(?<M>[0-5]?\\d)', label: 'Minute' }],
  ['p', { text: '(?<p>am|pm)', label: 'AMPM', caseless: true }],
  ['S', { text: '(?<S>[0-5]?\\d|6[01])', label: 'Second' }],
  ['u', { text: '(?<u>[1-7])', label: '%u' }],
  ['U', { text: `(?<U>${WEEK})`, label: 'Yearweek' }],
  ['V', { text: '(?<V>5[0-3]|0[1-9]|[1-4]\\d|\\d)', label: '%V' }],
  ['w', { text: '(?<w>[0-6])', label: 'Weekday' }],
  ['W', { text: `(?<W>${WEEK})`, label: 'Yearweek' }],
  ['x', { text: `(?<m>1[0-2]|0[1-9]|[1-9])/${PYTHON_DAY}/(?<y>\\d\\d)`, label: '%x' }],
  ['X', { text: PYTHON_TIME, label: '%X' }],
  ['y', { text: '(?<y>\\d\\d)', label: 'Year2' }],
  ['Y', { text: '(?<Y>\\d{4})', label: 'Year' }],
  ['z', { text: `(?<z>Z|UTC|GMT|${ZONE_OFFSET})`, label: 'Zone offset' }],
  ['Z', { text: '(?<Z>Z|[A-Z]{3,5})', label: 'Zone name' }],
  ['Exd', { text: '(?<d>[12]\\d|0[1-9]|3[01])', label: 'ExDay' }],
  ['ExH', { text: '(?<H>[01]\\d|2[0-3])', label: 'Ex24hour' }],
  ['Exk', { text: ' ?(?<H>[01]?\\d|2[0-3])', label: '%Exk' }],
  ['Exl', { text: ' ?(?<I>1[0-2]|\\d)', label: '%Exl' }],
  ['Exm', { text: '(?<m>0[1-9]|1[0-2])', label: 'ExMonth' }],
  ['ExM', { text: '(?<M>[0-5]\\d)', label: 'ExMinute' }],
  ['ExS', { text: '(?<S>[0-5]\\d|6[01])', label: 'ExSecond' }],
  ['Exy', { text: '(?<y>\\d\\d)', label: 'ExYear2' }],
  ['Exz', { text: `(?<z>(?:${ZONE_NAME})?${ZONE_OFFSET}|${ZONE_NAME})`, label: 'ExZone offset' }],
  ['ExZ', { text: `(?<Z>${ZONE_NAME})`, label: 'ExZone name' }],
]
