/**
 * By which connections the caller of a command sits at this host. They are found in the kernel's table of sockets: those that
 * a process above the caller holds (sshd, a web terminal, an agent), through sudo and su; else the one that the environment
 * names (tmux and screen, whose server is nobody's child); else those of everybody who is logged in at a terminal.
 */
import type { Network } from '../../base/address.ts'
import { parseAddress } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'
import { ancestors } from './ancestors.ts'

export interface Connection {
  /** Whether the other side opened it: then something listens on our port. */
  readonly isIncoming: boolean
  readonly near: Side
  readonly far: Side
}

export interface Side {
  readonly address: Network
  readonly port: number
}

/** @param isTyped whether a person types the command: a server that runs ufw by itself has clients, but no session */
export function ownConnections(files: Files, pid: number, isTyped: boolean): readonly Connection[] {
  const sockets = readSockets(files)
  if (sockets.size === 0) return []
  const above = ancestors(files, pid).flatMap((one) => sessionsOf(files, one, sockets, isTyped))
  if (above.length > 0) return above
  const named = namedConnection(files, pid, sockets)
  return named ? [named] : everybody(files, sockets)
}

interface Socket {
  readonly isListening: boolean
  readonly connection: Connection
}

/** By inode. Source: proc(5), /proc/net/tcp: state 01 is established, 0A listens. */
function readSockets(files: Files): ReadonlyMap<string, Socket> {
  const rows: { readonly inode: string; readonly isListening: boolean; readonly near: Side; readonly far: Side }[] = []
  for (const path of ['/proc/self/net/tcp', '/proc/self/net/tcp6']) {
    for (const line of textOf(files, path).split('\n')) {
      const [, local = '', remote = '', state, , , , , , inode] = line.trim().split(/\s+/)
      if (inode === undefined || (state !== '01' && state !== '0A')) continue
      const [near, far] = [parseEnd(local), parseEnd(remote)]
      if (near && far) rows.push({ inode, isListening: state === '0A', near, far })
    }
  }
  const open = new Set(rows.filter(({ isListening }) => isListening).map(({ near }) => near.port))
  return new Map(
    rows.map(({ inode, isListening, near, far }) => [
      inode,
      { isListening, connection: { isIncoming: open.has(near.port), near, far } },
    ]),
  )
}

/** `0100007F:0016`, or the same with 32 digits: words of four bytes, each little-endian. */
function parseEnd(text: string): Side | undefined {
  const found = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text)
  if (!found) return undefined
  const bytes = found[1]!.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse())
  const address = bytes.length === 4 ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.') : inWords(bytes)
  const parsed = parseAddress(address)
  return parsed && { address: parsed, port: Number.parseInt(found[2]!, 16) }
}

function inWords(bytes: readonly string[]): string {
  return bytes.join('').match(/.{4}/g)!.join(':')
}

/** The open connections of a process; none of one that listens itself, unless a person sits at the other end. */
function sessionsOf(
  files: Files,
  pid: number,
  sockets: ReadonlyMap<string, Socket>,
  isTyped: boolean,
): readonly Connection[] {
  const held = socketsOf(files, pid).flatMap((inode) => sockets.get(inode) ?? [])
  if (!isTyped && held.some(({ isListening }) => isListening)) return []
  return held.filter(({ isListening }) => !isListening).map(({ connection }) => connection)
}

function socketsOf(files: Files, pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return files
      .list(folder, { asStored: true })
      .flatMap((name) => /^socket:\[(\d+)\]$/.exec(files.link(`${folder}/${name}`) ?? '')?.[1] ?? [])
  } catch {
    return [] // It has ended meanwhile.
  }
}

/** `SSH_CONNECTION=192.0.2.7 50022 198.51.100.1 22`, where such a connection is open. Source: ssh(1). */
function namedConnection(files: Files, pid: number, sockets: ReadonlyMap<string, Socket>): Connection | undefined {
  const [, from = '', fromPort, to = '', toPort] =
    /(?:^|\0)SSH_CONNECTION=(\S+) (\d+) (\S+) (\d+)(?:\0|$)/.exec(textOf(files, `/proc/${pid}/environ`)) ?? []
  const ends = [parseAddress(from)?.text, Number(fromPort), parseAddress(to)?.text, Number(toPort)].join(' ')
  return [...sockets.values()].find(
    ({ isListening, connection: one }) =>
      !isListening && [one.far.address.text, one.far.port, one.near.address.text, one.near.port].join(' ') === ends,
  )?.connection
}

/** The connections above the processes that have a terminal. */
function everybody(files: Files, sockets: ReadonlyMap<string, Socket>): readonly Connection[] {
  const parents = new Map<number, number>()
  const atTerminal: number[] = []
  for (const name of files.list('/proc', { asStored: true })) {
    if (!/^\d+$/.test(name)) continue
    // Its name stands in parentheses and may hold anything. Source: proc(5), /proc/PID/stat.
    const [, parent, , , terminal] = textOf(files, `/proc/${name}/stat`).split(') ').at(-1)!.split(' ')
    parents.set(Number(name), Number(parent ?? 0))
    if (Number(terminal ?? 0) !== 0) atTerminal.push(Number(name))
  }
  const seen = new Set<number>()
  for (const pid of atTerminal) {
    for (let one = pid; one > 0 && !seen.has(one); one = parents.get(one) ?? 0) seen.add(one)
  }
  return [...seen].flatMap((pid) => sessionsOf(files, pid, sockets, false))
}

function textOf(files: Files, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}
