/** Matches on what stands above IP: ports, flags, types. Source: iptables-extensions(8); the installed iptables, asked. */
import { Fault } from '../../../base/fault.ts'
import { icmpType } from './icmp-types.ts'
import { printRange, printRanges, type Range, readNumber, readPorts, readRange } from './numbers.ts'
import { type Given, type Module, options, type Piece, type Scope, unequal } from './option.ts'
import { ICMP, ICMPV6, TCP, UDP, WITH_PORTS } from './protocols.ts'

const PORTS = ['!sport|source-port PORT', '!dport|destination-port PORT']

const tcp: Module = {
  options: options(...PORTS, '!tcp-flags MASK SET', '!syn', '!tcp-option NUMBER'),
  compile: (given, scope) => [
    ...ports(given, scope, TCP),
    ...(given.has('syn') ? [flags(given.get('syn')!.not, SYN_MASK, SYN)] : []),
    ...(given.has('tcp-flags') ? tcpFlags(given) : []),
    ...(given.has('tcp-option') ? [tcpOption(given)] : []),
  ],
}

/** A module for a protocol of which only the ports can be asked. */
function portsOf(protocol: number, ...unknown: readonly string[]): Module {
  return {
    options: options(...PORTS, ...unknown),
    compile: (given, scope) => {
      given.refuse(...unknown.map((shape) => shape.replace('!', '').split(' ')[0]!))
      return ports(given, scope, protocol)
    },
  }
}

const icmp: Module = {
  options: options('!icmp-type TYPE'),
  compile: (given, scope) => {
    mustBe(ICMP, given, scope)
    return types(given, 'icmp-type', 'icmp', 4)
  },
}

const icmp6: Module = {
  options: options('!icmpv6-type TYPE'),
  compile: (given, scope) => {
    mustBe(ICMPV6, given, scope)
    return types(given, 'icmpv6-type', 'icmpv6', 6)
  },
}

const multiport: Module = {
  options: options('!sports|source-ports PORTS', '!dports|destination-ports PORTS', '!ports PORTS'),
  compile: (given, scope) => {
    const { protocol } = scope
    if (!protocol || protocol.not || !WITH_PORTS.has(protocol.number)) {
      const message = `${given.title} needs a protocol with ports`
      throw new Fault('frame.protocol', message, { at: scope.at, hint: 'write -p tcp or -p udp before it' })
    }
    const [name, second] = given.names()
    if (name === undefined || second !== undefined) {
      throw new Fault('frame.bad-value', `${given.title} takes one of --sports, --dports and --ports`, { at: scope.at })
    }
    const list = printRanges(portList(given, name, scope))
    const { not } = given.get(name)!
    if (name !== 'ports') return [`th ${name.slice(0, 5)} ${unequal(not)}${list}`]
    const both = ['sport', 'dport'].map((side) => `th ${side} ${unequal(not)}${list}`)
    return not ? [both.join(' ')] : [{ either: both }]
  },
}

const tcpmss: Module = {
  options: options('!mss RANGE'),
  compile: (given, scope) => {
    mustBe(TCP, given, scope)
    const { values, not } = given.must('mss')
    const range = readRange(values[0]!, 65535)
    if (!range) throw given.bad('mss', 'is no size or range of sizes', 'write 536 or 1361:1536')
    const match = `tcp option maxseg size ${printRange(range)}`
    // A packet that names no size has another one.
    return [not ? { unless: match } : match]
  },
}

/** A security association of IPsec, in plain sight. */
function spi(name: string, protocol: number): Module {
  return {
    options: options(`!${name}spi RANGE`, '!ahlen LENGTH', 'ahres'),
    compile: (given, scope) => {
      mustBe(protocol, given, scope)
      given.refuse('ahlen', 'ahres')
      const option = given.get(`${name}spi`)
      if (!option) return []
      const range = readRange(option.values[0]!, 0xffffffff)
      if (!range) throw given.bad(`${name}spi`, 'is no number or range of numbers')
      return [`${name} spi ${unequal(option.not)}${printRange(range)}`]
    },
  }
}

export const TRANSPORT: ReadonlyMap<string, Module> = new Map([
  ['tcp', tcp],
  ['udp', portsOf(UDP)],
  ['udplite', portsOf(136)],
  ['sctp', portsOf(132, '!chunk-types MATCH LIST')],
  ['dccp', portsOf(33, '!dccp-types TYPES', '!dccp-option NUMBER')],
  ['icmp', icmp],
  ['icmp6', icmp6],
  ['icmpv6', icmp6],
  ['ipv6-icmp', icmp6],
  ['multiport', multiport],
  ['tcpmss', tcpmss],
  ['esp', spi('esp', 50)],
  ['ah', spi('ah', 51)],
])

/** The module whose options `-p` alone makes known. */
export function impliedModule(protocol: number, family: 4 | 6): string | undefined {
  if (protocol === ICMP && family === 4) return 'icmp'
  if (protocol === ICMPV6 && family === 6) return 'icmp6'
  if (protocol === 50) return 'esp'
  return protocol === 51 ? 'ah' : WITH_PORTS.get(protocol)
}

function mustBe(number: number, given: Given, scope: Scope): void {
  if (scope.protocol?.number === number && !scope.protocol.not) return
  const names = new Map([[ICMP, 'icmp'], [ICMPV6, 'ipv6-icmp'], [50, 'esp'], [51, 'ah'], ...WITH_PORTS])
  throw new Fault('frame.protocol', `${given.title} needs -p ${names.get(number)}`, { at: scope.at })
}

function ports(given: Given, scope: Scope, protocol: number): string[] {
  mustBe(protocol, given, scope)
  return ['sport', 'dport'].flatMap((name) => {
    const option = given.get(name)
    if (!option) return []
    const range = readPorts(option.values[0]!, scope.names.services)
    if (!range) throw given.bad(name, 'is no port or range of ports', 'write 22, ssh or 6000:6007')
    const isAll = range.from === 0 && range.to === 65535
    if (isAll && option.not) throw given.bad(name, 'no packet is so')
    return isAll ? [] : [`${WITH_PORTS.get(protocol)} ${name} ${unequal(option.not)}${printRange(range)}`]
  })
}

/** Source: xt_multiport.h, XT_MULTI_PORTS: 15 places, a range takes two. */
const MAX_PORTS = 15

function portList(given: Given, name: string, scope: Scope): Range[] {
  const words = given.value(name)!.split(',')
  // Without an end a range is none here, unlike elsewhere.
  const ranges = words.map((word) => (/^:|:$/.test(word) ? undefined : readPorts(word, scope.names.services)))
  const found = ranges.filter((range) => range !== undefined)
  const places = words.reduce((sum, word) => sum + (word.includes(':') ? 2 : 1), 0)
  if (found.length < words.length) throw given.bad(name, 'is no list of ports', 'write 80,443,6000:6007')
  if (places > MAX_PORTS) throw given.bad(name, `has more than ${MAX_PORTS} ports`, 'a range counts as two')
  return found
}

const FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 }
const SYN = 2
/** FIN, SYN, RST, ACK. */
const SYN_MASK = 23

function tcpFlags(given: Given): string[] {
  const { values, not } = given.get('tcp-flags')!
  const [mask, set] = values.map((list) =>
    list.split(',').reduce((bits, word) => bits | (FLAGS[word.toUpperCase()] ?? Number.NaN), 0),
  )
  const known = values.every((list) => list.split(',').every((word) => Object.hasOwn(FLAGS, word.toUpperCase())))
  if (!known) throw given.bad('tcp-flags', 'are no flags', 'they are SYN ACK FIN RST URG PSH ALL NONE')
  if ((set! & ~mask!) !== 0) throw given.bad('tcp-flags', 'asks for flags outside the mask: no packet is so')
  if (mask === 0 && not) throw given.bad('tcp-flags', 'no packet is so')
  return mask === 0 ? [] : [flags(not, mask!, set!)]
}

function flags(not: boolean, mask: number, set: number): string {
  return `tcp flags & 0x${mask.toString(16)} ${not ? '!=' : '=='} 0x${set.toString(16)}`
}

function tcpOption(given: Given): string {
  const { values, not } = given.get('tcp-option')!
  const number = readNumber(values[0]!, 255)
  // 0 and 1 are paddings that nftables does not look for.
  if (number === undefined || number < 2) throw given.bad('tcp-option', 'is no number of an option from 2 to 255')
  return `tcp option ${number} ${not ? 'missing' : 'exists'}`
}

function types(given: Given, name: string, header: string, family: 4 | 6): Piece[] {
  const option = given.get(name)
  if (!option) return []
  const found = icmpType(option.values[0]!, family)
  if (found === undefined) throw given.bad(name, 'is no type of ICMP', 'write its number, or number/code')
  if (found === 'any') {
    if (option.not) throw given.bad(name, 'no packet is so')
    return []
  }
  const { type, code } = found
  if (code === undefined) return [`${header} type ${unequal(option.not)}${type}`]
  if (option.not) return [`${header} type . ${header} code != { ${type} . ${code} }`]
  return [`${header} type ${type} ${header} code ${code}`]
}
