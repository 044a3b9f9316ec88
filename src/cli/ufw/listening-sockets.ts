/** Who listens on this host: the kernel's tables of sockets, and the programs that hold them. */
import { type Network, networkOf } from '../../base/address.ts'
import { type ProcFiles, readSocketTable, socketsOf, TABLES, type Table, textOf } from './socket-table.ts'

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

/** In the kernel's order. What only the host itself can reach is left out, but its table is named. */
export function listeningSockets(files: ProcFiles): ReadonlyMap<Table, readonly Listening[]> {
  const tables = TABLES.map((table) => [table, ofTable(files, table)] as const)
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
  return textOf(files, '/proc/self/net/if_inet6')
    .split('\n')
    .flatMap((line) => {
      const [bits = '', , prefix = '', , , name] = line.trim().split(/\s+/)
      if (name === undefined || !/^[0-9a-f]{32}$/.test(bits)) return []
      return [{ name, address: networkOf(6, BigInt(`0x${bits}`), 128), prefix: Number.parseInt(prefix, 16) }]
    })
}

/** Of tcp those that listen; of udp all. */
function ofTable(files: ProcFiles, table: Table): readonly (Omit<Listening, 'program'> & { readonly inode: string })[] {
  const protocol = table.startsWith('tcp') ? 'tcp' : 'udp'
  return readSocketTable(files, table)
    .filter(({ state }) => protocol === 'udp' || state === LISTENS)
    .map(({ near: { address, port }, inode }) => ({
      ...{ protocol, address, port, inode },
      everywhere: address.bits === 0n,
    }))
}

const LISTENS = '0A'

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
    const program = path.slice(path.lastIndexOf('/') + 1).split(/\s/)[0]!
    for (const inode of socketsOf(files, process)) programs.set(inode, program)
  }
  return programs
}
