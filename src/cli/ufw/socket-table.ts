/** The kernel's tables of sockets, as /proc shows them, and who holds which. Sources: proc(5), linux/net/ipv4/tcp_ipv4.c. */
import { type Network, networkOf } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'

export type ProcFiles = Pick<Files, 'text' | 'list' | 'link'>

/** In the order in which UFW shows them. */
export const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'] as const
export type Table = (typeof TABLES)[number]

export interface Socket {
  readonly inode: string
  /** `01` established, `0A` listening. */
  readonly state: string
  readonly near: Side
  readonly far: Side
}

export interface Side {
  /** One that holds an address of IPv4 is one of IPv6 here. */
  readonly address: Network
  readonly port: number
}

/** In the kernel's order; none where there is no such table. */
export function readSocketTable(files: ProcFiles, table: Table): readonly Socket[] {
  return textOf(files, `/proc/self/net/${table}`)
    .split('\n')
    .flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode] = line.trim().split(/\s+/)
      const [near, far] = [parseSide(local), parseSide(remote)]
      return near && far && inode !== undefined ? [{ inode, state, near, far }] : []
    })
}

/** Inodes of the sockets that a process holds; none if it has ended. */
export function socketsOf(files: ProcFiles, pid: number | string): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return files
      .list(folder, { asStored: true })
      .flatMap((name) => /^socket:\[(\d+)\]$/.exec(files.link(`${folder}/${name}`) ?? '')?.[1] ?? [])
  } catch {
    return []
  }
}

/** Empty where there is no such file, or no more. */
export function textOf(files: Pick<Files, 'text'>, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}

/** `0100007F:0016`, or the same with 32 digits: words of four bytes, each little-endian, as all is that Node runs on here. */
function parseSide(text: string): Side | undefined {
  const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? []
  if (hex === undefined || port === undefined) return undefined
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse())
  const bits = BigInt(`0x${bytes.join('')}`)
  const address = bytes.length === 4 ? networkOf(4, bits, 32) : networkOf(6, bits, 128)
  return { address, port: Number.parseInt(port, 16) }
}
