/** `fail2ban-client`: asks a server over Fail2ban's socket, starts one, or tells what a configuration comes to. */
import { printable } from '../../base/printable.ts'
import { isLevel } from '../../engine/log/level.ts'
import { printFault } from '../print.ts'
import type { Setting } from '../setting.ts'
import { carryOut } from './carry-out.ts'
import { complainTo, WRONG } from './complain.ts'
import { type Client, foldersOf, instanceOf } from './instance.ts'
import { type Options, parseOptions } from './options.ts'

const VERSION = '1.0.2'

/** @returns the exit code: 0 or 255 */
export async function fail2banClient(setting: Setting, given: readonly string[]): Promise<number> {
  const { out, err } = setting.terminal
  const asked = parseOptions(given)
  switch (asked.kind) {
    case 'usage':
      out((await import('./help.ts')).HELP)
      err('ERROR there is no such option, or its value is missing\n')
      return WRONG
    case 'help':
      out((await import('./help.ts')).HELP)
      return 0
    case 'version':
      out(`${VERSION}\n`)
      return 0
    case 'long version':
      out(`Fail2Ban v${VERSION}\n`)
      return 0
    case 'seconds':
      return seconds(setting, asked.text)
    case 'run':
      return run(setting, asked.options)
    default:
      return asked satisfies never
  }
}

async function seconds({ terminal }: Setting, text: string): Promise<number> {
  const { inSeconds } = await import('./seconds.ts')
  const { printed, fault } = inSeconds(text)
  terminal.out(printed)
  if (fault) terminal.err(printFault(fault))
  return fault ? WRONG : 0
}

async function run(setting: Setting, options: Options): Promise<number> {
  const { terminal } = setting
  const folders = foldersOf(setting, options.folder)
  if (!folders) {
    terminal.out(`ERROR: Base configuration directory ${options.folder} does not exist \n`)
    complainTo(setting)('Init of command line failed')
    return WRONG
  }
  const { loglevel } = options.server
  if (loglevel !== undefined && !isLevel(loglevel)) {
    terminal.out(`ERROR: Invalid log level '${printable(loglevel)}'\n`)
    complainTo(setting)('Init of command line failed')
    return WRONG
  }
  if (options.dump || options.test) {
    const { check } = await import('./check.ts')
    const code = await check(setting, folders, options)
    if (code !== undefined) return code
  }
  const timeoutMs = await waiting(setting, options)
  if (timeoutMs === undefined) return WRONG
  const client = { setting, options, timeoutMs, ...instanceOf(setting.world, folders, options) }
  return (await talk(client)) ? 0 : WRONG
}

async function talk(client: Client): Promise<boolean> {
  const { setting, options } = client
  const { command, interactive } = options
  if (command.length === 0 && !interactive) {
    setting.terminal.out((await import('./help.ts')).HELP)
    return false
  }
  const done = command.length === 0 || (await carryOut(client, command))
  if (!interactive || !done) return done
  const { converse } = await import('./interactive.ts')
  return converse(client)
}

const START_MS = 60_000

async function waiting({ terminal }: Setting, { timeout }: Options): Promise<number | undefined> {
  if (timeout === undefined) return START_MS
  const { inSeconds } = await import('./seconds.ts')
  const { value, fault } = inSeconds(timeout)
  if (value !== undefined) return value * 1000
  terminal.out('ERROR: this is no duration\n')
  terminal.err(printFault(fault!))
  return undefined
}
