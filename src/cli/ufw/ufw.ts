/** `ufw`: a sentence is parsed, what it asks for is done, and what goes wrong is told as UFW tells it. */
import { asFault, Fault } from '../../base/fault.ts'
import { type UfwPaths, ufwPaths } from '../../config/ufw/paths.ts'
import { printFault } from '../print.ts'
import type { Setting } from '../setting.ts'
import type { Call } from './call.ts'
import { parseSentence, type Vocabulary } from './sentence.ts'

/** The UFW whose commands, texts and files these are. */
export const UFW_VERSION = '0.36.2'

/** @returns the exit code: 0, also where nothing was to be done, or 1 */
export async function ufw(setting: Setting, words: readonly string[]): Promise<number> {
  try {
    const paths = ufwPaths()
    const sentence = parseSentence(words, vocabulary(setting, paths))
    return await act({ setting, paths, sentence })
  } catch (thrown) {
    const fault = asFault(thrown, 'ufw.failed')
    setting.terminal.err(`ERROR: ${printFault(fault)}`)
    if (fault.code === 'ufw.syntax') await help(setting)
    return 1
  }
}

/** Asked only where the sentence needs it: a bad one is bad for whoever says it, and a good one must not cost what it does not ask for. */
function vocabulary({ isRoot }: Setting, _paths: UfwPaths): Vocabulary {
  return {
    services: () => undefined,
    profiles: () => {
      refuseOthers(isRoot)
      return new Map()
    },
    get ipv6() {
      refuseOthers(isRoot)
      return true
    },
  }
}

/** A command loads what it needs and no more. */
async function act(call: Call): Promise<number> {
  const { setting, sentence } = call
  const { command } = sentence
  if (command.kind === 'help') return help(setting)
  if (command.kind === 'version') return version(setting)
  refuseOthers(setting.isRoot)
  throw new Fault('ufw.not-yet', `'${command.kind}' is not built yet`)
}

function refuseOthers(isRoot: boolean): void {
  if (!isRoot) throw new Fault('ufw.not-root', 'You need to be root to run this script')
}

async function help({ terminal }: Setting): Promise<number> {
  terminal.out('\nUsage: ufw COMMAND\n')
  return 0
}

function version({ terminal, version }: Setting): number {
  terminal.out(`ufw ${UFW_VERSION}\nRampart ${version} in its place\n`)
  return 0
}
