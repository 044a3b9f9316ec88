/** `fail2ban-client`: so far what needs no server, the dump and the test of a configuration. */
import { exactDuration } from '../../base/duration.ts'
import { asFault, Fault } from '../../base/fault.ts'
import { repr } from '../../base/python-repr.ts'
import { type CommandStream, commandStream } from '../../config/commands/command-stream.ts'
import { FAIL2BAN_VERSION } from '../../config/interpolate.ts'
import { loadConfiguration } from '../../config/load-configuration.ts'
import { printFault } from '../print.ts'
import type { Setting } from '../setting.ts'
import { words } from './config-error.ts'
import { HELP } from './help.ts'
import { type Options, parseOptions } from './options.ts'
import { pretty } from './pretty.ts'

/** What Fail2ban ends with wherever something is wrong. */
const WRONG = 255

/** @returns the exit code: 0 or 255 */
export async function fail2banClient(setting: Setting, given: readonly string[]): Promise<number> {
  const { out, err } = setting.terminal
  const asked = parseOptions(given)
  switch (asked.kind) {
    case 'usage':
      out(HELP)
      err('ERROR there is no such option, or its value is missing\n')
      return WRONG
    case 'help':
      out(HELP)
      return 0
    case 'version':
      out(`${FAIL2BAN_VERSION}\n`)
      return 0
    case 'long version':
      out(`Fail2Ban v${FAIL2BAN_VERSION}\n`)
      return 0
    case 'seconds':
      return seconds(setting, asked.text)
    case 'run':
      return run(setting, asked.options)
    default:
      return asked satisfies never
  }
}

function seconds({ terminal }: Setting, text: string): number {
  try {
    const { value, isWhole } = exactDuration(text)
    terminal.out(`${repr(isWhole ? value : { float: value })}\n`)
    return 0
  } catch (thrown) {
    terminal.out('ERROR: this is no duration\n')
    terminal.err(printFault(asFault(thrown, 'duration.bad')))
    return WRONG
  }
}

async function run(setting: Setting, options: Options): Promise<number> {
  const { out, err } = setting.terminal
  if (!options.dump && !options.test) return notYet(setting, options.command)
  const folders = foldersOf(setting, options.folder)
  if (!folders) {
    out(`ERROR: there is no configuration folder ${repr(options.folder ?? '')}\n`)
    return WRONG
  }
  const stream = commandStream(setting.world, folders, options.server)
  tell(setting, folders, stream, options)
  if (options.dump) dump(setting, stream, options.dump)
  const { fatal, commands } = stream
  const skipped = stream.jails.filter(({ refusal }) => refusal)
  const well = commands !== undefined && fatal.length === 0
  if (!options.test) return well && (skipped.length === 0 || skipped.length < stream.jails.length) ? 0 : WRONG
  if (!well || skipped.length > 0) {
    err('ERROR: test configuration failed\n')
    return WRONG
  }
  if (options.command.length > 0) return notYet(setting, options.command)
  if (options.verbosity > 0) await judge(setting, folders)
  out('OK: configuration test is successful\n')
  return 0
}

/** A folder that was named is all that counts; else the machine's, above what Rampart brings along. */
function foldersOf({ world, stockFolder }: Setting, folder: string | undefined): readonly string[] | undefined {
  if (folder === undefined) return [stockFolder, '/etc/fail2ban', '/etc/rampart']
  const path = folder.replace(/\/+$/, '')
  try {
    return world.files.stat(path === '' ? '/' : path) ? [path] : undefined
  } catch {
    return undefined
  }
}

function dump({ terminal }: Setting, { commands, jails }: CommandStream, form: 'plain' | 'pretty'): void {
  if (!commands) {
    terminal.out('ERROR: The configuration stream failed because of the invalid syntax.\n')
    return
  }
  const print = form === 'plain' ? repr : pretty
  terminal.out(commands.map((command) => `${print(words(command, jails))}\n`).join(''))
}

/** Every fault at once, then the warnings, then what would keep a jail from running although Fail2ban's test is content. */
function tell({ world, terminal }: Setting, folders: readonly string[], stream: CommandStream, options: Options): void {
  for (const fault of stream.faults) terminal.err(`ERROR ${printFault(fault)}`)
  if (options.verbosity < 1) return
  const configuration = loadConfiguration(world, folders, {})
  const told = new Set(stream.faults.map(placeAndCode))
  const more = [...stream.warnings, ...configuration.faults, ...configuration.warnings]
  for (const fault of more) {
    const key = placeAndCode(fault)
    if (!told.has(key)) terminal.err(`WARNING ${printFault(fault)}`)
    told.add(key)
  }
  for (const { name, missing } of stream.jails) {
    for (const path of missing) terminal.err(`NOTICE ${printFault(pending(name, path))}`)
  }
}

/** What can be read may still ban the wrong or nobody. Logs are not read: this is asked before each start. */
async function judge({ world, terminal }: Setting, folders: readonly string[]): Promise<void> {
  const { lint } = await import('../../config/lint/lint.ts')
  const { findings } = await lint(world, { folders, logs: false })
  for (const { code, severity, message, at, better, write } of findings) {
    if (severity === 'hint' || !code.startsWith('lint.')) continue
    const hint = write === undefined ? better : `write ${write}`
    terminal.err(`WARNING ${printFault(new Fault(code, message, { at, ...(hint === undefined ? {} : { hint }) }))}`)
  }
}

function placeAndCode({ code, at, message }: Fault): string {
  return at?.line === undefined ? `${code} ${message}` : `${code} ${at.file}:${at.line}`
}

function pending(jail: string, path: string): Fault {
  const hint = 'the jail waits for it; nothing is wrong if its program has written nothing yet'
  return new Fault('config.no-log', `jail ${jail}: no file is there for ${path}`, { hint })
}

function notYet({ terminal }: Setting, command: readonly string[]): number {
  if (command.length === 0) terminal.err(HELP)
  else {
    const hint = 'so far: -d, --dp, -t, --str2sec, -V, -h; to ask the guard: rampart status, rampart ban, rampart unban'
    const message = `${repr(command.join(' '))} needs a server that speaks Fail2ban's protocol, which Rampart does not yet`
    terminal.err(`ERROR ${printFault(new Fault('cli.not-yet', message, { hint }))}`)
  }
  return WRONG
}
