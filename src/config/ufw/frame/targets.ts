/** What a rule does: the targets of iptables in nft's words. Source: iptables-extensions(8). */
import { Fault } from '../../../base/fault.ts'
import { readNumber } from './numbers.ts'
import { cannot, type Given, options, type Scope, type Target } from './option.ts'
import { TCP } from './protocols.ts'
import { MARKS } from './target-mark.ts'
import { NAT } from './target-nat.ts'

/** undefined: it is a chain's name. @throws Fault `frame.cannot` */
export function targetNamed(name: string, scope: Pick<Scope, 'at' | 'table'>): Target | undefined {
  const target = TARGETS.get(name)
  if (!target && OTHERS.has(name)) throw cannot(`-j ${name}`, scope.at, OTHERS.get(name))
  if (target?.tables && !target.tables.includes(scope.table)) {
    const hint = `put it into the table ${target.tables.join(' or ')}`
    throw new Fault('frame.wrong-table', `-j ${name} cannot stand in the table ${scope.table}`, { at: scope.at, hint })
  }
  return target
}

function verdict(word: string): Target {
  return { options: options(), compile: () => word }
}

const REJECTS4: ReadonlyMap<string, string> = new Map([
  ['net', 'net-unreachable'],
  ['host', 'host-unreachable'],
  ['proto', 'prot-unreachable'],
  ['port', 'port-unreachable'],
])
const REJECTS4_ADMIN: ReadonlyMap<string, string> = new Map([
  ['icmp-net-prohibited', 'net-prohibited'],
  ['net-prohib', 'net-prohibited'],
  ['icmp-host-prohibited', 'host-prohibited'],
  ['host-prohib', 'host-prohibited'],
  ['icmp-admin-prohibited', 'admin-prohibited'],
  ['admin-prohib', 'admin-prohibited'],
])
const REJECTS6: ReadonlyMap<string, string> = new Map([
  ['icmp6-no-route', 'no-route'],
  ['no-route', 'no-route'],
  ['icmp6-adm-prohibited', 'admin-prohibited'],
  ['adm-prohibited', 'admin-prohibited'],
  ['icmp6-addr-unreachable', 'addr-unreachable'],
  ['addr-unreach', 'addr-unreachable'],
  ['icmp6-port-unreachable', 'port-unreachable'],
  ['port-unreach', 'port-unreachable'],
  ['icmp6-policy-fail', 'policy-fail'],
  ['policy-fail', 'policy-fail'],
  ['icmp6-reject-route', 'reject-route'],
  ['reject-route', 'reject-route'],
])

const reject: Target = {
  options: options('reject-with KIND'),
  tables: ['filter'],
  compile: (given, scope) => {
    const kind = given.value('reject-with')?.toLowerCase()
    if (kind === undefined) return `reject with ${icmp(scope)} type port-unreachable`
    if (kind === 'tcp-reset' || kind === 'tcp-rst') {
      if (scope.protocol?.number === TCP && !scope.protocol.not) return 'reject with tcp reset'
      throw new Fault('frame.protocol', '--reject-with tcp-reset needs -p tcp', { at: scope.at })
    }
    const short = /^(?:icmp-)?(net|host|proto|port)-unreach(?:able)?$/.exec(kind)?.[1]
    const found = scope.family === 6 ? REJECTS6.get(kind) : (REJECTS4.get(short ?? '') ?? REJECTS4_ADMIN.get(kind))
    if (!found) throw given.bad('reject-with', `is no answer of IPv${scope.family}`)
    return `reject with ${icmp(scope)} type ${found}`
  },
}

const log: Target = {
  options: options(
    'log-level LEVEL',
    'log-prefix TEXT',
    'log-tcp-sequence',
    'log-tcp-options',
    'log-ip-options',
    'log-uid',
    'log-macdecode',
  ),
  compile: (given) => {
    const tcp = ['sequence', 'options'].filter((name) => given.has(`log-tcp-${name}`))
    return [
      'log',
      ...prefix(given, 'log-prefix', 29),
      `level ${level(given)}`,
      ...(tcp.length > 0 ? [`flags tcp ${tcp.join(',')}`] : []),
      ...(given.has('log-ip-options') ? ['flags ip options'] : []),
      ...(given.has('log-uid') ? ['flags skuid'] : []),
      ...(given.has('log-macdecode') ? ['flags ether'] : []),
    ].join(' ')
  },
}

const nflog: Target = {
  options: options(
    'nflog-group NUMBER',
    'nflog-prefix TEXT',
    'nflog-range BYTES',
    'nflog-size BYTES',
    'nflog-threshold PACKETS',
  ),
  compile: (given) => {
    const numbers = [
      ['nflog-group', 'group', 65535],
      ['nflog-size', 'snaplen', 0xffffffff],
      ['nflog-threshold', 'queue-threshold', 65535],
    ] as const
    const words = numbers.flatMap(([name, word, max]) => {
      if (!given.has(name)) return name === 'nflog-group' ? ['group 0'] : []
      const number = readNumber(given.value(name)!, max)
      if (number === undefined) throw given.bad(name, `is no number up to ${max}`)
      return [`${word} ${number}`]
    })
    return ['log', ...prefix(given, 'nflog-prefix', 63), ...words].join(' ')
  },
}

const nfqueue: Target = {
  options: options('queue-num NUMBER', 'queue-balance RANGE', 'queue-bypass', 'queue-cpu-fanout'),
  compile: (given) => {
    given.refuse('queue-balance', 'queue-cpu-fanout')
    const number = readNumber(given.value('queue-num') ?? '0', 65535)
    if (number === undefined) throw given.bad('queue-num', 'is no number up to 65535')
    return `queue ${given.has('queue-bypass') ? 'flags bypass ' : ''}to ${number}`
  },
}

const ct: Target = {
  options: options(
    'notrack',
    'helper NAME',
    'ctevents EVENTS',
    'expevents EVENTS',
    'timeout NAME',
    'zone-orig ZONE',
    'zone-reply ZONE',
    'zone ZONE',
  ),
  tables: ['raw'],
  compile: (given, scope) => {
    given.refuse('ctevents', 'expevents', 'timeout', 'zone-orig', 'zone-reply')
    if (given.has('helper')) {
      throw cannot(
        '-j CT --helper',
        scope.at,
        'open the ports that the helper would have opened, or set the server to few ports',
      )
    }
    if (given.has('notrack')) return 'notrack'
    const zone = readNumber(given.must('zone').values[0]!, 65535)
    if (zone === undefined) throw given.bad('zone', 'is no number up to 65535')
    return `ct zone set ${zone}`
  },
}

const synproxy: Target = {
  options: options('sack-perm', 'timestamp', 'wscale NUMBER', 'mss NUMBER', 'ecn'),
  tables: ['filter'],
  compile: (given, scope) => {
    given.refuse('ecn')
    if (scope.protocol?.number !== TCP || scope.protocol.not) {
      throw new Fault('frame.protocol', `${given.title} needs -p tcp`, { at: scope.at })
    }
    const numbers = [['mss', 65535] as const, ['wscale', 14] as const].flatMap(([name, max]) => {
      if (!given.has(name)) return []
      const number = readNumber(given.value(name)!, max)
      if (number === undefined) throw given.bad(name, `is no number up to ${max}`)
      return [`${name} ${number}`]
    })
    const flags = ['timestamp', 'sack-perm'].filter((name) => given.has(name))
    return ['meta l4proto 6 synproxy', ...numbers, ...flags].join(' ')
  },
}

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['ACCEPT', verdict('accept')],
  ['DROP', verdict('drop')],
  ['RETURN', verdict('return')],
  ['REJECT', reject],
  ['LOG', log],
  ['NFLOG', nflog],
  ['NFQUEUE', nfqueue],
  ['QUEUE', verdict('queue to 0')],
  ['TRACE', { ...verdict('meta nftrace set 1'), tables: ['raw'] }],
  ['NOTRACK', { ...verdict('notrack'), tables: ['raw'] }],
  ['CT', ct],
  ['SYNPROXY', synproxy],
  ...NAT,
  ...MARKS,
])

/** Known, and out of reach; each with what to do. */
const OTHERS: ReadonlyMap<string, string | undefined> = new Map([
  ['SET', 'keep addresses in a list: rampart list add NAME FILE'],
  ['ULOG', 'use -j NFLOG'],
  ['TPROXY', undefined],
  ['TEE', undefined],
  ['NETMAP', 'write a rule DNAT and SNAT for each address'],
  ['CLUSTERIP', undefined],
  ['AUDIT', 'use -j LOG'],
  ['CHECKSUM', 'newer programs need no help with checksums: leave the rule out'],
  ['ECN', undefined],
  ['HMARK', undefined],
  ['IDLETIMER', undefined],
  ['LED', undefined],
  ['RATEEST', undefined],
  ['SECMARK', undefined],
  ['CONNSECMARK', undefined],
  ['TOS', 'use -j DSCP'],
  ['TCPOPTSTRIP', undefined],
  ['MIRROR', undefined],
  ['SNPT', undefined],
  ['DNPT', undefined],
])

function icmp(scope: Scope): string {
  return scope.family === 4 ? 'icmp' : 'icmpv6'
}

/** nft has no way to write a quotation mark within quotes, and takes `$` for a name. */
function prefix(given: Given, name: string, longest: number): string[] {
  const text = given.value(name)
  if (text === undefined || text === '') return []
  if (!/^[ !#%-[\]-~]+$/.test(text)) {
    throw given.bad(
      name,
      'has characters that nftables cannot log',
      'use ASCII without quotation marks, $ and backslash',
    )
  }
  // Iptables cuts it there, too.
  return [`prefix "${text.slice(0, longest)}"`]
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const LEVEL_NAMES: ReadonlyMap<string, string> = new Map([
  ...LEVELS.map((name) => [name, name] as const),
  ...LEVELS.map((name, number) => [`${number}`, name] as const),
  ['panic', 'emerg'],
  ['error', 'err'],
  ['warning', 'warn'],
])

function level(given: Given): string {
  const text = given.value('log-level') ?? 'warning'
  const found = LEVEL_NAMES.get(text.toLowerCase())
  if (!found) throw given.bad('log-level', 'is no level', 'write 4, or warning')
  return found
}
