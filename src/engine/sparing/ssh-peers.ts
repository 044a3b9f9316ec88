/**
 * From where people are logged in by ssh: sessions of logind, records of utmp, and processes of sshd that have become the
 * user. An open connection to port 22 alone protects nobody: a guesser holds one too.
 */
import type { Clock } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import { networkOrder6, socketAddress, textOf } from './proc.ts'

export class SshPeers {
  readonly #files: Files
  readonly #clock: Pick<Clock, 'monotonic'>
  /** Which processes are sshd's, and since when each is known. */
  #known: ReadonlyMap<string, Known> = new Map()

  constructor(files: Files, clock: Pick<Clock, 'monotonic'>) {
    this.#files = files
    this.#clock = clock
  }

  /** As text. @param isThorough looks at every process; else at those that are new, which takes a fifth of the time */
  now(isThorough: boolean): string[] {
    return [...logindPeers(this.#files), ...utmpPeers(this.#files), ...this.#sshdPeers(isThorough)]
  }

  /** The far ends of the sockets of sshd's processes in which somebody is logged in. */
  #sshdPeers(isThorough: boolean): string[] {
    const files = this.#files
    this.#look(isThorough)
    const separated = /^_?sshd:[^:]*:(\d+):/m.exec(textOf(files, '/etc/passwd'))?.[1]
    const inside = [...this.#known].filter(([pid, { isSshd }]) => isSshd && isLoggedIn(files, pid, separated))
    const inodes = inside.flatMap(([pid]) => socketsOf(files, pid))
    if (inodes.length === 0) return []
    return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => farEnds(textOf(files, path), inodes))
  }

  #look(isThorough: boolean): void {
    const now = this.#clock.monotonic()
    const before = this.#known
    const known = new Map<string, Known>()
    for (const pid of this.#files.list('/proc', { asStored: true })) {
      if (!/^\d/.test(pid)) continue
      const one = before.get(pid)
      const isSettled = !isThorough && one && one.since + YOUNG_MS < now
      known.set(pid, isSettled ? one : { isSshd: isSshd(this.#files, pid), since: one?.since ?? now })
    }
    this.#known = known
  }
}

interface Known {
  readonly isSshd: boolean
  readonly since: number
}

/** A younger process may yet become another program. */
const YOUNG_MS = 3000

function isSshd(files: Files, pid: string): boolean {
  return /^sshd(-session)?$/m.test(textOf(files, `/proc/${pid}/comm`))
}

/**
 * It runs as the user, and is the child of the one that runs as root: what a user starts himself under this name is not. Who
 * logs in as root is told by the title, which only root can give to a process of root.
 */
function isLoggedIn(files: Files, pid: string, separated: string | undefined): boolean {
  const { uid, parent } = statusOf(files, pid)
  if (uid === undefined || uid === separated) return false
  if (uid === '0') return /^sshd(-session)?: [^\s@]+@\S+$/.test(titleOf(files, pid))
  return parent !== undefined && isSshd(files, parent) && statusOf(files, parent).uid === '0'
}

function statusOf(
  files: Files,
  pid: string,
): { readonly uid: string | undefined; readonly parent: string | undefined } {
  const status = textOf(files, `/proc/${pid}/status`)
  return { uid: /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1], parent: /^PPid:\t(\d+)/m.exec(status)?.[1] }
}

function titleOf(files: Files, pid: string): string {
  return textOf(files, `/proc/${pid}/cmdline`).replace(/[\0 ]*$/, '')
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

/** Of ten thousand connections only the lines of these sockets are read. */
function farEnds(table: string, inodes: readonly string[]): string[] {
  return inodes.flatMap((inode) => {
    const at = table.indexOf(` ${inode} `)
    if (at < 0) return []
    const words = table
      .slice(table.lastIndexOf('\n', at) + 1, at + inode.length + 1)
      .trim()
      .split(/\s+/)
    return words[9] === inode ? [socketAddress(words[2]!)] : []
  })
}

function logindPeers(files: Files): string[] {
  const folder = '/run/systemd/sessions'
  return files
    .list(folder)
    .filter((name) => !name.includes('.'))
    .flatMap((name) => /^REMOTE_HOST=(\S+)$/m.exec(textOf(files, `${folder}/${name}`))?.slice(1) ?? [])
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
    if (address.every((byte) => byte === 0)) continue // Somebody at the host itself.
    const isIp4 = address.subarray(4).every((byte) => byte === 0)
    peers.push(isIp4 ? [...address.subarray(0, 4)].join('.') : networkOrder6(hexOf(address)))
  }
  return peers
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
