/** Log lines for the comparison: every form of a date, spelled in many ways, in many places. From a seed, so that they stay the same. */

/** Numbers in [0, below) of a fixed sequence (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}

type Dice = ReturnType<typeof dice>

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'nov', 'MAR']
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'sun']
const FRACTIONS = ['', '', '', '.5', '.123', '.123456', ',123', '.1234567', '.']
const ZONES = [
  '',
  '',
  '',
  ' +0000',
  ' +0100',
  ' -0530',
  '+01:00',
  'Z',
  ' Z',
  ' UTC',
  ' GMT',
  ' CET',
  ' +01',
  '  -0200',
  ' +2500',
  ' +0',
]

/** One date, in a form that a program might write or nearly so. */
export function dateText(roll: Dice): string {
  const of = <T>(list: readonly T[]): T => list[roll(list.length)]!
  const two = (value: number) => (roll(12) === 0 ? String(value) : String(value).padStart(2, '0'))
  const blank = (value: number) => (roll(3) === 0 ? String(value) : String(value).padStart(2, ' '))
  const day = 1 + roll(roll(9) === 0 ? 33 : 28)
  const month = 1 + roll(roll(15) === 0 ? 14 : 12)
  const year = of([2026, 2026, 2026, 2025, 2024, 2005, 2029, 2030, 1999])
  const [hour, minute, second] = [roll(roll(15) === 0 ? 26 : 24), roll(60), roll(roll(9) === 0 ? 63 : 60)]
  const time = `${two(hour)}:${two(minute)}:${two(second)}`
  const padded = `${blank(hour)}:${two(minute)}:${two(second)}`
  const separator = of(['-', '-', '/', '.'])
  const [fraction, zone, name] = [of(FRACTIONS), of(ZONES), of(MONTHS)]
  const weekday = of(['', '', `${of(DAYS)} `])
  const tail = of(['', '', ` ${year}`])
  const forms = [
    () =>
      `${year}${separator}${two(month)}${separator}${two(day)}${of(['T', ' ', '  ', '   ', '_'])}${time}${fraction}${zone}`,
    () => `${year}${separator}${two(month)}${of(['-', '/'])}${two(day)} ${time}`,
    () => `${weekday}${name} ${blank(day)} ${padded}${fraction}${tail}`,
    () => `${weekday}${name} ${two(day)} ${year} ${padded}${fraction}`,
    () => `${two(day)}${separator}${two(month)}${separator}${of([year, year % 100])} ${padded}`,
    () =>
      `${two(day)}${of(['/', '-', ' '])}${name}${of(['/', '/', '-'])}${year}${of([':', ' ', ''])}${time}${fraction}${zone}`,
    () => `${two(day)}/${name}/${year}:${time}${zone}`,
    () => `${two(month)}/${two(day)}/${year}:${time}`,
    () => `${two(month)}-${two(day)}-${year} ${padded}${fraction}`,
    () => `${1795366800 + roll(100000)}${of(['', '', '.123', '.123456', '.12', '1', '123'])}`,
    () => `audit(${1795366800 + roll(100000)}.${100 + roll(900)}:${roll(900)})`,
    () => time,
    () => `<${two(month)}/${two(day)}/${two(year % 100)}@${time}>`,
    () => `${two(year % 100)}${two(month)}${two(day)}${of([' ', '  '])}${time}`,
    () =>
      `${name} ${two(day)}, ${year} ${two(1 + roll(13))}:${two(minute)}:${two(second)} ${of(['AM', 'PM', 'am', 'p'])}`,
    () => `${name}-${two(day)}-${two(year % 100)} ${padded}`,
    () =>
      `${year}${two(month)}${two(day)}${of(['T', ' ', ''])}${two(hour)}${two(minute)}${two(second)}${fraction}${zone}`,
    () =>
      `${of(['CET', 'UTC', 'Z', 'EST', 'MSK', 'A', 'QQQ', '+0100', '-03:30', 'GMT'])} ${weekday}${name} ${blank(day)} ${padded}${tail}`,
    () =>
      `@4000000${of(['0', '0', '1'])}${(1795366800 + roll(100000)).toString(16)}${of(['1dcd6500', '1DCD6500', '1dcd'])}`,
  ]
  return of(forms)()
}

const BEFORE = [
  '',
  '',
  '',
  '[',
  '(',
  ' ',
  '  ',
  '   ',
  '"',
  'x',
  'ä',
  '_',
  '<13>',
  'word ',
  'srv1 sshd[77]: ',
  '192.0.2.7 - - [',
  '2001:db8::7 - bob [',
  '1',
  '- ',
  '::: ',
  '٣ ',
]
const AFTER = [
  '',
  ' host sshd[1]: text',
  ']: x',
  '] "GET / HTTP/1.1" 404',
  'x',
  '9',
  ' x',
  '\n',
  ': y',
  'é',
  '.',
  ' 2026 z',
  ' 17:00:00',
  '"',
  ' +0200 y',
]

/** A line with one date, sometimes two or none. */
export function line(roll: Dice): string {
  const of = <T>(list: readonly T[]): T => list[roll(list.length)]!
  if (roll(30) === 0) return of(['', ' ', 'no date here', 'at 17:00 o clock', '2026', '22 Nov', 'ünïcode only'])
  const one = `${of(BEFORE)}${dateText(roll)}${of(AFTER)}`
  return roll(5) === 0 ? `${one} ${of(['', 'at ', '['])}${dateText(roll)}${of(AFTER)}` : one
}

/** Lines of one program: the same form and place most of the time, with another now and then. */
export function logOf(roll: Dice, count: number): string[] {
  const of = <T>(list: readonly T[]): T => list[roll(list.length)]!
  const styles = Array.from({ length: 1 + roll(4) }, () => ({ before: of(BEFORE), after: of(AFTER), seed: roll(1e9) }))
  return Array.from({ length: count }, () => {
    if (roll(12) === 0) return line(roll)
    const style = of(styles)
    // The same seed gives the same form; one more roll changes its numbers only now and then.
    const date = dateText(dice(style.seed + (roll(3) === 0 ? roll(3) : 0)))
    const before = roll(4) === 0 ? `${style.before}${'y'.repeat(roll(4))} ` : style.before
    return `${before}${date}${style.after}${roll(8) === 0 ? ` ${dateText(roll)}` : ''}`
  })
}

/** A web server's access log, or a syslog: seconds that repeat, dates that move with the client's address, dates that clients wrote. */
export function serverLog(roll: Dice, count: number): string[] {
  const of = <T>(list: readonly T[]): T => list[roll(list.length)]!
  const addresses = [
    '192.0.2.7',
    '198.51.100.200',
    '2001:db8::7',
    '2001:db8:1:2:3:4:5:6',
    '203.0.113.1',
    '1795366800',
    '10:11:12',
    'ä',
    'x@y',
  ]
  const wishes = [
    'GET / HTTP/1.1',
    'GET /a?b=2026-11-22 HTTP/1.1',
    'GET /rv:10:9 HTTP/1.1',
    'POST /x',
    '\\x16\\x03',
    'Firefox/20100101 Firefox',
    'grün',
  ]
  const access = roll(3) > 0
  const ends = roll(4) === 0
  let second = roll(86000)
  return Array.from({ length: count }, () => {
    if (roll(4) === 0) second += roll(3)
    const [hour, minute, rest] = [Math.floor(second / 3600) % 24, Math.floor(second / 60) % 60, second % 60]
    const time = [hour, minute, rest].map((part) => String(part).padStart(2, '0')).join(':')
    const wish = roll(9) === 0 ? `GET /?${dateText(roll)}` : of(wishes)
    const address = of(addresses)
    if (!access)
      return `${of(['', '', '', '<13>'])}Nov 22 ${time} ${of(['host', 'host', '2026', 'other'])} sshd[${roll(9)}]: ${wish}`
    const stamp = `22/Nov/2026:${time}${of([' +0000', ' +0000', ' +0000', ' +0100', ''])}`
    return `${address} - ${of(['-', '-', 'bob'])} [${stamp}${ends ? '' : `] "${wish}" 200 20 "https://h/"`}`
  })
}
