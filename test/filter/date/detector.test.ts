/**
 * Compares with the installed Fail2ban where dates stand and what they mean; see rows.test.ts for what needs no package.
 *
 * Known differences, all of them:
 * - Where Fail2ban fails with an exception and drops the line (a zone name that nobody knows, a day without a month, a
 *   pattern that begins with %k or %l) the span is found here, without a time if there is none.
 * - The hour that an autumn repeats: the C library answers by chance of what it was asked before; here it is the second
 *   time round, unless that is still ahead of now.
 * - Patterns that match nothing at the end of a line, on which Fail2ban fails, or that match nothing in one line and
 *   something in the next.
 * - Refused here when they are read: conditional, atomic and possessive forms, flags inside the pattern, and brackets
 *   that only balance once the pattern is wrapped.
 * - The label of %Exk and %Exl, which changes from run to run there.
 */
import { test } from 'node:test'
import { dateDetector } from '../../../src/filter/date/detector.ts'
import { dice, line, logOf, serverLog } from './lines.ts'
import { type Answer, type Case, compare, missing } from './oracle.ts'

const skip = missing
const BERLIN = 'CET-01CEST-02,M3.5.0,M10.5.0'
const ISO = '%Y-%m-%d %H:%M:%S'
const STAMP = '2026-03-04 05:06:07'

/** Each line by a detector of its own: nothing that came before plays a part. */
function each(pattern: string | undefined, lines: readonly string[], rest: Partial<Case> = {}): Case[] {
  return lines.map((one) => ({ ...(pattern === undefined ? {} : { pattern }), ...rest, lines: [one] }))
}

function around(date: string): string[] {
  const before = [
    '',
    'x',
    'x ',
    ' ',
    '  ',
    '   ',
    '_',
    '[',
    '[[',
    '[[[',
    '5',
    '[5',
    '-',
    '.',
    'ä',
    '\u0301',
    '×',
    '((',
    'x [',
    '"',
  ]
  const after = ['', 'x', ' x', '8', '_', ']', '\n', 'é', '\u0301', '.', ' 2026', ')']
  return [
    ...before.map((text) => `${text}${date}`),
    ...after.map((text) => `${date}${text}`),
    `[${date}] x`,
    `x${date}y`,
  ]
}

for (const tz of ['UTC', BERLIN]) {
  test(`a line alone has the same date as in Fail2ban (${tz})`, { skip }, () => {
    const roll = dice(101)
    compare(
      Array.from({ length: 700 }, () => ({ lines: [line(roll)] })),
      tz,
    )
  })

  test(`mixed lines one after the other pick the same templates (${tz})`, { skip }, () => {
    const roll = dice(102)
    compare(
      Array.from({ length: 60 }, () => ({ lines: Array.from({ length: 25 }, () => line(roll)) })),
      tz,
    )
  })

  test(`a log that changes its form now and then picks the same templates (${tz})`, { skip }, () => {
    const roll = dice(103)
    compare(
      Array.from({ length: 60 }, () => ({ lines: logOf(roll, 40) })),
      tz,
    )
  })
}

test('access logs and syslogs, with dates that clients wrote', { skip }, () => {
  const roll = dice(107)
  compare(
    Array.from({ length: 150 }, () => ({ lines: serverLog(roll, 40) })),
    'UTC',
  )
})

test('a template that was not used for five minutes loses its place', { skip }, () => {
  const roll = dice(104)
  compare(
    Array.from({ length: 40 }, () => ({ lines: logOf(roll, 30), step: 17 + roll(90), now: 1780000000 + roll(1e7) })),
    'UTC',
  )
})

test('lines found while the year, the month and the clock turn', { skip }, () => {
  const roll = dice(105)
  const nows = [1798761600, 1774746000, 1772323200, 1706745600, 1803859200]
  for (const tz of ['UTC', BERLIN, 'EST5EDT,M3.2.0,M11.1.0', '<-0330>3:30']) {
    for (const now of nows) {
      compare(
        Array.from({ length: 15 }, () => ({ now: now + roll(7200) - 3600, lines: [line(roll)] })),
        tz,
      )
    }
  }
})

test('local time of a named zone of the database', { skip }, () => {
  const lines = [
    '2026-03-29 01:59:59',
    '2026-03-29 02:30:00',
    '2026-03-29 03:00:00',
    '2026-07-01 12:00:00',
    '2026-10-25 01:59:59',
    '2026-10-25 03:00:00',
    '1999-07-01 00:00:00',
  ]
  for (const tz of ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu']) compare(each(undefined, lines), tz)
})

test('what a pattern says about its place', { skip }, () => {
  const patterns = [
    ISO,
    `^${ISO}`,
    `^\\[${ISO}\\]`,
    `\\[${ISO}\\]`,
    '(%Y-%m-%d) %H:%M:%S',
    '%Y-(%m)-%d %H:%M:%S',
    '%Y-(?:%m)-%d %H:%M:%S',
    `{^LN-BEG}${ISO}`,
    `{^LN-BEG}(%Y-%m-%d) %H:%M:%S`,
    `{UNB}${ISO}`,
    `**${ISO}`,
    `${ISO}**`,
    `**${ISO}**`,
    `{^LN-BEG}**${ISO}**`,
    `${ISO}$`,
    `\\b${ISO}`,
    `${ISO}\\b`,
    `${ISO}\\s`,
    ` ${ISO} `,
    `(?:^|x)${ISO}`,
    `(^${ISO})`,
    `(?i)${ISO}`,
    `{UNB}^${ISO}`,
    '{NONE}',
    '{DEFAULT}',
    '{UNB}',
    `[\\[(]${ISO}[\\])]`,
    `[(]${ISO}`,
    `${ISO.replace(' ', '\\s+')}`,
    `%Y\n{NONE}`,
    `{DEFAULT}\n${ISO}`,
    '%Y-%m-%d %H:%M(?::%S)?',
    '(?:x )?%Y-%m-%d',
    '[^\\]x]%Y-%m-%d',
    '%Y(?=-)',
    '%Y(?P<q>-)%m(?P=q)%d',
    '.%Y',
    '\\W%Y',
    '[\\w-]%Y',
  ]
  compare(
    patterns.flatMap((pattern) => each(pattern, [...around(STAMP), ...around(`[${STAMP}]`)])),
    'UTC',
  )
})

test('epochs, libtai stamps and the words that stand for templates', { skip }, () => {
  const numbers = [
    '1795366800',
    '1795366800.123',
    '1795366800.123456',
    '1795366800.12',
    '17953668001',
    '179536680012',
    '1795366800123',
    '1795366800123456',
    '17953668001238',
    '1795366800123.4',
    '1795366800123.456789',
    'audit(1795366800.123:9)',
    'audit(1795366800',
    'saudit(1795366800)',
    '[1795366800',
    '@400000006b0322821dcd6500',
    '@500000016b0322821dcd6500',
    '@400000006B0322821DCD6500',
    '10:11:12',
    STAMP,
    '<11/22/26@10:11:12>',
    'Nov-22-26 10:11:12',
  ]
  const patterns = [
    'EPOCH',
    'lepoch',
    'TAI64N',
    '^EPOCH',
    '{^LN-BEG}EPOCH',
    '{^LN-BEG}TAI64N',
    '{EPOCH}',
    '{LEPOCH}',
    '^{EPOCH}',
    '\\[{EPOCH}',
    '{EPOCH}$',
    '**{EPOCH}**',
    '(?:audit\\()?{LEPOCH}',
    '{UNB}{EPOCH}',
    '{DATE}',
    '^{DATE}',
    'x{DATE}',
    '{UNB}{DATE}',
    '{^LN-BEG}{DATE}',
    '{^LN-BEG}',
    '{DATE}$',
    '({EPOCH})',
    '^({LEPOCH})',
    '\\[({LEPOCH})\\]',
    '(\\[){EPOCH}',
    '(?:x |\\[)({EPOCH})(\\])?',
    '^x |({EPOCH})',
    '({EPOCH}|x )',
    '(?:({EPOCH})|x )',
    '{EPOCH}\nTAI64N',
    '%Y\nEPOCH',
  ]
  const lines = numbers.flatMap((text) => [
    text,
    `${text} x`,
    `x ${text}`,
    ` [${text}]`,
    `x${text}`,
    `${text}9`,
    `${text}x`,
  ])
  compare(
    patterns.flatMap((pattern) => each(pattern, lines)),
    'UTC',
  )
})

test('every token, alone and together', { skip }, () => {
  const rows: readonly (readonly [string, ...string[]])[] = [
    [
      '%Y-%m-%d',
      '2026-02-29',
      '2024-02-29',
      '2026-04-31',
      '0000-01-01',
      '1969-12-31',
      '9999-12-31',
      '2026-1-1',
      '2026-13-01',
    ],
    ['%y-%m-%d', '26-03-04', '99-03-04', '00-03-04'],
    ['%Exy-%Exm-%Exd', '26-03-04', '26-3-4', '99-03-04'],
    ['%ExY-%m-%d', ...Array.from({ length: 60 }, (_, index) => `${1985 + index}-03-04`)],
    ['%m-%d', '02-29', '11-23', '11-24', '12-31', '01-01'],
    ['%m-%d %H:%M', '11-23 16:59', '11-23 17:00', '11-23 17:01', '11-22 18:00'],
    ['%b %d %H:%M:%S', 'Feb 30 10:00:00', 'nov 22 16:59:60', 'NOV 22 16:59:59', 'Nov  5 01:02:03', 'Nov 05 1:2:3'],
    ['%B %d %Y', 'March 4 2026', 'may 3 2026', 'Mayx 3 2026', 'ſeptember 3 2026'],
    ['%a %H:%M', 'mon 10:00', 'SUN 10:00', 'sunday 10:00'],
    ['%A %H:%M', 'monday 10:00', 'sun 10:00'],
    ['%H:%M:%S', '05:06:07', '17:00:00', '17:00:01', '23:59:59', '24:00:00', '5:6:7', '16:59:60'],
    ['%ExH%ExM%ExS', '050607', '170001', '5067', '250000'],
    ['x%k:%M', 'x 5:06', 'x15:06', 'x29:06', 'x 05:06', 'x  5:06'],
    ['x%Exk:%M', 'x 5:06', 'x15:06', 'x29:06'],
    ['%I:%M %p', '10:00 am', '10:00 PM', '12:00 am', '12:00 pm', '13:00 pm', '0:30 am'],
    ['x%l:%M %p', 'x 9:00 am', 'x 9:00 pm', 'x19:00 am', 'x19:00 pm', 'x12:10 pm'],
    ['x%Exl:%M', 'x 9:00', 'x12:00', 'x11:00'],
    ['%I:%M', '10:00', '12:00'],
    ['%p %I:%M', 'pm 5:00'],
    ['%H:%M %p', '10:00 pm', '13:00 am'],
    ['%H %I:%M %p', '7 5:00 pm'],
    ['%I %H:%M %p', '5 7:00 pm'],
    ['%Y %j', '2026 100', '2026 366', '2024 366', '2026 1', '2026 001', '2026 0'],
    ['%j', '100', '366', '330', '327'],
    ['%Y-%m-%d %j', '2026-03-04 100'],
    ['%Y %m %j', '2026 3 100'],
    ['%Y %U %a', '2026 10 mon', '2026 0 sun', '2026 53 sat', '2026 00 mon', '2025 52 wed'],
    ['%Y %W %A', '2026 10 monday', '2026 0 sunday', '2026 53 saturday', '2025 1 monday'],
    ['%Y %W %w', '2026 10 1', '2026 0 0', '2026 53 6'],
    ['%Y %W', '2026 10'],
    ['%G %V %u', '2026 10 1', '2026 53 7'],
    ['%Y', '2025', '1999', '0001', '9999', '0000', '٢٠٢٦'],
    ['%c', 'Mon Nov 23 10:11:12 2026'],
    ['%x %X', '11/23/26 10:11:12'],
    ['%y %Y %m %d', '25 2026 3 4'],
    ['%Y %y %m %d', '2026 25 3 4'],
    ['%m %b %d', '3 apr 05'],
    ['%b %m %d', 'Mar 04 05'],
    ['%Y-%m-%d %H:%M:%S[.,]%f', `${STAMP}.5`, `${STAMP},123456`, `${STAMP}.1234567`],
    ['%%Y', '%Y'],
    ['%d', '22'],
    ['%m', '11'],
    ['%Y %d', '2026 22'],
    ['X', 'X'],
    ['x*', '2026', 'xx'],
  ]
  for (const tz of ['UTC', BERLIN])
    compare(
      rows.flatMap(([pattern, ...lines]) => each(pattern, lines)),
      tz,
    )
})

test('zones in the line and beside it', { skip }, () => {
  const zones = [
    '',
    'Z',
    ' Z',
    ' UTC',
    ' GMT',
    ' CET',
    ' EST',
    ' MSK',
    ' A',
    ' J',
    ' XYZ',
    ' ABCDE',
    ' EASST',
    ' +0100',
    ' +01:00',
    ' -01',
    ' -0130',
    ' +2000',
    ' +1999',
    ' +01:99',
    ' CET+0100',
    ' EST-05:30',
    ' utc',
  ]
  const lines = zones.flatMap((zone) => [`2026-07-01 12:00:00${zone}`, `2026-11-22 17:30:00${zone}`])
  const forms = ['(?: ?%Z)?', '(?: ?%z)?', '(?: ?%ExZ)?', '(?: ?%Exz)?', '(?: ?%Z)?(?: ?%z)?', '(?: ?%z)?(?: ?%Z)?']
  const times = ['17:30', '16:59', '18:01', '00:30', '23:30'].flatMap((time) => [
    `${time} +0000`,
    `${time} -0500`,
    `11-23 ${time} EST`,
    time,
    `11-23 ${time}`,
  ])
  const fixed = ['UTC', 'CET', 'UTC+0300', '+05:45', '-0330', 'EST', 'Z', 'NZST'].flatMap((zone) => [
    ...['%H:%M(?: %z)?', '%m-%d %H:%M(?: %Z)?'].flatMap((pattern) => each(pattern, times, { zone })),
    ...each(undefined, [...lines, 'Nov 23 16:30:00', 'Nov 23 20:30:00', '1795366800', '10:00:00'], { zone }),
  ])
  const cases = [...forms.flatMap((form) => each(`${ISO}${form}`, lines)), ...fixed]
  for (const tz of ['UTC', BERLIN]) compare(cases, tz)
})

test('several patterns of the admin compete as the default ones do', { skip }, () => {
  const roll = dice(106)
  const texts = ['2026-11-22', '22/Nov/2026', '10:00:00', 'x', 'yy', '[', '- ']
  const lines = () =>
    Array.from({ length: 30 }, () => Array.from({ length: 1 + roll(5) }, () => texts[roll(texts.length)]!).join(' '))
  const pattern = '%Y-%m-%d\n%d/%b/%Y\n%H:%M:%S'
  compare(
    Array.from({ length: 40 }, () => ({ pattern, lines: lines() })),
    'UTC',
  )
  compare(
    Array.from({ length: 20 }, () => ({ pattern: `{^LN-BEG}${pattern}\n{NONE}`, lines: lines() })),
    'UTC',
  )
})

test('patterns from chance', { skip }, () => {
  const roll = dice(108)
  const cases: Case[] = []
  while (cases.length < 600) {
    const pattern = chancePattern(roll)
    if (!isAccepted(pattern)) continue
    const lines = Array.from({ length: 5 }, () => (roll(2) ? line(roll) : FRIENDLY[roll(FRIENDLY.length)]!))
    cases.push({ pattern, lines })
  }
  compare(
    cases,
    'UTC',
    (theirs, ours) => isEmpty(theirs) || isEmpty(ours) || (typeof theirs === 'string' && ours !== null),
  )
})

const PIECES =
  '%Y %m %d %H %M %S %b %a %z %Z %f %p %I %j %U %W %w %y %ExY %Exy %Exm %Exd %ExH %ExM %ExS %Exz %ExZ - / : . , T x _ (?:x)? \\s+ \\s \\d \\w* \\W? .* ^ $ \\b [ab] [^x] [-/] [.,] (?:%z)? ** ( ) (?: )? | \\[ \\] \\. \\A \\Z (?=x) (?!x) %Y-%m-%d %H:%M:%S %d/%b/%Y'.split(
    ' ',
  )
const PREFIXES = ['', '', '', '', '{^LN-BEG}', '{UNB}', '^', '**']
const FRIENDLY = [
  '2026-11-22 10:11:12 x',
  'x 22/Nov/2026:10:11:12 +0100',
  'a [Nov 22 10:11:12] b',
  'xx',
  '2026-11-22T10:11:12Z',
  '10:11:12',
]

function chancePattern(roll: ReturnType<typeof dice>): string {
  const pieces = Array.from({ length: 1 + roll(6) }, () => (roll(9) ? PIECES[roll(PIECES.length)]! : ' '))
  return PREFIXES[roll(PREFIXES.length)]! + pieces.join('').trim()
}

function isAccepted(pattern: string): boolean {
  try {
    dateDetector({ patterns: pattern })
    return pattern.trim() !== ''
  } catch {
    return false
  }
}

function isEmpty(answer: Answer): boolean {
  return Array.isArray(answer) && answer[1] === answer[2]
}
