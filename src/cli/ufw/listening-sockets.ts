/** Who listens on this host: the kernel's tables of sockets, and the programs that hold them. */
import { type Network, networkOf } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'

export interface Listening {
  readonly protocol: 'tcp' | 'udp'
  readonly address: Network
  /** Whether any address of the host will do. */
  readonly everywhere: boolean
  readonly port: number
  /** undefined: nobody was found. */
  readonly program: string | undefined
}

export interface HostAddress {
  readonly name: string
  readonly address: Network
  /** Of the network that it is in. */
  readonly prefix: number
}

type ProcFiles = Pick<Files, 'text' | 'list' | 'link'>

/** In the kernel's order. What only the host itself can reach is left out, but its table is named. */
export function listeningSockets(files: ProcFiles): ReadonlyMap<Table, readonly Listening[]> {
  const tables = TABLES.map((table) => [table, parseSockets(textOf(files, `/proc/net/${table}`), table)] as const)
  const open = tables.filter(([, sockets]) => sockets.length > 0)
  const programs = open.length === 0 ? new Map<string, string>() : programsBySocket(files)
  return new Map(
    open.map(([table, sockets]) => [
      table,
      sockets
        .filter(({ address }) => !isLoopback(address))
        .map(({ inode, ...socket }) => ({ ...socket, program: programs.get(inode) })),
    ]),
  )
}

/** IPv6's, in the kernel's order. */
export function hostAddresses(files: ProcFiles): readonly HostAddress[] {
  return textOf(files, '/proc/net/if_inet6')
    .split('\n')
    .flatMap((line) => {
      const [bits = '', , prefix = '', , , name] = line.trim().split(/\s+/)
      if (name === undefined || !/^[0-9a-f]{32}$/.test(bits)) return []
      return [{ name, address: networkOf(6, BigInt(`0x${bits}`), 128), prefix: Number.parseInt(prefix, 16) }]
    })
}

/** In the order in which they are shown. */
const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'] as const
export type Table = (typeof TABLES)[number]

type Socket = Omit<Listening, 'program'> & { readonly inode: string }

/** Of tcp those that listen; of udp all. Source: linux/net/ipv4/tcp_ipv4.c, get_tcp4_sock; proc(5). */
function parseSockets(text: string, table: Table): readonly Socket[] {
  const protocol = table.startsWith('tcp') ? 'tcp' : 'udp'
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      const [, bits, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? []
      if (bits === undefined || port === undefined || inode === undefined) return []
      if (protocol === 'tcp' && state !== LISTEN) return []
      const address = addressOf(bits)
      return [{ protocol, address, everywhere: address.bits === 0n, port: Number.parseInt(port, 16), inode }]
    })
}

const LISTEN = '0A'

/** Words of 32 bits, each as it lies in memory: all that Node runs on here is little-endian. */
function addressOf(hex: string): Network {
  const bytes = hex.match(/.{8}/g)!.map((word) => word.match(/../g)!.reverse().join(''))
  return networkOf(hex.length === 8 ? 4 : 6, BigInt(`0x${bytes.join('')}`), hex.length * 4)
}

function isLoopback({ family, bits }: Network): boolean {
  return family === 4 ? bits >> 24n === 127n : bits === 1n
}

/** By the socket's inode. Of several that hold it the one that came last counts, as it does for UFW. */
function programsBySocket(files: ProcFiles): Map<string, string> {
  const programs = new Map<string, string>()
  const processes = files.list('/proc', { asStored: true }).filter((name) => /^\d+$/.test(name))
  for (const process of processes.sort((a, b) => Number(a) - Number(b))) {
    const path = files.link(`/proc/${process}/exe`)
    if (path === undefined) continue
    for (const descriptor of namesIn(files, `/proc/${process}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(files.link(`/proc/${process}/fd/${descriptor}`) ?? '')?.[1]
      if (inode !== undefined) programs.set(inode, path.slice(path.lastIndexOf('/') + 1).split(/\s/)[0]!)
    }
  }
  return programs
}

/** A process may end meanwhile. */
function namesIn(files: ProcFiles, folder: string): readonly string[] {
  try {
    return files.list(folder, { asStored: true })
  } catch {
    return []
  }
}

function textOf(files: ProcFiles, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}
