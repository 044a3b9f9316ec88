/** What `-o` prints of a failure: its id, its lines, one of its groups, all of it as a row, or a text with tags. */
import type { Failure } from '../../filter/failure.ts'
import { type FieldValue, textOf } from '../../filter/groups.ts'
import { type PythonValue, repr } from '../python-repr.ts'
import { idOf } from './id.ts'

export interface Found {
  readonly failure: Failure
  /** The names of its groups in Fail2ban's order. */
  readonly names: readonly string[]
  /** Its time came with a zone. */
  readonly whole: boolean
  /** Its lines as Fail2ban holds them: before the date, the date, behind it. */
  readonly parts: readonly (readonly [string, string, string])[]
}

export interface RowOptions {
  readonly raw: boolean
  /** This host's name. */
  readonly host: () => string
}

export type Format = (found: Found) => readonly string[]

export function format(out: string, { raw, host }: RowOptions): Format {
  const id = ({ failure }: Found) => idOf(failure, raw)
  switch (out) {
    case 'id':
    case 'fid':
      return (found) => [id(found)]
    case 'ip':
      return (found) => [shown(found.failure.fields['ip'] ?? id(found))]
    case 'msg':
      return ({ failure }) => failure.lines
    case 'row':
      return (found) => [`[${repr(id(found))},\t${repr(timeOf(found))},\t${repr(dataOf(found))}],`]
    default:
      if (out.includes('<')) return tagged(out, id, host)
      return (found) => [text(out === 'matches' ? matchesOf(found) : dataOf(found).get(out))]
  }
}

function timeOf({ failure, whole }: Found): PythonValue {
  if (failure.time === undefined) return undefined
  const seconds = failure.time / 1000
  return whole ? Math.trunc(seconds) : { float: seconds }
}

function dataOf({ failure, names }: Found): Map<string, PythonValue> {
  const data = new Map<string, PythonValue>()
  for (const name of new Set([...names, ...Object.keys(failure.fields)])) {
    data.set(name, pythonOf(name, failure.fields[name]))
  }
  return data
}

function pythonOf(name: string, value: FieldValue | undefined): PythonValue {
  if (value === undefined || typeof value === 'string') return value
  if (name === 'users') return new Set(value.map((one) => one ?? ''))
  return { tuple: value.map((one) => one ?? undefined) }
}

function matchesOf({ parts }: Found): PythonValue {
  return parts.map((tuple) => ({ tuple }))
}

/** What Python's print shows: a text is itself. */
function text(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value)
}

function shown(value: FieldValue): string {
  return typeof value === 'string' ? value : textOf(value)
}

const TAG = /<([\w\-./]+)>/g
const MESSAGE = '\0msg\0'

/** Each failure once, but once for each of its lines where `<msg>` is asked for and there are several. */
function tagged(out: string, id: (found: Found) => string, host: () => string): Format {
  return (found) => {
    const { lines } = found.failure
    const replaced = out.replace(TAG, (tag, name: string) => tagValue(name, found, id(found), host) ?? tag)
    return replaced.includes(MESSAGE) ? lines.map((line) => replaced.replaceAll(MESSAGE, line)) : [replaced]
  }
}

/** undefined: there is no such tag. */
function tagValue(name: string, found: Found, id: string, host: () => string): string | undefined {
  const { failure } = found
  switch (name) {
    case 'msg':
      return MESSAGE
    case 'ip':
      return plain(shown(failure.fields['ip'] ?? id))
    case 'fid':
      return plain(id)
    case 'family':
      return /^[\d.]+(?:\/\d+)?$/.test(id) ? 'inet4' : id.includes(':') ? 'inet6' : 'None'
    case 'ip-rev':
      return plain(reversed(id))
    case 'time':
      return text(timeOf(found))
    case 'matches':
      return plain(failure.lines.join('\n'))
    case 'failures':
    case 'bancount':
    case 'restored':
      return '0'
    // Nobody is banned, and no name is looked up.
    case 'ip-host':
    case 'bantime':
      return 'None'
    case 'fq-hostname':
    case 'sh-hostname':
      return plain(host())
    case 'br':
      return '\n'
    case 'sp':
      return ' '
    case 'raw-ticket':
      return plain(ticket(found, id))
    default:
      return fieldValue(name, found)
  }
}

function fieldValue(name: string, found: Found): string | undefined {
  const asked = /^F-([A-Z0-9_]+)$/.exec(name)?.[1]?.toLowerCase()
  if (asked === undefined) return undefined
  const group = asked === 'id' ? 'fid' : asked === 'port' ? 'fport' : asked
  const value = dataOf(found).get(group)
  return value === undefined ? '' : plain(text(value))
}

function plain(text: string): string {
  return text.replaceAll('\0', '\\x00')
}

function ticket(found: Found, id: string): string {
  const time = text(timeOf(found))
  return `BanTicket: ip=${id} time=${time} bantime=None bancount=0 #attempts=0 matches=${repr(matchesOf(found))}`
}

/** As it stands before `in-addr.arpa` or `ip6.arpa`. */
function reversed(id: string): string {
  if (/^\d+(?:\.\d+){3}$/.test(id)) return `${id.split('.').reverse().join('.')}.`
  const nibbles = expanded(id)
  return nibbles === undefined ? '' : `${[...nibbles].reverse().join('.')}.`
}

/** The 32 hex digits of a canonical IPv6 address. */
function expanded(id: string): string | undefined {
  if (!/^[0-9a-f:]+$/.test(id) || !id.includes(':')) return undefined
  const [head = '', tail] = id.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right].map((part) => part.padStart(4, '0')).join('')
}
