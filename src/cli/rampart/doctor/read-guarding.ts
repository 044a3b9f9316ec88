/** What there is to know of the half that bans: its configuration, its logs, the guard that runs. Nothing is changed. */
import { asFault, type Fault } from '../../../base/fault.ts'
import type { AllowList } from '../../../config/allow-list.ts'
import { expandGlob } from '../../../config/glob.ts'
import type { Finding as LintFinding } from '../../../config/lint/finding.ts'
import { lint } from '../../../config/lint/lint.ts'
import { type Prepared, prepare } from '../../../engine/life/prepare.ts'
import { SshPeers } from '../../../engine/sparing/ssh-peers.ts'
import type { Status } from '../../../engine/status.ts'
import type { EpochMs } from '../../../world/clock.ts'
import type { Files } from '../../../world/files.ts'
import type { World } from '../../../world/world.ts'
import { readAllowed } from '../allow/allow-file.ts'
import { type LogFacts, readLog } from './read-log.ts'
import type { Where } from './where.ts'

export interface Guarding {
  readonly prepared: Pick<Prepared, 'configuration' | 'discovery' | 'chosen' | 'faults'>
  /** What `rampart config check` says. */
  readonly linted: readonly LintFinding[]
  /** What the guard says of itself; the Fault where none answers. */
  readonly status: Status | Fault
  /** The file that a jail is changed in. */
  readonly ownJails: string
  /** The process number of a Fail2ban that runs. */
  readonly fail2ban: number | undefined
  /** Whether a unit of ours starts the guard at boot, and by which name. */
  readonly unit: string | undefined
  readonly isSystemd: boolean
  /** The files that jails read, each once. */
  readonly logs: readonly LogFacts[]
  /** The files of `rampart allow`. */
  readonly allowed: readonly AllowList[]
  /** From where people are logged in by ssh. */
  readonly peers: readonly string[]
  /** This host's own. */
  readonly own: readonly string[]
  readonly now: EpochMs
  readonly programs: { readonly journalctl: boolean; readonly perl: boolean }
}

/** @param status what the guard says of itself */
export async function readGuarding(world: World, where: Where, status: Guarding['status']): Promise<Guarding> {
  const { files } = world
  const { stockFolder, config } = where
  const present = config.filter((folder) => files.stat(folder)?.kind === 'folder')
  // Names are not looked up: that would take as long as a name server likes.
  const prepared = await prepare(world, { ...where, config: present }, { ready: async () => [] })
  return {
    ...{ prepared, logs: readLogs(world, prepared), fail2ban: findFail2ban(files) },
    linted: await linted(world, stockFolder === undefined ? present : [stockFolder, ...present]),
    status,
    ownJails: `${config.at(-1) ?? OWN}/jail.local`,
    allowed: allowedIn(world, config),
    peers: [...new Set(new SshPeers(files, world.clock).now(true))],
    own: world.names.own(),
    now: world.clock.now(),
    isSystemd: files.stat('/run/systemd/system')?.kind === 'folder',
    unit: UNITS.find((name) => FOLDERS.some((folder) => textOr(files, `${folder}/${name}.service`).includes('ampart'))),
    programs: { journalctl: isProgram(files, 'journalctl'), perl: isProgram(files, 'perl') },
  }
}

const OWN = '/etc/rampart'

/** A file that cannot be read the guard tells of. */
function allowedIn(world: World, folders: readonly string[]): readonly AllowList[] {
  return attempt(() => readAllowed(world, folders)) ?? []
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

const UNITS = ['fail2ban', 'rampart']
const FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system']

async function linted(world: World, folders: readonly string[]): Promise<readonly LintFinding[]> {
  try {
    return (await lint(world, { folders, logs: true })).findings
  } catch (thrown) {
    const { code, message, hint, at } = asFault(thrown, 'lint.failed')
    return [{ code, severity: 'error', at: at ?? { file: '' }, message, better: hint }]
  }
}

/** Logs that are looked at. */
const MOST_LOGS = 32

function readLogs(world: World, { jails }: Pick<Prepared, 'jails'>): LogFacts[] {
  const readers = new Map<string, { jails: string[]; first: (typeof jails)[number] }>()
  for (const jail of jails) {
    for (const { path } of jail.logs) {
      // Of a device the guard tells whether it can be read.
      if (path.startsWith('/dev/')) continue
      const found = expandGlob(world.files, path)
      for (const one of found.length > 0 ? found : [path]) {
        const known = readers.get(one)
        if (known) known.jails.push(jail.name)
        else if (readers.size < MOST_LOGS) readers.set(one, { jails: [jail.name], first: jail })
      }
    }
  }
  return [...readers].map(([path, { jails: names, first }]) => readLog(world, path, names, first.filter))
}

/** The original: ours is no Python. One of a container has a firewall of its own. */
function findFail2ban(files: Files): number | undefined {
  const own = files.link('/proc/self/ns/net')
  for (const pid of files.list('/proc', { asStored: true })) {
    if (!/^\d+$/.test(pid) || files.link(`/proc/${pid}/ns/net`) !== own) continue
    const words = textOr(files, `/proc/${pid}/cmdline`).split('\0').slice(0, 3)
    const isPython =
      words.some((word) => /(^|\/)python[\d.]*$/.test(word)) || /python/.test(files.link(`/proc/${pid}/exe`) ?? '')
    if (isPython && words.some((word) => /(^|\/)fail2ban-server$/.test(word))) return Number(pid)
  }
  return undefined
}

function isProgram(files: Files, name: string): boolean {
  return ['/usr/bin', '/bin', '/usr/local/bin'].some((folder) => files.stat(`${folder}/${name}`) !== undefined)
}

/** Empty where it cannot be read: a process may be gone by now. */
function textOr(files: Files, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}
