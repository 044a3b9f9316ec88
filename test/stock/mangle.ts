/** Log lines as an attacker or an accident may leave them: cut, mixed, with strange characters, from sessions that meet. */
import type { Chance } from '../filter/regex/random.ts'

/** Lines made from the given ones, each with the second in which it is read, counted from the first. */
export function mangled(lines: readonly string[], from: Chance, count = lines.length * 2 + 20): [string, number][] {
  const made: [string, number][] = []
  let at = 0
  // Few ids meet often, many push each other out.
  const ids = from.below(2) === 0 ? 3 : 160
  const isSlow = from.below(3) === 0
  while (made.length < count) {
    let line = lines[from.below(lines.length)]!
    if (from.below(4) > 0) line = line.replace(/\[\d+\]/, () => `[${100 + from.below(ids)}]`)
    for (let changes = from.below(4); changes > 0; changes--) line = changed(line, lines, from)
    // The guard leaves out some of many that are longer.
    made.push([line.replace(/[\r\n]+/g, '').slice(0, 1000), at])
    if (isSlow) at += from.below(40)
  }
  return made
}

function changed(line: string, lines: readonly string[], from: Chance): string {
  const at = from.below(line.length + 1)
  const other = lines[from.below(lines.length)]!
  switch (from.below(9)) {
    case 0:
      return line.slice(0, at) + line.slice(at + 1)
    case 1:
      return line.slice(0, at) + (line[at + 1] ?? '') + (line[at] ?? '') + line.slice(at + 2)
    case 2:
      return line.slice(0, at) + ODD[from.below(ODD.length)]! + line.slice(at)
    case 3:
      return line.slice(0, at)
    case 4:
      return line.slice(at)
    case 5:
      return line + other
    case 6:
      return line.slice(0, at) + other.slice(from.below(other.length + 1))
    case 7:
      return line.replace(/\d{1,3}(?:\.\d{1,3}){3}/, () => ADDRESSES[from.below(ADDRESSES.length)]!)
    default:
      return line.toUpperCase() === line ? line.toLowerCase() : line
  }
}

const ODD = [
  ' ',
  '  ',
  '\t',
  '\0',
  '\u2028',
  '\x85',
  '\x1c',
  'é',
  'ß',
  '\u0130',
  '٣',
  '\ufffd',
  '😀',
  '"',
  "'",
  '[',
  ']',
  ':',
  '<',
  '/',
  '\\',
]

const ADDRESSES = [
  '999.2.3.4',
  '010.2.3.4',
  '0x7f.1',
  '192.0.2.1:22',
  '[192.0.2.1]',
  '2001:DB8::1',
  '[2001:db8::1]:22',
  'fe80::1%eth0',
  '::ffff:192.0.2.7',
  '::FFFF:192.0.2.7',
  '::ffffff:192.0.2.7',
  '::',
  '::1',
  '1:2:3:4:5:6:7:8:9',
  '12345:1::2',
  'a:b:c',
  'dead::beef::cafe',
  'host.example.org',
  '-x.example_',
  '0.0.0.0/0',
  '192.0.2.77/24',
]
