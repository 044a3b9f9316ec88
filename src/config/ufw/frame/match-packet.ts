/** Matches on the packet itself: its header's fields, its way, its owner. Source: iptables-extensions(8). */
import { parseAddress } from '../../../base/address.ts'
import { addrtype } from './match-addrtype.ts'
import { hex, printRange, type Range, readMarked, readNumber, readRange } from './numbers.ts'
import { type Given, type Module, options, type Piece, type Scope, unequal } from './option.ts'

/** Nothing has this length. */
export const NEVER = 'meta length 0'

const hl: Module = {
  options: options('!hl-eq NUMBER', 'hl-lt NUMBER', 'hl-gt NUMBER'),
  compile: (given, scope) => {
    onlyIn(6, given, scope)
    return compared(given, 'hl', 'ip6 hoplimit')
  },
}

const ttl: Module = {
  options: options('!ttl-eq|ttl NUMBER', 'ttl-lt NUMBER', 'ttl-gt NUMBER'),
  compile: (given, scope) => {
    onlyIn(4, given, scope)
    return compared(given, 'ttl', 'ip ttl')
  },
}

const rt: Module = {
  options: options(
    '!rt-type NUMBER',
    '!rt-segsleft RANGE',
    '!rt-len LENGTH',
    'rt-0-res',
    'rt-0-addrs LIST',
    'rt-0-not-strict',
  ),
  compile: (given, scope) => {
    onlyIn(6, given, scope)
    given.refuse('rt-0-res', 'rt-0-addrs', 'rt-0-not-strict', 'rt-len')
    const fields = [
      ['rt-type', 'rt type', 255],
      ['rt-segsleft', 'rt seg-left', 255],
    ] as const
    const found = fields.flatMap(([name, field, max]) => (given.has(name) ? [ranged(given, name, field, max)] : []))
    return found.length > 0 ? found : ['exthdr rt exists']
  },
}

const length: Module = {
  options: options('!length RANGE'),
  compile: (given) => {
    given.must('length')
    return [ranged(given, 'length', 'meta length', 65535)]
  },
}

const mac: Module = {
  options: options('!mac-source ADDRESS'),
  compile: (given) => {
    const { values, not } = given.must('mac-source')
    if (!/^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(values[0]!)) {
      throw given.bad('mac-source', 'is no address of a network card', 'write 00:16:3e:00:00:01')
    }
    return [`ether saddr ${unequal(not)}${values[0]!.toLowerCase()}`]
  },
}

const owner: Module = {
  options: options('!uid-owner USER', '!gid-owner GROUP', '!socket-exists', 'suppl-groups'),
  compile: (given, scope) => {
    given.refuse('suppl-groups', 'socket-exists')
    return [...ownerOf(given, 'uid-owner', 'meta skuid', scope), ...ownerOf(given, 'gid-owner', 'meta skgid', scope)]
  },
}

const pkttype: Module = {
  options: options('!pkt-type TYPE'),
  compile: (given) => {
    const { values, not } = given.must('pkt-type')
    const type = new Map([
      ['unicast', 'host'],
      ['host', 'host'],
      ['broadcast', 'broadcast'],
      ['multicast', 'multicast'],
    ]).get(values[0]!.toLowerCase())
    if (!type) throw given.bad('pkt-type', 'is none of unicast, broadcast, multicast')
    return [`meta pkttype ${unequal(not)}${type}`]
  },
}

const iprange: Module = {
  options: options('!src-range RANGE', '!dst-range RANGE'),
  compile: (given, scope) => [
    ...addressRange(given, 'src-range', 'saddr', scope),
    ...addressRange(given, 'dst-range', 'daddr', scope),
  ],
}

const dscp: Module = {
  options: options('!dscp NUMBER', '!dscp-class CLASS'),
  compile: (given, scope) => {
    const [name] = given.names()
    const { values, not } = given.must(name ?? 'dscp')
    const value = name === 'dscp-class' ? dscpClass(values[0]!) : readNumber(values[0]!, 63)
    if (value === undefined) throw given.bad(name!, 'is no value of DSCP', 'write 0 to 63, or a class: EF, AF11, CS1')
    return [`${scope.family === 4 ? 'ip' : 'ip6'} dscp ${unequal(not)}${hex(value)}`]
  },
}

/** The whole byte: behind DSCP there are two bits more. */
const tos: Module = {
  options: options('!tos VALUE'),
  compile: (given, scope) => {
    const { values, not } = given.must('tos')
    const named = TOS_NAMES.get(values[0]!.toLowerCase())
    const found = readMarked(named ?? values[0]!, '0xff', 0xff)
    if (!found) throw given.bad('tos', 'is no type of service', 'write 0x10, or 0x10/0x3f')
    // In IPv6 it begins amid a byte, of which nft loads whole ones.
    const [field, bits] = scope.family === 4 ? ['@nh,8,8', 1] : ['@nh,0,16', 16]
    return [`${field} & ${hex(found.mask * bits)} ${not ? '!=' : '=='} ${hex(found.value * bits)}`]
  },
}

/** Under a mask that leaves the two bits of congestion out. Source: iptables-extensions(8), tos. */
const TOS_NAMES: ReadonlyMap<string, string> = new Map([
  ['minimize-delay', '0x10/0x3f'],
  ['maximize-throughput', '0x08/0x3f'],
  ['maximize-reliability', '0x04/0x3f'],
  ['minimize-cost', '0x02/0x3f'],
  ['normal-service', '0x00/0x3f'],
])

const frag: Module = {
  options: options('!fragid RANGE', 'fraglen LENGTH', 'fragres', 'fragfirst', 'fragmore', 'fraglast'),
  compile: (given, scope) => {
    onlyIn(6, given, scope)
    given.refuse('fraglen', 'fragres', 'fragmore', 'fraglast')
    const found = [
      ...(given.has('fragid') ? [ranged(given, 'fragid', 'frag id', 0xffffffff)] : []),
      ...(given.has('fragfirst') ? ['frag frag-off 0'] : []),
    ]
    return found.length > 0 ? found : ['exthdr frag exists']
  },
}

/** The route back to the sender leads over the interface that it came by. */
const rpfilter: Module = {
  options: options('loose', 'validmark', 'accept-local', 'invert'),
  compile: (given) => {
    given.refuse('accept-local')
    const key = ['saddr', ...(given.has('validmark') ? ['mark'] : []), ...(given.has('loose') ? [] : ['iif'])].join(
      ' . ',
    )
    return [`fib ${key} oif ${given.has('invert') ? 'missing' : 'exists'}`]
  },
}

const policy: Module = {
  options: options(
    'dir DIRECTION',
    'pol POLICY',
    'strict',
    '!reqid NUMBER',
    '!spi NUMBER',
    '!proto PROTOCOL',
    '!mode MODE',
    '!tunnel-src ADDRESS',
    '!tunnel-dst ADDRESS',
    'next',
  ),
  compile: (given, scope) => {
    given.refuse('strict', 'reqid', 'spi', 'mode', 'tunnel-src', 'tunnel-dst', 'next')
    const dir = given.must('dir').values[0]!
    const pol = given.must('pol').values[0]!
    if (dir !== 'in' && dir !== 'out') throw given.bad('dir', 'is neither in nor out')
    if (pol !== 'ipsec' && pol !== 'none') throw given.bad('pol', 'is neither ipsec nor none')
    if (given.has('proto')) ipsecProtocol(given, scope)
    const found = pol === 'ipsec' ? 'exists' : 'missing'
    return [dir === 'in' ? `meta ipsec ${found}` : `rt ipsec ${found}`]
  },
}

const devgroup: Module = {
  options: options('!src-group GROUP', '!dst-group GROUP'),
  compile: (given) =>
    (['src', 'dst'] as const).flatMap((side) => {
      const option = given.get(`${side}-group`)
      if (!option) return []
      const found = readMarked(option.values[0]!)
      if (!found) throw given.bad(`${side}-group`, 'is no number of a group')
      const field = side === 'src' ? 'iifgroup' : 'oifgroup'
      if (found.mask === 0xffffffff) return [`${field} ${unequal(option.not)}${found.value}`]
      return [`${field} & ${hex(found.mask)} ${option.not ? '!=' : '=='} ${found.value}`]
    }),
}

const comment: Module = { options: options('comment TEXT'), compile: () => [] }

export const PACKET: ReadonlyMap<string, Module> = new Map([
  ['addrtype', addrtype],
  ['hl', hl],
  ['ttl', ttl],
  ['rt', rt],
  ['length', length],
  ['mac', mac],
  ['owner', owner],
  ['pkttype', pkttype],
  ['iprange', iprange],
  ['dscp', dscp],
  ['tos', tos],
  ['frag', frag],
  ['rpfilter', rpfilter],
  ['policy', policy],
  ['devgroup', devgroup],
  ['comment', comment],
])

function onlyIn(family: 4 | 6, given: Given, scope: Scope): void {
  if (scope.family !== family) throw given.bad(given.names()[0] ?? '', `is for IPv${family} only`)
}

function compared(given: Given, name: string, field: string): string[] {
  const signs = [
    ['eq', given.get(`${name}-eq`)?.not ? '!= ' : ''],
    ['lt', '< '],
    ['gt', '> '],
  ] as const
  return signs.flatMap(([suffix, sign]) => {
    const text = given.value(`${name}-${suffix}`)
    if (text === undefined) return []
    const number = readNumber(text, 255)
    if (number === undefined) throw given.bad(`${name}-${suffix}`, 'is no number up to 255')
    if (suffix === 'lt' && number === 0) return [NEVER]
    return suffix === 'gt' && number === 255 ? [NEVER] : [`${field} ${sign}${number}`]
  })
}

function ranged(given: Given, name: string, field: string, max: number): string {
  const { values, not } = given.get(name)!
  const range: Range | undefined = readRange(values[0]!, max)
  if (!range) throw given.bad(name, `is no number or range up to ${max}`)
  if (range.from === 0 && range.to === max) return not ? NEVER : `${field} >= 0`
  return `${field} ${unequal(not)}${printRange(range)}`
}

/** Who has no socket has no owner: iptables takes that for another one. */
function ownerOf(given: Given, name: 'uid-owner' | 'gid-owner', field: string, { names }: Scope): Piece[] {
  const option = given.get(name)
  if (!option) return []
  const text = option.values[0]!
  const named = name === 'uid-owner' ? names.user(text) : names.group(text)
  const range = named === undefined ? readRange(text, 0xffffffff, '-') : { from: named, to: named }
  if (!range) throw given.bad(name, 'is nobody here', 'write a name of this host or a number')
  const match = `${field} ${printRange(range)}`
  return [option.not ? { unless: match } : match]
}

function addressRange(given: Given, name: string, field: string, { family }: Scope): string[] {
  const option = given.get(name)
  if (!option) return []
  const [from, to, more] = option.values[0]!.split('-').map((text) => parseAddress(text))
  const last = to ?? from
  const isRange = option.values[0]!.split('-').length <= 2 && from?.family === family && last?.family === family
  if (!isRange || more || from.bits > last.bits || (option.values[0]!.includes('-') && !to)) {
    throw given.bad(name, `is no range of addresses of IPv${family}`, 'write FIRST-LAST')
  }
  const range = from.bits === last.bits ? from.text : `${from.text}-${last.text}`
  return [`${family === 4 ? 'ip' : 'ip6'} ${field} ${unequal(option.not)}${range}`]
}

/** EF, CS0-CS7, AF11-AF43. Source: RFC 2474, 2597, 3246. */
export function dscpClass(text: string): number | undefined {
  const word = text.toUpperCase()
  if (word === 'BE') return 0
  if (word === 'EF') return 46
  const selector = /^CS([0-7])$/.exec(word)
  if (selector) return Number(selector[1]) * 8
  const assured = /^AF([1-4])([1-3])$/.exec(word)
  return assured ? Number(assured[1]) * 8 + Number(assured[2]) * 2 : undefined
}

function ipsecProtocol(given: Given, scope: Scope): void {
  const { values, not } = given.get('proto')!
  if (values[0] !== 'esp' || not) throw given.bad('proto', 'only esp can be asked for')
  scope.warn(
    'frame.wider',
    `${given.title} --proto esp is compiled as any IPsec`,
    'nftables cannot tell ESP from AH here',
  )
}
