/** `ufw`: a sentence is parsed, what it asks for is done, and what goes wrong is told as UFW tells it. */
import { asFault, Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { type UfwPaths, ufwPaths } from '../../config/ufw/paths.ts'
import { readServices } from '../../config/ufw/services.ts'
import { type Terminal, withPlace } from '../print.ts'
import type { Setting } from '../setting.ts'
import type { Call } from './call.ts'
import type { Sentence } from './command.ts'
import { dataFolder } from './options.ts'
import { parseSentence } from './sentence.ts'

/** The UFW whose commands, texts and files these are. */
const UFW_VERSION = '0.36.2'

/** @returns the exit code: 0, also where nothing was to be done, or 1 */
export async function ufw(setting: Setting, words: readonly string[]): Promise<number> {
  try {
    const paths = ufwPaths(dataFolder(words))
    const warn = warnOnce(setting)
    const sentence = await understood(setting, paths, words, warn)
    return await act({ setting, paths, sentence, said: ['ufw', ...words.map(quoted)].join(' '), warn })
  } catch (thrown) {
    const fault = asFault(thrown, 'ufw.failed')
    setting.terminal.err(printError(fault, setting.terminal))
    if (fault.code === 'ufw.syntax') await help(setting)
    return 1
  }
}

function quoted(word: string): string {
  return /^[\w./:,+@%=-]+$/.test(word) ? word : `'${word}'`
}

/** A command loads what it needs and no more. */
async function act(call: Call): Promise<number> {
  const { setting, sentence } = call
  const { command } = sentence
  switch (command.kind) {
    case 'help':
      return help(setting)
    case 'version':
      return version(setting)
    case 'status':
    case 'show':
    case 'app-list':
    case 'app-info':
      refuseOthers(setting)
      return (await import('./report.ts')).report(call, command)
    default:
      refuseOthers(setting)
      return (await import('./carry-out.ts')).carryOut(call)
  }
}

/**
 * The host is asked only for what the words hang on. So a bad sentence is bad for whoever says it, whatever the state of the
 * files; what hangs on them is refused to all but root, and told behind what they are to be warned of. UFW's order as well.
 */
async function understood(
  setting: Setting,
  paths: UfwPaths,
  words: readonly string[],
  warn: Call['warn'],
): Promise<Sentence> {
  const { world } = setting
  const services = readServices(world, paths.services)
  const { readIpv6, readUfw } = await import('../../config/ufw/read-ufw.ts')
  const { readProfiles } = await import('../../config/ufw/read-profiles.ts')
  let asked = false
  const ask = <T>(read: () => T): T => {
    refuseOthers(setting)
    asked = true
    return read()
  }
  try {
    return parseSentence(words, {
      services,
      profiles: () => ask(() => readProfiles(world.files, paths, (name) => services(name)?.port).profiles),
      get ipv6() {
        return ask(() => readIpv6(world, paths))
      },
    })
  } catch (thrown) {
    if (asked) warn(readUfw(world, paths).warnings)
    throw thrown
  }
}

function warnOnce({ terminal }: Setting): Call['warn'] {
  let isDone = false
  return (warnings) => {
    if (!isDone) terminal.err(warnings.map((warning) => `WARN: ${warning}\n`).join(''))
    isDone = true
  }
}

function refuseOthers({ isRoot }: Setting): void {
  if (!isRoot) throw new Fault('ufw.not-root', 'You need to be root to run this script')
}

/**
 * UFW's own texts name their file themselves; some have several lines. What to do about them is told to a person: to a program
 * they are to be what they are from UFW.
 */
function printError({ code, message, hint, at }: Fault, { columns }: Terminal): string {
  const isUfws = code.startsWith('ufw.')
  const [first = '', ...more] = message.split('\n')
  const lines = [isUfws ? printable(first) : withPlace({ at, message: first }), ...more.map(printable)]
  if (hint !== undefined && (!isUfws || columns !== undefined)) lines.push(`  ${printable(hint)}`)
  return `ERROR: ${lines.join('\n')}\n`
}

async function help({ terminal }: Setting): Promise<number> {
  terminal.out((await import('./help.ts')).HELP)
  return 0
}

function version({ terminal, version }: Setting): number {
  terminal.out(`ufw ${UFW_VERSION}\nRampart ${version} in its place\n`)
  return 0
}
