/**
 * Who is never banned on this host, whatever a log says: a forged line must not cut off the host's own supply or its
 * admin. Gathered anew from time to time, since addresses and sessions change.
 */
import { contains, type Network, parseAddress, parseNetwork, printNetwork } from '../base/address.ts'
import type { Spared } from '../jail/ignore.ts'
import type { Files } from '../world/files.ts'
import type { World } from '../world/world.ts'

/**
 * @param proxies networks that the web server takes the client's address from
 */
export function spared(world: World, proxies: readonly string[]): Spared[] {
  const { files } = world
  return [
    ...SPECIAL.map(([network, why]) => ({ network: parseNetwork(network)!, why })),
    ...named(world.names.own(), 'it is an address of this host'),
    ...named([...gateways4(files), ...gateways6(files)], 'it is a gateway of this host'),
    ...named(resolvers(files), 'it is a name server of this host'),
    ...named(sshPeers(files), 'an admin is logged in from it by ssh'),
    ...proxies.flatMap((proxy) => of(parseNetwork(proxy), 'it is a proxy in front of nginx (set_real_ip_from)')),
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
  return rows(files, '/proc/net/route').flatMap(([, , gateway = '']) => {
    if (!/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') return []
    return [littleEndian4(gateway)]
  })
}

/** /proc/net/ipv6_route: the fifth column is the next hop, 32 hex digits. */
function gateways6(files: Files): string[] {
  return rows(files, '/proc/net/ipv6_route').flatMap(([, , , , hop = '']) => {
    if (!/^[0-9a-f]{32}$/.test(hop) || /^0+$/.test(hop)) return []
    return [hop.match(/.{4}/g)!.join(':')]
  })
}

/** resolv.conf(5); behind systemd's stub stand the real ones. */
function resolvers(files: Files): string[] {
  const paths = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']
  return paths
    .flatMap((path) => rows(files, path))
    .flatMap(([word, address = '']) => (word === 'nameserver' ? [address] : []))
}

/**
 * From where people are logged in by ssh: sessions of logind, records of utmp, and sshd processes that already run as
 * the user. An open connection to port 22 alone protects nobody: a guesser holds one too.
 */
function sshPeers(files: Files): string[] {
  return [...logindPeers(files), ...utmpPeers(files), ...sshdPeers(files)]
}

function logindPeers(files: Files): string[] {
  const folder = '/run/systemd/sessions'
  return files
    .list(folder)
    .filter((name) => !name.includes('.'))
    .flatMap((name) => /^REMOTE_HOST=(\S+)$/m.exec(text(files, `${folder}/${name}`))?.slice(1) ?? [])
}

// Source: utmp(5) on Linux: records of 384 bytes; type at 0 (7 = user process), host at 76 (256 bytes), address at 348.
const UTMP_RECORD = 384
const USER_PROCESS = 7

function utmpPeers(files: Files): string[] {
  const bytes = files.stat('/run/utmp') ? files.read('/run/utmp') : new Uint8Array()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const peers: string[] = []
  for (let at = 0; at + UTMP_RECORD <= bytes.length; at += UTMP_RECORD) {
    if (view.getInt16(at, true) !== USER_PROCESS) continue
    const address = bytes.subarray(at + 348, at + 364)
    const isIp4 = address.subarray(4).every((byte) => byte === 0)
    peers.push(isIp4 ? [...address.subarray(0, 4)].join('.') : hexGroups(address))
  }
  return peers
}

/** The far ends of sockets that a process of sshd holds which has become the user (uid not 0, not sshd's own). */
function sshdPeers(files: Files): string[] {
  const separated = /^sshd:[^:]*:(\d+):/m.exec(text(files, '/etc/passwd'))?.[1]
  const held = new Set<string>()
  for (const pid of files.list('/proc').filter((name) => /^\d+$/.test(name))) {
    // The name first: `status` of every process would cost the kernel ten times as much.
    if (!/^sshd(-session)?$/m.test(text(files, `/proc/${pid}/comm`))) continue
    const uid = /^Uid:\t\d+\t(\d+)/m.exec(text(files, `/proc/${pid}/status`))?.[1]
    if (uid === undefined || uid === '0' || uid === separated) continue
    for (const socket of socketsOf(files, pid)) held.add(socket)
  }
  if (held.size === 0) return []
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
    rows(files, path).flatMap(([, , remote = '', , , , , , , inode = '']) =>
      held.has(inode) ? [socketAddress(remote)] : [],
    ),
  )
}

function socketsOf(files: Files, pid: string): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return files
      .list(folder)
      .flatMap((name) => /^socket:\[(\d+)\]$/.exec(files.link(`${folder}/${name}`) ?? '')?.[1] ?? [])
  } catch {
    return [] // The process has ended meanwhile.
  }
}

/** `0100007F:0016` or the same with 32 digits: words of four bytes, each little-endian. */
function socketAddress(text: string): string {
  const hex = text.split(':')[0]!
  if (hex.length === 8) return littleEndian4(hex)
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse())
  return bytes.join('').match(/.{4}/g)!.join(':')
}

function littleEndian4(hex: string): string {
  return hex
    .match(/../g)!
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')
}

function hexGroups(address: Uint8Array): string {
  const hex = Array.from(address, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.match(/.{4}/g)!.join(':')
}

function rows(files: Files, path: string): string[][] {
  return text(files, path)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
}

/** Empty where there is nothing to read: each of these is one source among several. */
function text(files: Files, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}

/** Those that are particular to this host: without what every host spares. */
export function ownSpared(list: readonly Spared[]): string[] {
  const special = SPECIAL.map(([text]) => parseNetwork(text)!)
  const own = list.filter(({ network }) => !special.some((outer) => contains(outer, network)))
  return [...new Set(own.map(({ network }) => printNetwork(network)))]
}
