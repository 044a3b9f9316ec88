/** By which connections the caller of ufw sits at the host: processes and sockets as /proc has them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Connection, ownConnections } from '../../../src/cli/ufw/own-connections.ts'
import { fakeWorld } from '../../../src/world/fake.ts'
import type { Files } from '../../../src/world/files.ts'

interface Process {
  readonly parent: number
  readonly name?: string
  readonly terminal?: number
  /** Inodes. */
  readonly sockets?: readonly number[]
  readonly environment?: string
}

/** `near far state inode`. */
const SSH = '6.0.2.10:22 192.0.2.7:50022 01 100'
const OTHER = '6.0.2.10:22 192.0.2.8:50023 01 101'
const LISTENS = '0.0.0.0:22 0.0.0.0:0 0A 102'
const WEB = '6.0.2.10:7681 192.0.2.9:40000 01 103'
const WEB_LISTENS = '0.0.0.0:7681 0.0.0.0:0 0A 104'
const MASTER = '6.0.2.10:39000 192.0.2.99:4505 01 105'

const SSHD = { parent: 1, name: 'sshd', sockets: [102] }
const SESSION = { parent: 10, name: 'sshd', sockets: [100] }

const ROWS: readonly {
  readonly name: string
  readonly processes: Readonly<Record<number, Process>>
  readonly sockets: readonly string[]
  readonly isTyped?: boolean
  readonly found: readonly string[]
}[] = [
  {
    name: 'at a console nobody sits behind a connection',
    processes: { 20: { parent: 1, terminal: 1 }, 30: { parent: 20, terminal: 1 } },
    sockets: [LISTENS],
    found: [],
  },
  {
    name: 'in a session of ssh, through su and sudo',
    processes: { 10: SSHD, 11: SESSION, 12: { parent: 11, terminal: 34816 }, 13: { parent: 12 }, 30: { parent: 13 } },
    sockets: [SSH, OTHER, LISTENS],
    found: ['192.0.2.7:50022 > 22'],
  },
  {
    name: 'a command that ssh runs has no terminal',
    processes: { 10: SSHD, 11: SESSION, 30: { parent: 11 } },
    sockets: [SSH, LISTENS],
    found: ['192.0.2.7:50022 > 22'],
  },
  {
    name: "in tmux, whose server is nobody's child, by the environment",
    processes: {
      ...{ 10: SSHD, 11: SESSION, 15: { parent: 10, sockets: [101] }, 16: { parent: 15, terminal: 34817 } },
      ...{ 20: { parent: 1 }, 30: { parent: 20, environment: 'A=1\0SSH_CONNECTION=192.0.2.7 50022 6.0.2.10 22\0' } },
    },
    sockets: [SSH, OTHER, LISTENS],
    found: ['192.0.2.7:50022 > 22'],
  },
  {
    name: 'an environment that is out of date names nobody: all who sit at a terminal are meant',
    processes: {
      ...{ 10: SSHD, 11: SESSION, 12: { parent: 11, terminal: 34816 } },
      ...{ 20: { parent: 1 }, 30: { parent: 20, environment: 'SSH_CONNECTION=192.0.2.7 49999 6.0.2.10 22\0' } },
    },
    sockets: [SSH, LISTENS],
    found: ['192.0.2.7:50022 > 22'],
  },
  {
    name: 'a job of systemd: all who sit at a terminal, not who guesses passwords',
    processes: {
      ...{ 10: SSHD, 11: SESSION, 12: { parent: 11, terminal: 34816 }, 15: { parent: 10, sockets: [101] } },
      30: { parent: 1 },
    },
    sockets: [SSH, OTHER, LISTENS],
    found: ['192.0.2.7:50022 > 22'],
  },
  {
    name: 'a web terminal that listens itself, where a person types',
    processes: { 10: { parent: 1, sockets: [103, 104] }, 12: { parent: 10, terminal: 34816 }, 30: { parent: 12 } },
    sockets: [WEB, WEB_LISTENS],
    isTyped: true,
    found: ['192.0.2.9:40000 > 7681'],
  },
  {
    name: 'a server that runs ufw for itself has clients, but no session',
    processes: { 10: { parent: 1, sockets: [103, 104] }, 30: { parent: 10 } },
    sockets: [WEB, WEB_LISTENS],
    found: [],
  },
  {
    name: 'an agent that has called its master',
    processes: { 10: { parent: 1, sockets: [105] }, 30: { parent: 10 } },
    sockets: [MASTER],
    found: ['39000 > 192.0.2.99:4505'],
  },
  {
    name: 'a circle of parents ends',
    processes: { 10: { parent: 30 }, 30: { parent: 10 } },
    sockets: [LISTENS],
    found: [],
  },
]

for (const { name, processes, sockets, isTyped = false, found } of ROWS) {
  test(name, () => {
    const connections = ownConnections(filesOf(processes, sockets), 30, isTyped)
    assert.deepEqual(connections.map(print), found)
  })
}

test('IPv6, and IPv4 as a socket of IPv6 has it', () => {
  const world = fakeWorld()
  world.put(
    '/proc/self/net/tcp6',
    [
      row('00000000000000000000000000000000:0016', '00000000000000000000000000000000:0000', '0A', 102),
      row('B80D0120000000000000000001000000:0016', 'B80D0120000000000000000007000000:C366', '01', 100),
      row('0000000000000000FFFF00000A020006:0016', '0000000000000000FFFF0000070200C0:C367', '01', 101),
    ].join('\n'),
  )
  world.put('/proc/30/status', 'Name:\tsh\nPPid:\t0\n')
  const found = ownConnections(linked(world.files, { 30: [100, 101] }), 30, false)
  assert.deepEqual(found.map(print), ['2001:db8::7:50022 > 22', '192.0.2.7:50023 > 22'])
})

function print({ isIncoming, near, far }: Connection): string {
  return isIncoming
    ? `${far.address.text}:${far.port} > ${near.port}`
    : `${near.port} > ${far.address.text}:${far.port}`
}

function filesOf(processes: Readonly<Record<number, Process>>, sockets: readonly string[]): Files {
  const world = fakeWorld()
  world.put('/proc/self/net/tcp', sockets.map(parsed).join('\n'))
  for (const [pid, { parent, name = 'x', terminal = 0, environment = '' }] of Object.entries(processes)) {
    world.put(`/proc/${pid}/status`, `Name:\t${name}\nUmask:\t0022\nPPid:\t${parent}\n`)
    // A process may call itself as it likes.
    world.put(`/proc/${pid}/stat`, `${pid} (${name}) R 0) S ${parent} ${pid} ${pid} ${terminal} -1 4194304`)
    world.put(`/proc/${pid}/environ`, environment)
  }
  const held = Object.entries(processes).map(([pid, one]) => [pid, one.sockets ?? []] as const)
  return linked(world.files, Object.fromEntries(held))
}

/** With sockets as links, which the world in memory does not have. */
function linked(files: Files, sockets: Readonly<Record<string, readonly number[]>>): Files {
  const of = (path: string) => sockets[/^\/proc\/(\d+)\/fd/.exec(path)?.[1] ?? ''] ?? []
  return {
    ...files,
    list: (path, options) => (path.endsWith('/fd') ? of(path).map((_, i) => String(i + 3)) : files.list(path, options)),
    link: (path) => {
      const inode = of(path)[Number(path.split('/').at(-1)) - 3]
      return inode === undefined ? undefined : `socket:[${inode}]`
    },
  }
}

function parsed(line: string): string {
  const [near = '', far = '', state = '', inode] = line.split(' ')
  return row(hex(near), hex(far), state, Number(inode))
}

function hex(end: string): string {
  const [address = '', port] = end.split(':')
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return `${bytes.toReversed().join('')}:${Number(port).toString(16).padStart(4, '0')}`.toUpperCase()
}

/** Source: proc(5), /proc/net/tcp. */
function row(near: string, far: string, state: string, inode: number): string {
  return `   0: ${near} ${far} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 20 4 30 10 -1`
}
