/** Rules as sentences of ufw may make them. */
import type { End, Protocol, Rule } from '../../../src/firewall/rules/rule.ts'
import { parseWritten } from '../../../src/firewall/rules/written-address.ts'

export function randomRule(family: 4 | 6, next: () => number): Rule {
  const one = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!
  const path = one(['in', 'in', 'out', 'forward'] as const)
  const interfaces = ['eth0', 'wlan0', 'br-1.2', 'eth+', 'v_x@y', undefined, undefined, undefined]
  const ports = next() < 0.7
  const protocol: Protocol = ports
    ? one(['any', 'tcp', 'tcp', 'udp'] as const)
    : one(['any', 'any', 'tcp', 'udp', 'ah', 'esp', 'gre', 'vrrp', ...(family === 4 ? IPV4_ONLY : [])] as const)
  const end = (): End => ({
    ...(one([true, false]) ? parseWritten(one(ADDRESSES[family]))!.end : { network: undefined }),
    ports: ports ? one(protocol === 'any' ? SINGLE : [...SINGLE, ...SEVERAL]) : 'any',
    profile: ports && next() < 0.2 ? one(['Nginx Full', 'OpenSSH', 'a_b.c+d-e']) : undefined,
  })
  return {
    ...{ family, path, protocol, action: one(['allow', 'deny', 'reject', 'limit'] as const) },
    inInterface: path === 'out' ? undefined : one(interfaces),
    outInterface: path === 'in' ? undefined : one(interfaces),
    log: one(['none', 'none', 'log', 'log-all'] as const),
    ...{ from: end(), to: end() },
    comment: next() < 0.2 ? one(['web', 'two words', 'é ☃ "x" \\ $(y)', '0']) : undefined,
  }
}

const IPV4_ONLY: readonly Protocol[] = ['ipv6', 'igmp']
const SINGLE = ['any', '22', '65535', '022', '1']
const SEVERAL = ['80,443', '6000:6007', '1:65535', '80,100:200,443', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15']
const ADDRESSES = {
  4: ['10.0.0.1', '10.0.0.0/8', '0.0.0.0', '192.0.2.7', '10.0.0.1/255.255.0.255', '10.0.0.0/024'],
  6: ['::1', '2001:db8::/32', 'fe80::1/64', '::ffff:10.0.0.1', '::1.2.3.4', '::', '2001:db8::5', '::5/0'],
}
