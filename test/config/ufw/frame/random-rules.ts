/** Random rules files, and packets that their rules could ask about: both draw from the same few ports and addresses. */
import type { Packet } from './packet.ts'

export interface Chance {
  below(limit: number): number
  pick<T>(of: readonly T[]): T
  often(percent: number): boolean
}

export function chanceOf(random: () => number): Chance {
  const below = (limit: number) => Math.floor(random() * limit)
  return { below, pick: (of) => of[below(of.length)]!, often: (percent) => below(100) < percent }
}

const PORTS = ['22', '53', '80', '443', '1024:', ':1023', '80:443', '5000:6000', '0:65535', '67', '1001']
const NUMBERS = [22, 53, 80, 443, 8080, 5353, 1900, 67, 68, 137, 5500, 1001, 40000]
const HOSTS = {
  4: ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.1.0.2', '172.16.5.9'],
  6: ['fd00:0::2', 'fd00:0::3', 'fd00:0::4', 'fd00:1::2', '2001:db8::9'],
}
const ROUTER = { 4: ['10.0.0.1', '10.1.0.1'], 6: ['fd00:0::1', 'fd00:1::1'] }
const NETWORKS = {
  4: [
    '10.0.0.2',
    '10.0.0.0/30',
    '10.0.0.0/255.255.255.252',
    '10.1.0.0/16',
    '10.0.0.2/255.0.0.255',
    '172.16.0.0/12',
    '0.0.0.0/0',
    '224.0.0.0/4',
  ],
  6: [
    'fd00:0::2',
    'fd00::/64',
    'fd00:1::/32',
    'fd00::2/ffff:0:0:0:0:0:0:ffff',
    '2001:db8::/32',
    '::/0',
    'ff00::/8',
    'fe80::/10',
  ],
}
const TYPES = {
  4: ['8', 'echo-request', '3', '3/1', 'network-unreachable', '13', 'any', 'time-exceeded'],
  6: ['128', 'echo-request', '1', '1/3', 'neighbour-solicitation', '143', 'packet-too-big', '133'],
}
const USER_CHAINS = ['alpha', 'b+1', 'GAMMA.x']

/** @param family of the file; its rules stand in UFW's chains, in built-in ones and in three of its own */
export function randomRules(chance: Chance, family: 4 | 6): string {
  const ufw = family === 4 ? 'ufw' : 'ufw6'
  const bases = ['input', 'input', 'output', 'forward'].map((path) => `${ufw}-before-${path}`)
  const lines = ['*filter', ...USER_CHAINS.map((name) => `:${name} - [0:0]`)]
  for (const [index, name] of USER_CHAINS.entries()) {
    const later = USER_CHAINS.slice(index + 1)
    for (let count = chance.below(4); count > 0; count--)
      lines.push(`-A ${name} ${rule(chance, family, 'filter', name, later)}`)
  }
  for (let count = 4 + chance.below(10); count > 0; count--) {
    const chain = chance.often(12) ? chance.pick(['INPUT', 'FORWARD', 'OUTPUT']) : chance.pick(bases)
    const verb = chance.often(8) ? `-I ${chain} ${chance.often(50) ? '1 ' : ''}` : `-A ${chain} `
    lines.push(verb + rule(chance, family, 'filter', chain, USER_CHAINS))
  }
  lines.push('COMMIT')
  if (chance.often(40))
    lines.push(...otherTable(chance, family, 'mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']))
  if (chance.often(30)) lines.push(...otherTable(chance, family, 'nat', ['PREROUTING', 'OUTPUT', 'POSTROUTING']))
  if (chance.often(20)) lines.push(...otherTable(chance, family, 'raw', ['PREROUTING', 'OUTPUT']))
  return `${lines.join('\n')}\n`
}

function otherTable(chance: Chance, family: 4 | 6, table: string, chains: readonly string[]): string[] {
  const lines = [`*${table}`, ...chains.filter(() => chance.often(50)).map((name) => `:${name} ACCEPT [0:0]`)]
  for (let count = 1 + chance.below(4); count > 0; count--) {
    const chain = chance.pick(chains)
    lines.push(`-A ${chain} ${rule(chance, family, table, chain, [])}`)
  }
  return [...lines, 'COMMIT']
}

function rule(chance: Chance, family: 4 | 6, table: string, chain: string, later: readonly string[]): string {
  const { words, protocol } = protocolWords(chance, family)
  const parts = [
    ...(chance.often(30) ? [`${not(chance)}-s ${chance.pick(NETWORKS[family])}`] : []),
    ...(chance.often(20) ? [`${not(chance)}-d ${chance.pick([...NETWORKS[family], ...ROUTER[family]])}`] : []),
    ...(chance.often(15) && !/OUTPUT|output|POST/.test(chain)
      ? [`${not(chance)}-i ${chance.pick(['p0', 'p1', 'p+', 'lo'])}`]
      : []),
    ...(chance.often(15) && !/INPUT|input|PRE/.test(chain)
      ? [`${not(chance)}-o ${chance.pick(['p0', 'p1', 'p+', 'lo'])}`]
      : []),
    ...words,
  ].filter((word) => !/^! -[sd] (0.0.0.0\/0|::\/0)$/.test(word))
  for (let count = chance.below(3); count > 0; count--) {
    const one = match(chance, family, chain, protocol)
    if (!/-f$/.test(one) || !parts.some((part) => /-f$/.test(part))) parts.push(one)
  }
  return [...parts, target(chance, family, table, chain, protocol, later)].join(' ')
}

function not(chance: Chance): string {
  return chance.often(25) ? '! ' : ''
}

function protocolWords(chance: Chance, family: 4 | 6): { readonly words: string[]; readonly protocol: string } {
  const icmp = family === 4 ? 'icmp' : 'ipv6-icmp'
  const protocol = chance.pick(['', '', 'tcp', 'tcp', 'tcp', 'udp', 'udp', icmp, 'gre', '! tcp', '50', '132'])
  if (protocol === '') return { words: [], protocol }
  if (protocol.startsWith('!')) return { words: ['! -p tcp'], protocol: '' }
  const words = [`-p ${protocol}`]
  const port = (side: string) => {
    const value = chance.pick(PORTS)
    return `${value === '0:65535' ? '' : not(chance)}--${side} ${value}`
  }
  if (protocol === 'tcp' || protocol === 'udp' || protocol === '132') {
    if (chance.often(40)) words.push(port('dport'))
    if (chance.often(20)) words.push(port('sport'))
    if (chance.often(25)) {
      const list = chance.pick(['22,80,443', '1:1000,5000:6000', '53', '22,1001,40000:65535'])
      words.push(`-m multiport ${not(chance)}--${chance.pick(['dports', 'sports', 'ports'])} ${list}`)
    }
  }
  if (protocol === 'tcp' && chance.often(25)) {
    words.push(
      `${not(chance)}${chance.pick(['--syn', '--tcp-flags SYN,ACK SYN', '--tcp-flags ALL NONE', '--tcp-flags FIN,RST NONE', '--tcp-option 2'])}`,
    )
  }
  if (protocol === icmp && chance.often(70)) {
    const type = chance.pick(TYPES[family])
    words.push(`${type === 'any' ? '' : not(chance)}--${family === 4 ? 'icmp-type' : 'icmpv6-type'} ${type}`)
  }
  return { words, protocol }
}

function match(chance: Chance, family: 4 | 6, chain: string, protocol: string): string {
  const states = chance.pick([
    'NEW',
    'ESTABLISHED,RELATED',
    'INVALID',
    'NEW,INVALID',
    'UNTRACKED',
    'NEW,DNAT',
    'ESTABLISHED',
  ])
  const types =
    family === 4 ? ['LOCAL', 'UNICAST', 'MULTICAST', 'BROADCAST', 'LOCAL,BROADCAST'] : ['LOCAL', 'MULTICAST', 'UNICAST']
  const kinds: (() => string)[] = [
    () => `-m conntrack ${not(chance)}--ctstate ${states}`,
    () => `-m state ${not(chance)}--state ${states.replace(',DNAT', '')}`,
    () => `-m limit --limit 1/hour --limit-burst ${1 + chance.below(6)}`,
    () => `-m addrtype ${not(chance)}--dst-type ${chance.pick(types)}`,
    () => `-m addrtype ${not(chance)}--src-type ${chance.pick(types)}`,
    () => `-m length ${not(chance)}--length ${chance.pick(['0:60', '48', '100:', ':40'])}`,
    () => `-m mark ${not(chance)}--mark ${chance.pick(['1', '0x2/0x3', '0'])}`,
    () => `-m iprange ${not(chance)}--src-range ${family === 4 ? '10.0.0.2-10.0.0.3' : 'fd00:0::2-fd00:0::3'}`,
    () => `-m dscp ${not(chance)}--dscp ${chance.pick(['0', '0x0a', '46'])}`,
    () => `-m tos ${not(chance)}--tos ${chance.pick(['0', '0x28', '0x20/0xe0', '0x29/0xfc', 'Minimize-Delay'])}`,
    () => `-m conntrack ${not(chance)}--ctstatus ${chance.pick(['NONE', 'CONFIRMED', 'SEEN_REPLY,NONE'])}`,
    () =>
      `-m time ${chance.pick(['--timestart 06:00 --timestop 18:00', '--timestart 18:00 --timestop 6:00', '--timestop 12:00:00', '--timestart 12:00'])}`,
    () => `-m time ${not(chance)}--weekdays ${chance.pick(['Mon,Tue,Wed', '4,5,6,7', 'Su'])}`,
    () => `-m dscp --dscp-class ${chance.pick(['EF', 'AF11', 'CS0'])}`,
    () => `-m comment --comment "what \\"for\\""`,
    () => `-m statistic --mode nth ${not(chance)}--every ${2 + chance.below(3)} --packet ${chance.below(2)}`,
    () =>
      `-m recent ${chance.pick(['--set', '--set', '--rcheck', '--update --seconds 600 --hitcount 3', '--rcheck --seconds 900', '--remove'])} --name ${chance.pick(['one', 'two'])}`,
    () =>
      `-m hashlimit --hashlimit-${chance.pick(['upto', 'above'])} 1/hour --hashlimit-burst ${1 + chance.below(4)} --hashlimit-mode srcip --hashlimit-name h${chance.below(1000)}`,
    () =>
      `-m conntrack ${not(chance)}--ctorigsrc ${chance.pick(NETWORKS[family].filter((text) => !/\.255$|ffff:0|\/0$/.test(text)))}`,
    () => `-m conntrack --ctdir ${chance.pick(['ORIGINAL', 'REPLY'])}`,
  ]
  if (family === 4)
    kinds.push(
      () => `-m ttl ${chance.pick(['--ttl-eq 64', '! --ttl-eq 64', '--ttl-lt 10', '--ttl-gt 64'])}`,
      () => chance.pick(['-f', '! -f']),
    )
  else
    kinds.push(
      () => `-m hl ${chance.pick(['--hl-eq 255', '! --hl-eq 255', '--hl-lt 10', '--hl-gt 64'])}`,
      () => `-m rt --rt-type ${chance.pick(['0', '2'])}`,
      () => '-m frag --fragfirst',
    )
  if (/input|INPUT|PRE|forward|FORWARD/.test(chain)) {
    kinds.push(
      () => `-m mac ${not(chance)}--mac-source ${chance.pick(['02:00:00:00:01:00', '02:00:00:00:0A:0b'])}`,
      () => `-m pkttype ${not(chance)}--pkt-type ${chance.pick(['unicast', 'broadcast', 'multicast'])}`,
    )
  }
  if (/output|OUTPUT/.test(chain))
    kinds.push(() => `-m owner ${not(chance)}--uid-owner ${chance.pick(['0', 'root', '1000-2000'])}`)
  if (protocol === 'tcp') kinds.push(() => `-m tcpmss ${not(chance)}--mss ${chance.pick(['1000:1400', '1460'])}`)
  return chance.pick(kinds)()
}

const REJECTS = {
  4: [
    'icmp-port-unreachable',
    'icmp-net-unreachable',
    'icmp-host-prohibited',
    'icmp-admin-prohibited',
    'icmp-proto-unreachable',
  ],
  6: ['icmp6-port-unreachable', 'icmp6-no-route', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable'],
}

function target(
  chance: Chance,
  family: 4 | 6,
  table: string,
  chain: string,
  protocol: string,
  later: readonly string[],
): string {
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (table === 'nat') {
    const address = family === 4 ? `10.${chance.below(2)}.0.5` : `fd00:${chance.below(2)}::5`
    const withPort = family === 4 ? `${address}:8080` : `[${address}]:8080`
    const port = hasPorts && chance.often(50)
    if (chain === 'POSTROUTING') return chance.pick(['-j MASQUERADE', `-j SNAT --to-source ${address}`, '-j RETURN'])
    return chance.pick([
      `-j DNAT --to-destination ${port ? withPort : address}`,
      `-j REDIRECT${port ? ' --to-ports 8080' : ''}`,
      '-j ACCEPT',
    ])
  }
  if (table === 'raw') return chance.pick(['-j NOTRACK', '-j DROP', '-j ACCEPT', '-j CT --notrack'])
  const mark = () =>
    `-j MARK ${chance.pick(['--set-mark 1', '--set-xmark 0x2/0x3', '--or-mark 1', '--and-mark 0xfe', '--set-mark 0x2/0x6', '--xor-mark 3'])}`
  if (table === 'mangle') {
    const kinds = [
      mark(),
      mark(),
      '-j DSCP --set-dscp 0x0a',
      family === 4 ? '-j TTL --ttl-set 77' : '-j HL --hl-set 77',
      '-j ACCEPT',
      '-j DROP',
      '-j CONNMARK --save-mark',
      '-j CONNMARK --restore-mark',
      '-j CONNMARK --set-mark 2',
    ]
    if (protocol === 'tcp') kinds.push('-m tcpmss --mss 1:65535 -j TCPMSS --set-mss 1000')
    return chance.pick(kinds)
  }
  const kinds = [
    '-j ACCEPT',
    '-j ACCEPT',
    '-j DROP',
    '-j DROP',
    '-j DROP',
    `-j REJECT --reject-with ${chance.pick(REJECTS[family])}`,
    '-j REJECT',
    '-j RETURN',
    mark(),
    '-j LOG --log-prefix "[X] "',
    '',
  ]
  if (protocol === 'tcp') kinds.push('-j REJECT --reject-with tcp-reset')
  for (const name of later) kinds.push(`-j ${name}`, `-j ${name}`, `-g ${name}`)
  return chance.pick(kinds)
}

/** @param newPorts every packet has a port of its own, for where the kernel may choose another one by chance */
export function randomPackets(chance: Chance, count: number, newPorts: boolean): Packet[] {
  const packets: Packet[] = []
  while (packets.length < count) {
    const random = randomPacket(chance)
    const packet = newPorts ? { ...random, sport: 20000 + packets.length } : random
    packets.push(packet)
    // The same again: of a connection that is known by now, and one more for who counts.
    while (chance.often(40)) packets.push(packet)
  }
  return packets
}

function randomPacket(chance: Chance): Packet {
  const family = chance.pick([4, 6] as const)
  const protocol = chance.pick([6, 6, 6, 17, 17, 17, family === 4 ? 1 : 58, family === 4 ? 1 : 58, 47, 50, 132])
  const isOut = chance.often(25)
  const way = isOut ? (family === 4 ? 'out4' : 'out6') : chance.pick(['p0', 'p0', 'p1'] as const)
  const groups =
    family === 4 ? ['224.0.0.251', '239.255.255.250', '10.0.0.255', '255.255.255.255'] : ['ff02::fb', 'ff02::f']
  const inside = chance.pick([ROUTER[family][0]!, ROUTER[family][0]!, ...HOSTS[family], ...groups])
  const to = isOut ? chance.pick(HOSTS[family].slice(0, 4)) : inside
  const from = isOut ? chance.pick(ROUTER[family]) : chance.pick(HOSTS[family])
  return {
    way,
    family,
    from,
    to,
    protocol,
    sport: chance.pick([...NUMBERS, 20000 + chance.below(20000), 20000 + chance.below(20000)]),
    dport: chance.pick(NUMBERS),
    ...(protocol === 6 && chance.often(40) ? { flags: chance.pick([0, 1, 2, 4, 16, 18, 20, 63]) } : {}),
    ...(protocol === 6 && chance.often(30) ? { mss: chance.pick([500, 1200, 1460]), flags: 2 } : {}),
    ...(protocol === 1 ? { type: chance.pick([8, 8, 3, 13, 11]), code: chance.pick([0, 0, 1]) } : {}),
    ...(protocol === 58 ? { type: chance.pick([128, 128, 1, 2, 133, 135, 143]), code: chance.pick([0, 0, 3]) } : {}),
    ...(chance.often(25) ? { hops: chance.pick([5, 10, 255, 65]) } : {}),
    ...(chance.often(15) ? { tos: chance.pick([0xb8, 0x28]) } : {}),
    ...(chance.often(25) ? { length: chance.pick([0, 12, 40, 200]) } : {}),
    ...(chance.often(15) ? { mac: '02:00:00:00:0a:0b' } : {}),
    ...(family === 6 && chance.often(8) ? { routing: chance.pick([0, 2]) } : {}),
    ...(family === 4 && chance.often(4) ? { offset: 100, more: chance.often(50) } : {}),
  }
}
