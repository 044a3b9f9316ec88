/** The commands for the server itself: fail2ban.conf and what the command line says in its place. */
import { asFault, Fault } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { readValue } from '../interpolate.ts'
import { pythonInt, wrongNumber } from '../python-values.ts'
import { type Layered, readLayers } from '../read-layers.ts'
import { unknownServerKeys } from '../unknown-keys.ts'
import type { Command, Word } from './command.ts'

/** Given on the command line; they come before the file's. */
export interface ServerOptions {
  readonly loglevel?: string
  readonly logtarget?: string
  readonly syslogsocket?: string
}

export interface ServerCommands {
  readonly commands: readonly Command[]
  readonly fatal: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** In the order in which they are sent, each with what holds where the file says nothing. Source: fail2ban.conf(5). */
const OPTIONS: readonly (readonly [name: string, fallback: string | undefined])[] = [
  ['syslogsocket', 'auto'],
  ['loglevel', 'INFO'],
  ['logtarget', '/var/log/fail2ban.log'],
  ['allowipv6', 'auto'],
  ['dbfile', '/var/lib/fail2ban/fail2ban.sqlite3'],
  ['dbmaxmatches', undefined],
  ['dbpurgeage', '1d'],
]

/** Never throws. */
export function serverCommands(world: World, folders: readonly string[], given: ServerOptions): ServerCommands {
  const layered = readLayers(world, folders, 'fail2ban')
  const fatal = layered?.faults.map(({ fault }) => fault) ?? []
  const warnings: Fault[] = layered ? [...layered.warnings, ...unknownServerKeys(layered)] : []
  const commands: Command[] = []
  const has = layered?.sections.has('Definition') ?? false
  if (!has) warnings.push(noDefinition(layered, folders))
  const at = { file: layered?.files[0] ?? folders.at(-1) ?? '' }
  for (const [name, fallback] of OPTIONS) {
    const value =
      name in given ? undefined : attempt(fatal, () => has && layered && readValue({ layered }, 'Definition', name))
    let word: Word = given[name as keyof ServerOptions] ?? (value ? value.text : fallback)
    if (name === 'dbmaxmatches' && value) {
      word = pythonInt(value.text)
      if (word === undefined) warnings.push(wrongNumber(name, value.text, value.at))
    }
    // Without its section even an option without a default is sent.
    if (word !== undefined || value || !has) commands.push({ words: ['set', name, word], at: value ? value.at : at })
  }
  // What nobody sends must be readable all the same.
  for (const name of ['socket', 'pidfile'])
    attempt(fatal, () => has && layered && readValue({ layered }, 'Definition', name))
  const threads = layered && threadCommand(layered, fatal, warnings)
  const level = commands.find(({ words }) => words[1] === 'loglevel')
  if (level && !isLevel(String(level.words[2]))) fatal.push(badLevel(String(level.words[2]), level))
  return { commands: threads ? [threads, ...commands] : commands, fatal, warnings }
}

function attempt<T>(fatal: Fault[], act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    fatal.push(asFault(thrown, 'config.bad-value'))
    return undefined
  }
}

function noDefinition(layered: Layered | undefined, folders: readonly string[]): Fault {
  const file = layered?.files[0]
  const message = file ? `${file} has no section [Definition]` : `there is no fail2ban.conf in ${folders.join(', ')}`
  return new Fault('config.no-server', `${message}: the defaults hold`, file ? { at: { file } } : {})
}

function threadCommand(layered: Layered, fatal: Fault[], warnings: Fault[]): Command | undefined {
  if (!layered.sections.has('Thread')) return undefined
  const value = attempt(fatal, () => readValue({ layered }, 'Thread', 'stacksize'))
  if (!value) return undefined
  const size = pythonInt(value.text)
  if (size === undefined) warnings.push(wrongNumber('stacksize', value.text, value.at))
  return { words: ['set', 'thread', new Map([['stacksize', size]])], at: value.at }
}

/** A number, or a name that Python's logging or Fail2ban knows. */
function isLevel(text: string): boolean {
  return /^\d+$/.test(text) || LEVELS.has(text.toUpperCase())
}

const LEVELS: ReadonlySet<string> = new Set([
  ...['CRITICAL', 'FATAL', 'ERROR', 'WARNING', 'WARN', 'NOTICE', 'INFO', 'MSG', 'DEBUG', 'TRACEDEBUG', 'HEAVYDEBUG'],
  'NOTSET',
])

function badLevel(text: string, { at }: Command): Fault {
  const hint = 'write one of CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG'
  return new Fault('config.bad-loglevel', `Invalid log level '${text}'`, { at, hint })
}
