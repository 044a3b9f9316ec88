/** `reload`, `stop`, `add`, `start`, `sleep`: jails that come and go, and the guard itself. */
import { Fault } from '../../../base/fault.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { namesOf, tellRestarted } from '../../../engine/log/life-lines.ts'
import type { FaultStatus } from '../../../engine/status.ts'
import { plainFilter } from '../../../filter/filter-settings.ts'
import { NO_INCREMENT, NO_NETWORKS } from '../../../jail/jail-options.ts'
import type { Fail2banAsked } from '../asked.ts'
import type { ToldJails } from '../jails.ts'
import { pythonFloat, raised, textAt, wordAt } from '../python.ts'
import { isList, type Value } from '../value.ts'

/**
 * `reload JAIL|--all OPTIONS STREAM`. The stream is what the caller's own files come to; it is read anew from the guard's.
 * @throws Fault what is wrong with the files: then nothing has changed
 */
export async function reload(asked: Fail2banAsked, jails: ToldJails, words: readonly Value[]): Promise<Value> {
  const [name, options] = words
  if (words.length < 2) throw missing(words.length)
  const given = isList(options) ? options : []
  const jail = name === '--all' ? undefined : String(name)
  // One that is new, or was stopped, comes with all others, or with `--if-exists`.
  if (jail !== undefined && !given.includes('--if-exists')) jails.held(jail)
  try {
    const reloaded = await asked.reload(jail)
    if (!reloaded.done) throw raised('Exception', reloaded.faults.map(printFault).join('\n'))
  } catch (thrown) {
    const isUnknown = thrown instanceof Fault && thrown.code === 'control.no-jail'
    if (isUnknown && given.includes('--if-exists')) return 'OK'
    throw isUnknown ? raised('UnknownJailException', name) : thrown
  }
  if (given.includes('--unban')) await asked.engine.unbanAll(jail)
  if (given.includes('--restart')) await restarted(asked, jail)
  return 'OK'
}

async function restarted({ engine, log }: Fail2banAsked, jail: string | undefined): Promise<void> {
  await engine.restart(jail)
  if (log) tellRestarted(log, jail === undefined ? namesOf(engine) : [jail])
}

function missing(given: number): Fault {
  const names =
    given === 0 ? "2 required positional arguments: 'name' and 'opts'" : "1 required positional argument: 'opts'"
  return raised('TypeError', `Server.reloadJails() missing ${names}`)
}

function printFault({ message, hint, at }: FaultStatus): string {
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** `stop`, `stop JAIL`. */
export async function stop(asked: Fail2banAsked, jails: ToldJails, words: readonly Value[]): Promise<Value> {
  const [name] = words
  if (words.length === 0 || name === '--all') asked.stop(undefined)
  else await jails.remove(jails.held(name).name)
  return undefined
}

/** `start JAIL`: one that is there runs already. */
export function start(jails: ToldJails, words: readonly Value[]): Value {
  jails.held(wordAt(words, 0))
  return undefined
}

/** `add JAIL [BACKEND]`: a jail that reads nothing yet. What it lacks is set afterwards. */
export async function add(jails: ToldJails, words: readonly Value[]): Promise<Value> {
  const name = textAt(words, 0)
  const backend = words.length > 1 ? textAt(words, 1) : 'auto'
  // Source: what Fail2ban 1.0.2 answers, which means to say that the jail is there.
  if (jails.all.some((jail) => jail.name === name)) throw raised('NameError', "name 'noduplicates' is not defined")
  if (!/^\P{C}{1,255}$/u.test(name)) throw raised('ValueError', `'${name}' cannot be the name of a jail`)
  if (!BACKENDS.has(/^[^[]*/.exec(backend)![0])) {
    const among = "['pyinotify', 'gamin', 'polling', 'systemd'] or 'auto'"
    throw raised('ValueError', `Unknown backend ${backend}. Must be among ${among}`)
  }
  await jails.add(emptyJail(name, backend))
  return name
}

const BACKENDS: ReadonlySet<string> = new Set(['auto', 'pyinotify', 'gamin', 'polling', 'systemd'])

function emptyJail(name: string, backend: string): JailSettings {
  return {
    name,
    options: {
      name,
      maxretry: 3,
      findtime: 600,
      bantime: 600,
      maxmatches: 5,
      increment: NO_INCREMENT,
      networks: NO_NETWORKS,
      ignoreip: [],
      ignoreself: true,
      ignorecommand: undefined,
      ignorecache: undefined,
    },
    filter: plainFilter(name, []),
    backend,
    logs: [],
    unwritten: [],
    resolvesNames: false,
    scope: undefined,
    actions: [],
    at: { file: 'fail2ban-client' },
  }
}

const LONGEST_S = 60

/** `sleep SECONDS`. */
export async function sleep({ world }: Fail2banAsked, words: readonly Value[]): Promise<Value> {
  const lasts = Math.min(Math.max(0, pythonFloat(wordAt(words, 0))), LONGEST_S)
  await new Promise<void>((resolve) => void world.clock.after(lasts * 1000, resolve))
  return undefined
}
