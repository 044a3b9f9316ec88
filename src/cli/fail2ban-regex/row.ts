/** What `-o` prints of a failure: its id, its lines, one of its groups, all of it as a row, or a text with tags. */
import type { Network } from '../../base/address.ts'
import { type PythonValue, repr } from '../../base/python-repr.ts'
import type { Failure } from '../../filter/failure.ts'
import { type FieldValue, textOf } from '../../filter/groups.ts'
import type { EpochMs } from '../../world/clock.ts'
import { addressOf, idOf } from './id.ts'

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
  readonly now: () => EpochMs
  /** This host's name. */
  readonly host: () => string
}

export type Format = (found: Found) => readonly string[]

export function format(out: string, options: RowOptions): Format {
  const { raw } = options
  const id = ({ failure }: Found) => idOf(failure, raw)
  switch (out) {
    case 'id':
    case 'fid':
      return (found) => [id(found)]
    case 'ip':
      return (found) => [addressText(found) ?? id(found)]
    case 'msg':
      return ({ failure }) => failure.lines
    case 'row':
      return (found) => [`[${repr(tupleOf(found) ?? id(found))},\t${repr(timeOf(found))},\t${repr(dataOf(found))}],`]
    default:
      if (out.includes('<')) return tagged(out, options)
      return (found) => [text(out === 'matches' ? matchesOf(found) : dataOf(found).get(out))]
  }
}

/** An id of several parts is a tuple. */
function tupleOf({ failure }: Found): PythonValue {
  const { fid } = failure.fields
  return fid === undefined || typeof fid === 'string' ? undefined : pythonOf('fid', fid)
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
  if (failure.fields['ip'] !== undefined) data.set('ip', addressText({ failure }))
  return data
}

/** The address or the name beside an id that is another. */
function addressText({ failure }: Pick<Found, 'failure'>): string | undefined {
  const { ip } = failure.fields
  if (ip === undefined) return undefined
  return idOf({ id: typeof ip === 'string' ? ip : textOf(ip), kind: 'ip' }, false)
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

const TAG = /<(F-\*|[\w\-./]+)>/g
const MESSAGE = '\0msg\0'

/** Each failure once, but once for each of its lines where `<msg>` is asked for and there are several. */
function tagged(out: string, options: RowOptions): Format {
  return (found) => {
    const { lines } = found.failure
    const replaced = out.replace(TAG, (tag, name: string) => tagValue(name, found, options) ?? tag)
    return replaced.includes(MESSAGE) ? lines.map((line) => replaced.replaceAll(MESSAGE, line)) : [replaced]
  }
}

/** undefined: there is no such tag. */
function tagValue(name: string, found: Found, options: RowOptions): string | undefined {
  const { failure } = found
  const id = idOf(failure, options.raw)
  switch (name) {
    case 'msg':
      return MESSAGE
    case 'ip':
      return plain(addressText(found) ?? id)
    case 'fid':
      return plain(id)
    case 'family':
      return familyOf(addressOf(failure, options.raw))
    case 'ip-rev':
      return plain(reversed(addressOf(failure, options.raw), id))
    case 'time':
      return happened(found, options)
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
      return plain(options.host())
    case 'br':
      return '\n'
    case 'sp':
      return ' '
    case 'F-*':
      return plain(repr(all(found)))
    case 'raw-ticket':
      return plain(ticket(found, options))
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

/** All that a ticket knows. */
function all(found: Found): PythonValue {
  const known = [...dataOf(found)].filter(([, value]) => value !== undefined)
  return new Map<string, PythonValue>([['matches', matchesOf(found)], ['failures', 0], ...known])
}

function plain(text: string): string {
  return text.replaceAll('\0', '\\x00')
}

function ticket(found: Found, options: RowOptions): string {
  const of = `ip=${idOf(found.failure, options.raw)} time=${happened(found, options)}`
  return `BanTicket: ${of} bantime=None bancount=0 #attempts=0 matches=${repr(matchesOf(found))}`
}

/** A ticket that is given no time takes the moment. */
function happened(found: Found, { now }: RowOptions): string {
  return text(timeOf(found) ?? { float: now() / 1000 })
}

function familyOf(address: Network | undefined): string {
  return address ? `inet${address.family}` : 'None'
}

/** As it stands before `in-addr.arpa` or `ip6.arpa`; empty of what is no address. */
function reversed(address: Network | undefined, id: string): string {
  if (!address) return ''
  const parts = address.family === 4 ? id.split('.') : [...address.bits.toString(16).padStart(32, '0')]
  return `${parts.reverse().join('.')}.`
}
