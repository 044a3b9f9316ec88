/** Protocols above IP by name. Source: IANA, protocol numbers; iptables(8), `--protocol`. */

export const TCP = 6
export const UDP = 17
export const ICMP = 1
export const ICMPV6 = 58

/** Those whose packets begin with two ports. */
export const WITH_PORTS: ReadonlyMap<number, string> = new Map([
  [TCP, 'tcp'],
  [UDP, 'udp'],
  [33, 'dccp'],
  [132, 'sctp'],
  [136, 'udplite'],
])

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['ip', 0],
  ['all', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ggp', 3],
  ['ipencap', 4],
  ['ipip', 4],
  ['st', 5],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['pup', 12],
  ['udp', 17],
  ['hmp', 20],
  ['rdp', 27],
  ['dccp', 33],
  ['ipv6', 41],
  ['ipv6-route', 43],
  ['ipv6-frag', 44],
  ['idrp', 45],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ipv6-crypt', 50],
  ['ah', 51],
  ['ipv6-auth', 51],
  ['skip', 57],
  ['icmpv6', 58],
  ['icmp6', 58],
  ['ipv6-icmp', 58],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['eigrp', 88],
  ['ospf', 89],
  ['etherip', 97],
  ['encap', 98],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['fc', 133],
  ['mh', 135],
  ['ipv6-mh', 135],
  ['mobility-header', 135],
  ['udplite', 136],
])

/** 0: all of them. */
export function protocolNumber(text: string): number | undefined {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : NUMBERS.get(text.toLowerCase())
  return number !== undefined && number <= 255 ? number : undefined
}
