/** What there is to protect on this host: which stock jails have something to read, and what. */
import type { Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { type NginxLogs, nginxLogs } from './nginx.ts'

/** What a jail should read here, in the place of what its section says. */
export interface FoundLogs {
  /** `auto`: the files; `systemd`: the journal. */
  readonly backend: 'auto' | 'systemd'
  /** A file that is not there yet is listed too: it is pending. */
  readonly paths: readonly string[]
  /** What of the journal, where neither filter nor jail says it. */
  readonly journalmatch?: readonly string[]
}

export interface Discovery {
  /** By the name of the stock jail; one with undefined reads what its section says. */
  readonly found: ReadonlyMap<string, FoundLogs | undefined>
  /** Why a stock jail is not among them, in words for the admin. */
  readonly left: ReadonlyMap<string, string>
  readonly nginx: NginxLogs
  readonly notes: readonly Fault[]
}

/** Asks nginx and looks at files. Never throws. */
export async function discover(world: World): Promise<Discovery> {
  const nginx = await nginxLogs(world)
  const found = new Map<string, FoundLogs | undefined>()
  const left = new Map<string, string>()
  for (const jail of ACCESS_JAILS) judge(jail, accessLogs(nginx))
  for (const jail of ERROR_JAILS) judge(jail, errorLogs(nginx))
  judge('sshd', isSshdHere(world) ? authLogs(world) : 'sshd is not installed')
  judge('ufw', kernelLogs(world))
  found.set('recidive', undefined)
  return { found, left, nginx, notes: nginx.notes }

  function judge(jail: string, logs: FoundLogs | string): void {
    if (typeof logs === 'string') left.set(jail, logs)
    else found.set(jail, logs)
  }
}

/** Where systemd keeps a journal: on disk, or until the next start. */
export function hasJournal(world: World): boolean {
  return isThere(world, '/run/log/journal') || isThere(world, '/var/log/journal')
}

const ACCESS_JAILS = ['nginx-botsearch', 'nginx-bad-request', 'nginx-4xx']
const ERROR_JAILS = ['nginx-http-auth', 'nginx-limit-req', 'nginx-forbidden', 'nginx-sslerror']

function accessLogs({ found, access, notes }: NginxLogs): FoundLogs | string {
  if (!found) return 'nginx is not installed'
  if (access.length > 0) return { backend: 'auto', paths: access }
  const why = notes.find(({ code }) => code === 'nginx.log-format' || code === 'nginx.log-skipped')
  return why ? why.message : 'nginx writes no access log'
}

/** Levels that show what a client did wrong; above them nginx tells only of its own troubles. */
const TELLING = ['debug', 'info', 'notice', 'warn', 'error']

function errorLogs({ found, error }: NginxLogs): FoundLogs | string {
  if (!found) return 'nginx is not installed'
  const telling = error.filter(({ level }) => TELLING.includes(level))
  if (telling.length > 0) return { backend: 'auto', paths: telling.map(({ path }) => path) }
  const [quiet] = error
  if (!quiet) return 'nginx writes no error log to a file'
  return `nginx's error_log ${quiet.path} has level ${quiet.level}, which hides what clients do: use error`
}

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/etc/ssh/sshd_config']
/** Debian's and Red Hat's names for it. */
const AUTH_LOGS = ['/var/log/auth.log', '/var/log/secure']
/** A syslog file that nobody wrote to for so long was left behind when the syslog daemon went. */
const STALE_MS = 2 * 86_400_000

function isSshdHere(world: World): boolean {
  return SSHD.some((path) => isThere(world, path))
}

function authLogs(world: World): FoundLogs {
  const journal = hasJournal(world)
  const files = AUTH_LOGS.filter((path) => isThere(world, path) && !(journal && isStale(world, path)))
  if (files.length > 0) return { backend: 'auto', paths: files }
  return journal ? { backend: 'systemd', paths: [] } : { backend: 'auto', paths: AUTH_LOGS.slice(0, 1) }
}

/** The kernel's log itself. */
export const KERNEL = '/dev/kmsg'
const KERNEL_LOGS = ['/var/log/ufw.log', '/var/log/kern.log']

function kernelLogs(world: World): FoundLogs | string {
  const journal = hasJournal(world)
  const file = KERNEL_LOGS.find((path) => isThere(world, path) && !(journal && isStale(world, path)))
  if (file !== undefined) return { backend: 'auto', paths: [file] }
  return kernelItself(world) ?? 'there is no kernel log: no /var/log/ufw.log or kern.log, no journal, no /dev/kmsg'
}

/**
 * What to read in the place of files that a syslog daemon would write of the kernel's log, where none of them is there; for
 * all other files undefined.
 */
export function inPlaceOfKernelLogs(world: World, paths: readonly string[]): FoundLogs | undefined {
  const isMissing = (path: string) => KERNEL_LOGS.includes(path) && !isThere(world, path)
  return paths.length > 0 && paths.every(isMissing) ? kernelItself(world) : undefined
}

/** Only what the kernel says: a program may write the same words to the journal. */
function kernelItself(world: World): FoundLogs | undefined {
  if (hasJournal(world)) return { backend: 'systemd', paths: [], journalmatch: ['_TRANSPORT=kernel'] }
  return isThere(world, KERNEL) ? { backend: 'auto', paths: [KERNEL] } : undefined
}

function isStale(world: World, path: string): boolean {
  try {
    const stat = world.files.stat(path)
    return stat !== undefined && world.clock.now() - stat.modifiedMs > STALE_MS
  } catch {
    return false
  }
}

function isThere(world: World, path: string): boolean {
  try {
    return world.files.stat(path) !== undefined
  } catch {
    return false
  }
}
