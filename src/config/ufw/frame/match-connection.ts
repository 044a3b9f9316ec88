/** Matches on what the kernel knows of the connection. Source: iptables-extensions(8), conntrack, state, connmark. */
import { parseNetwork } from '../../../base/address.ts'
import { hex, printRange, readMarked, readPorts, readRange } from './numbers.ts'
import { type Given, type Module, type Option, options, type Piece, type Scope, unequal } from './option.ts'
import { protocolNumber, WITH_PORTS } from './protocols.ts'

const ENDS = ['orig', 'repl'] as const

const conntrack: Module = {
  options: options(
    '!ctstate STATES',
    '!ctproto PROTOCOL',
    ...ENDS.flatMap((end) => [`!ct${end}src ADDRESS`, `!ct${end}dst ADDRESS`]),
    ...ENDS.flatMap((end) => [`!ct${end}srcport PORT`, `!ct${end}dstport PORT`]),
    '!ctstatus STATUSES',
    '!ctexpire SECONDS',
    'ctdir DIRECTION',
  ),
  compile: (given, scope) => {
    const ip = scope.family === 4 ? 'ip' : 'ip6'
    return [
      ...(given.has('ctstate') ? states(given, 'ctstate') : []),
      ...(given.has('ctproto') ? [originalProtocol(given)] : []),
      ...ENDS.flatMap((end) => ends(given, end, ip, scope.family)),
      ...ENDS.flatMap((end) => endPorts(given, end, scope)),
      ...(given.has('ctstatus') ? [status(given)] : []),
      ...(given.has('ctexpire') ? [expiration(given)] : []),
      ...(given.has('ctdir') ? [direction(given)] : []),
    ]
  },
}

const state: Module = {
  options: options('!state STATES'),
  compile: (given) => (given.has('state') ? states(given, 'state') : []),
}

const connmark: Module = {
  options: options('!mark MARK'),
  compile: (given) => [markOf(given, 'ct mark')],
}

const mark: Module = {
  options: options('!mark MARK'),
  compile: (given) => [markOf(given, 'meta mark')],
}

const helper: Module = {
  options: options('!helper NAME'),
  compile: (given) => {
    const { values, not } = given.must('helper')
    if (!/^[a-z][a-z0-9.-]{0,14}$/i.test(values[0]!)) throw given.bad('helper', 'is no name of a helper')
    const match = `ct helper "${values[0]}"`
    return [not ? { unless: match } : match]
  },
}

const connbytes: Module = {
  options: options('!connbytes RANGE', 'connbytes-dir DIRECTION', 'connbytes-mode MODE'),
  compile: (given) => {
    const { values, not } = given.must('connbytes')
    const direction = DIRECTIONS.get(given.must('connbytes-dir').values[0]!.toLowerCase())
    const mode = given.must('connbytes-mode').values[0]!.toLowerCase()
    const [from, to] = /^(\d{1,15})(?::(\d{0,15}))?$/.exec(values[0]!)?.slice(1).map(plain) ?? []
    if (from === undefined || (to && Number(to) < Number(from))) throw given.bad('connbytes', 'is no number or range')
    if (direction === undefined) throw given.bad('connbytes-dir', 'is none of original, reply, both')
    if (!['packets', 'bytes', 'avgpkt'].includes(mode))
      throw given.bad('connbytes-mode', 'is none of packets, bytes, avgpkt')
    const field = `ct ${direction}${mode}`
    if (to) return [`${field} ${unequal(not)}${from}-${to}`]
    return [`${field} ${not ? '<' : '>='} ${from}`]
  },
}

const DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ['original', 'original '],
  ['reply', 'reply '],
  ['both', ''],
])

/** Without zeros in front. */
function plain(digits: string | undefined): string | undefined {
  return digits?.replace(/^0+(?=\d)/, '')
}

export const CONNECTION: ReadonlyMap<string, Module> = new Map([
  ['conntrack', conntrack],
  ['state', state],
  ['connmark', connmark],
  ['connbytes', connbytes],
  ['mark', mark],
  ['helper', helper],
])

const STATES = new Set(['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'])
/** Iptables calls these states; for the kernel a connection has both a state and these. */
const TRANSLATED = new Set(['SNAT', 'DNAT'])

function states(given: Given, name: string): Piece[] {
  const { values, not } = given.get(name)!
  const words = values[0]!.toUpperCase().split(',')
  const wrong = words.find((word) => !STATES.has(word) && !(TRANSLATED.has(word) && name === 'ctstate'))
  if (wrong !== undefined) {
    throw given.bad(name, `"${wrong}" is no state`, 'they are NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED')
  }
  const found = [
    { field: 'ct state', words: words.filter((word) => STATES.has(word)) },
    { field: 'ct status', words: words.filter((word) => TRANSLATED.has(word)) },
  ].filter((one) => one.words.length > 0)
  // What is not tracked has no status.
  if (not)
    return found.map(({ field, words: of }) => (field === 'ct state' ? none(field, of) : { unless: any(field, of) }))
  const either = found.map(({ field, words: of }) => any(field, of))
  return either.length === 1 ? either : [{ either }]
}

function any(field: string, words: readonly string[]): string {
  return `${field} ${bits(words, ',')}`
}

function none(field: string, words: readonly string[]): string {
  return `${field} & (${bits(words, ' | ')}) == 0`
}

function bits(words: readonly string[], between: string): string {
  return [...new Set(words)].map((word) => word.toLowerCase()).join(between)
}

function originalProtocol(given: Given): string {
  const { values, not } = given.get('ctproto')!
  const number = protocolNumber(values[0]!)
  if (number === undefined || number === 0) throw given.bad('ctproto', 'is no protocol')
  return `ct original protocol ${unequal(not)}${number}`
}

function ends(given: Given, end: 'orig' | 'repl', ip: string, family: 4 | 6): string[] {
  return (['src', 'dst'] as const).flatMap((side) => {
    const option = given.get(`ct${end}${side}`)
    if (!option) return []
    const network = parseNetwork(option.values[0]!)
    if (network?.family !== family) throw given.bad(`ct${end}${side}`, `is no address of IPv${family}`)
    const value = `${unequal(option.not)}${network.text}`
    return [`ct ${end === 'orig' ? 'original' : 'reply'} ${ip} ${side === 'src' ? 'saddr' : 'daddr'} ${value}`]
  })
}

/** nft knows what a port is only where the rule says of which protocol. */
function endPorts(given: Given, end: 'orig' | 'repl', { names, protocol }: Scope): string[] {
  const numbers = protocol && !protocol.not ? protocol.number : `{ ${[...WITH_PORTS.keys()].join(', ')} }`
  return (['src', 'dst'] as const).flatMap((side) => {
    const name = `ct${end}${side}port`
    const option = given.get(name)
    if (!option) return []
    const range = readPorts(option.values[0]!, names.services)
    if (!range) throw given.bad(name, 'is no port or range of ports')
    const field = `ct ${end === 'orig' ? 'original' : 'reply'} proto-${side}`
    return [`meta l4proto ${numbers} ${field} ${unequal(option.not)}${printRange(range)}`]
  })
}

const STATUSES: Readonly<Record<string, string>> = {
  EXPECTED: 'expected',
  SEEN_REPLY: 'seen-reply',
  ASSURED: 'assured',
  CONFIRMED: 'confirmed',
}

function status(given: Given): string {
  const option = given.get('ctstatus')!
  const words = option.values[0]!.toUpperCase().split(',')
  const names = words
    .filter((word) => word !== 'NONE')
    .map((word) => (Object.hasOwn(STATUSES, word) ? STATUSES[word]! : undefined))
  // No connection has one of no statuses; nor has any the highest bit.
  if (names.length === 0) return `ct status & 0x80000000 == ${option.not ? '0x0' : '0x80000000'}`
  if (names.includes(undefined)) throw given.bad('ctstatus', 'is no list of EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED')
  return option.not ? none('ct status', names as string[]) : any('ct status', names as string[])
}

function expiration(given: Given): string {
  const { values, not } = given.get('ctexpire')!
  const range = readRange(values[0]!, 0xffffffff)
  if (!range) throw given.bad('ctexpire', 'is no number of seconds')
  return `ct expiration ${unequal(not)}${range.from === range.to ? `${range.from}s` : `${range.from}s-${range.to}s`}`
}

function direction(given: Given): string {
  const word = given.value('ctdir')!.toUpperCase()
  if (word !== 'ORIGINAL' && word !== 'REPLY') throw given.bad('ctdir', 'is neither ORIGINAL nor REPLY')
  return `ct direction ${word.toLowerCase()}`
}

function markOf(given: Given, field: string): string {
  const option: Option = given.must('mark')
  const found = readMarked(option.values[0]!)
  if (!found) throw given.bad('mark', 'is no mark', 'write 0x1 or 0x1/0xff')
  if (found.mask === 0xffffffff) return `${field} ${unequal(option.not)}${hex(found.value)}`
  return `${field} & ${hex(found.mask)} ${option.not ? '!=' : '=='} ${hex(found.value)}`
}
