/**
 * Who is never banned on this host, whatever a log says: a forged line must not cut off the host's own supply or its
 * admin. Gathered anew from time to time and before a ban, since addresses and sessions change.
 */
import { contains, type Network, parseAddress, parseNetwork, printNetwork } from '../../base/address.ts'
import type { Spared } from '../../jail/ignore.ts'
import type { Files } from '../../world/files.ts'
import type { World } from '../../world/world.ts'
import { hostOrder4, networkOrder6, rowsOf } from './proc.ts'

export interface Told {
  /** By the admin's word: `rampart allow`. */
  readonly allowed: readonly Spared[]
  /** Networks that the web server takes the client's address from. */
  readonly proxies: readonly string[]
  readonly sshPeers: readonly string[]
  readonly timeServers: readonly Network[]
}

export function spared({ names, files }: Pick<World, 'names' | 'files'>, told: Told): Spared[] {
  return [
    ...told.allowed,
    ...SPECIAL.map(([network, why]) => ({ network: parseNetwork(network)!, why })),
    ...named(names.own(), 'it is an address of this host'),
    ...named([...gateways4(files), ...gateways6(files)], 'it is a gateway of this host'),
    ...named(resolvers(files), 'it is a name server of this host'),
    ...named(told.sshPeers, 'an admin is logged in from it by ssh'),
    ...told.timeServers.map((network) => ({ network, why: 'it is a time server of this host' })),
    ...told.proxies.flatMap((proxy) => of(parseNetwork(proxy), 'it is a proxy in front of nginx (set_real_ip_from)')),
  ]
}

/** Sources: RFC 6890 (special-purpose registries), RFC 4291, RFC 1112. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'it is no host'],
  ['127.0.0.0/8', 'it is the loopback'],
  ['169.254.0.0/16', 'it is link-local'],
  ['224.0.0.0/4', 'it is multicast'],
  ['255.255.255.255', 'it is the broadcast address'],
  ['::', 'it is no host'],
  ['::1', 'it is the loopback'],
  ['fe80::/10', 'it is link-local'],
  ['ff00::/8', 'it is multicast'],
]

function named(addresses: readonly string[], why: string): Spared[] {
  return addresses.flatMap((address) => of(parseAddress(address), why))
}

function of(network: Network | undefined, why: string): Spared[] {
  return network ? [{ network, why }] : []
}

/** /proc/net/route: the third column is the gateway, eight hex digits in the byte order of the machine (little). */
function gateways4(files: Files): string[] {
  return rowsOf(files, '/proc/net/route').flatMap(([, , gateway = '']) => {
    if (!/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') return []
    return [hostOrder4(gateway)]
  })
}

/** /proc/net/ipv6_route: the fifth column is the next hop, 32 hex digits. */
function gateways6(files: Files): string[] {
  return rowsOf(files, '/proc/net/ipv6_route').flatMap(([, , , , hop = '']) => {
    if (!/^[0-9a-f]{32}$/.test(hop) || /^0+$/.test(hop)) return []
    return [networkOrder6(hop)]
  })
}

/** resolv.conf(5); behind systemd's stub stand the real ones. */
function resolvers(files: Files): string[] {
  const paths = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']
  return paths
    .flatMap((path) => rowsOf(files, path))
    .flatMap(([word, address = '']) => (word === 'nameserver' ? [address] : []))
}

/** Those that are particular to this host: without what every host spares. */
export function ownSpared(list: readonly Spared[]): string[] {
  const special = SPECIAL.map(([text]) => parseNetwork(text)!)
  const own = list.filter(({ network }) => !special.some((outer) => contains(outer, network)))
  return [...new Set(own.map(({ network }) => printNetwork(network)))]
}
