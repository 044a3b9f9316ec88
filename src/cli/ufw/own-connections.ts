/**
 * By which connections the caller of a command sits at this host. They are found in the kernel's table of sockets: those that
 * a process above the caller holds (sshd, a web terminal, an agent), through sudo and su; else the one that the environment
 * names (tmux and screen, whose server is nobody's child); else those of everybody who is logged in at a terminal.
 */
import { parseAddress } from '../../base/address.ts'
import type { Files } from '../../world/files.ts'
import { ancestors } from './ancestors.ts'
import { readSocketTable, type Side, socketsOf, textOf } from './socket-table.ts'

export interface Connection {
  /** Whether the other side opened it: then something listens on our port. */
  readonly isIncoming: boolean
  readonly near: Side
  readonly far: Side
}

/** @param isTyped whether a person types the command: a server that runs ufw by itself has clients, but no session */
export function ownConnections(files: Files, pid: number, isTyped: boolean): readonly Connection[] {
  const sockets = knownSockets(files)
  if (sockets.size === 0) return []
  const above = ancestors(files, pid).flatMap((one) => sessionsOf(files, one, sockets, isTyped))
  if (above.length > 0) return above
  const named = namedConnection(files, pid, sockets)
  return named ? [named] : everybody(files, sockets)
}

interface Known {
  readonly isListening: boolean
  readonly connection: Connection
}

/** By inode: what listens, and what is connected. */
function knownSockets(files: Files): ReadonlyMap<string, Known> {
  const rows = (['tcp', 'tcp6'] as const)
    .flatMap((table) => readSocketTable(files, table))
    .filter(({ state }) => state === CONNECTED || state === LISTENS)
  const open = new Set(rows.filter(({ state }) => state === LISTENS).map(({ near }) => near.port))
  return new Map(
    rows.map(({ inode, state, near, far }) => {
      const connection = { isIncoming: open.has(near.port), near: asSeen(near), far: asSeen(far) }
      return [inode, { isListening: state === LISTENS, connection }]
    }),
  )
}

const CONNECTED = '01'
const LISTENS = '0A'

/** What comes by IPv4 to a socket of IPv6 has an address of IPv4, and so have its rules. */
function asSeen({ address, port }: Side): Side {
  return { address: parseAddress(address.text) ?? address, port }
}

/** The open connections of a process; none of one that listens itself, unless a person sits at the other end. */
function sessionsOf(
  files: Files,
  pid: number,
  sockets: ReadonlyMap<string, Known>,
  isTyped: boolean,
): readonly Connection[] {
  const held = socketsOf(files, pid).flatMap((inode) => sockets.get(inode) ?? [])
  if (!isTyped && held.some(({ isListening }) => isListening)) return []
  return held.filter(({ isListening }) => !isListening).map(({ connection }) => connection)
}

/** `SSH_CONNECTION=192.0.2.7 50022 198.51.100.1 22`, where such a connection is open. Source: ssh(1). */
function namedConnection(files: Files, pid: number, sockets: ReadonlyMap<string, Known>): Connection | undefined {
  const [, from = '', fromPort, to = '', toPort] =
    /(?:^|\0)SSH_CONNECTION=(\S+) (\d+) (\S+) (\d+)(?:\0|$)/.exec(textOf(files, `/proc/${pid}/environ`)) ?? []
  const ends = [parseAddress(from)?.text, Number(fromPort), parseAddress(to)?.text, Number(toPort)].join(' ')
  return [...sockets.values()].find(
    ({ isListening, connection: one }) =>
      !isListening && [one.far.address.text, one.far.port, one.near.address.text, one.near.port].join(' ') === ends,
  )?.connection
}

/** The connections above the processes that have a terminal. */
function everybody(files: Files, sockets: ReadonlyMap<string, Known>): readonly Connection[] {
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
