/** The file that `plan` and `apply` are given, compared with the firewall as it is. */
import { Fault } from '../../../base/fault.ts'
import { MAX_RULES_BYTES, type ReadUfw, readUfw } from '../../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../../config/ufw/state.ts'
import { printFault, withPlace } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { type Difference, difference } from './difference.ts'
import { type Options, pathsOf } from './firewall-call.ts'
import { wantedLines } from './print-wanted.ts'
import { readWanted } from './read-wanted.ts'

export interface Planned {
  readonly ufw: ReadUfw
  readonly next: UfwState
  readonly changes: readonly Difference[]
}

/**
 * @param file `-`: standard input
 * @returns undefined: the file has faults, which have been told
 * @throws Fault `file.*`, and as `readUfw`
 */
export async function planFile(setting: Setting, file: string, options: Options): Promise<Planned | undefined> {
  const { world, terminal } = setting
  const text = file === '-' ? await typed(setting) : world.files.text(file, MAX_RULES_BYTES)
  const ufw = readUfw(world, pathsOf(options))
  const { state: next, warnings, faults } = readWanted(text, file === '-' ? 'standard input' : file, ufw)
  for (const warning of warnings) terminal.err(`WARN: ${withPlace(warning)}\n`)
  for (const fault of faults) terminal.err(`rampart: ${printFault(fault)}`)
  if (faults.length > 0) return undefined
  return { ufw, next, changes: difference(wantedLines(ufw), wantedLines({ ...ufw, state: next })) }
}

async function typed({ input }: Setting): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of input()) {
    text += decoder.decode(part, { stream: true })
    if (text.length > MAX_RULES_BYTES)
      throw new Fault('file.large', 'standard input is too large for rules of a firewall')
  }
  return text + decoder.decode()
}
