/** `-d`, `--dp`, `-t`: what a configuration comes to, and whether it can be used. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { repr } from '../../base/python-repr.ts'
import { type CommandStream, commandStream } from '../../config/commands/command-stream.ts'
import { loadConfiguration } from '../../config/load-configuration.ts'
import { readsInstead } from '../../config/reads-instead.ts'
import { printFault } from '../print.ts'
import type { Setting } from '../setting.ts'
import { WRONG } from './complain.ts'
import { words } from './config-error.ts'
import type { Options } from './options.ts'
import { pretty } from './pretty.ts'

/** @returns the exit code; undefined: all is well, and there is a command to carry out */
export async function check(
  setting: Setting,
  folders: readonly string[],
  options: Options,
): Promise<number | undefined> {
  const { out, err } = setting.terminal
  const stream = commandStream(setting.world, folders, options.server)
  const told = tell(setting, folders, stream, options)
  if (options.dump) dump(setting, stream, options.dump)
  const { fatal, commands } = stream
  const skipped = stream.jails.filter(({ refusal }) => refusal)
  const well = commands !== undefined && fatal.length === 0
  if (!options.test) return well && (skipped.length === 0 || skipped.length < stream.jails.length) ? 0 : WRONG
  if (!well || skipped.length > 0) {
    err('ERROR: test configuration failed\n')
    return WRONG
  }
  if (options.command.length > 0) return undefined
  if (options.verbosity > 0) await judge(setting, folders, told)
  out('OK: configuration test is successful\n')
  return 0
}

function dump({ terminal }: Setting, { commands, jails }: CommandStream, form: 'plain' | 'pretty'): void {
  if (!commands) {
    terminal.out('ERROR: The configuration stream failed because of the invalid syntax.\n')
    return
  }
  const print = form === 'plain' ? repr : pretty
  terminal.out(commands.map((command) => `${print(words(command, jails))}\n`).join(''))
}

/**
 * Every fault at once, then the warnings, then what would keep a jail from running although Fail2ban's test is content.
 * @returns what was told, by place and code
 */
function tell(
  { world, terminal }: Setting,
  folders: readonly string[],
  stream: CommandStream,
  options: Options,
): ReadonlySet<string> {
  for (const fault of stream.faults) terminal.err(`ERROR ${printFault(fault)}`)
  const told = new Set(stream.faults.map(placeAndCode))
  if (options.verbosity < 1) return told
  const configuration = loadConfiguration(world, folders, {})
  const more = [...stream.warnings, ...configuration.faults, ...configuration.warnings]
  for (const fault of more) {
    const key = placeAndCode(fault)
    if (!told.has(key)) terminal.err(`WARNING ${printFault(fault)}`)
    told.add(key)
  }
  const elsewhere = new Map(configuration.jails.map((jail) => [jail.name, readsInstead(jail)]))
  for (const { name, missing } of stream.jails) {
    const instead = elsewhere.get(name)
    if (instead !== undefined) terminal.err(`NOTICE ${printable(instead)}\n`)
    else for (const path of missing) terminal.err(`NOTICE ${printFault(pending(name, path))}`)
  }
  return told
}

/** What can be read may still ban the wrong or nobody. Logs are not read: this is asked before each start. */
async function judge({ world, terminal }: Setting, folders: readonly string[], told: ReadonlySet<string>) {
  const { lint } = await import('../../config/lint/lint.ts')
  const { findings } = await lint(world, { folders, logs: false })
  for (const { code, severity, message, at, better, write } of findings) {
    const hint = write === undefined ? better : `write ${write}`
    const fault = new Fault(code, message, { at, ...(hint === undefined ? {} : { hint }) })
    if (severity === 'hint' || told.has(placeAndCode(fault))) continue
    terminal.err(`WARNING ${printFault(fault)}`)
  }
}

function placeAndCode({ code, at, message }: Fault): string {
  return at?.line === undefined ? `${code} ${message}` : `${code} ${at.file}:${at.line}`
}

function pending(jail: string, path: string): Fault {
  const hint = 'the jail waits for it; nothing is wrong if its program has written nothing yet'
  return new Fault('config.no-log', `jail ${jail}: no file is there for ${path}`, { hint })
}
