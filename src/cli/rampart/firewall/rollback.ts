/** `rampart firewall rollback [N]`: the firewall becomes what it was, before.rules and after.rules too. */
import { Fault } from '../../../base/fault.ts'
import { bytesOfText, textOfBytes } from '../../../config/ufw/bytes.ts'
import type { Replacement } from '../../../config/ufw/exchange.ts'
import { type Kept, listGenerations, readGeneration } from '../../../config/ufw/generations.ts'
import type { UfwPaths } from '../../../config/ufw/paths.ts'
import { readUfw } from '../../../config/ufw/read-ufw.ts'
import type { UfwState } from '../../../config/ufw/state.ts'
import { RULES_MODE } from '../../../config/ufw/stock.ts'
import { printUserRules } from '../../../config/ufw/user-rules.ts'
import type { Files } from '../../../world/files.ts'
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { type Difference, difference } from './difference.ts'
import { become, type ChangeOptions, pathsOf, refuseOthers } from './firewall-call.ts'
import { printDifference } from './plan.ts'
import { wantedLines } from './print-wanted.ts'

/** @param word of the history; undefined: the one before the last change @throws Fault `ufw.no-generation`, as `carryOut` */
export async function rollback(setting: Setting, word: string | undefined, options: ChangeOptions): Promise<number> {
  refuseOthers(setting)
  const { world, terminal } = setting
  const paths = pathsOf(options)
  const number = word === undefined ? lastBut(world.files, paths) : Number(word)
  const kept = readGeneration(world.files, paths, number)
  const ufw = readUfw(world, paths)
  const files = framesOf(world.files, kept)
  const changes: readonly Difference[] = [
    ...difference(wantedLines(ufw), wantedLines({ ...ufw, state: kept.state })),
    ...files.map(({ path }) => ({ sign: '+', line: `${path} as it was` }) as const),
  ]
  terminal.out(options.json ? printJson({ number, changes }) : printDifference(terminal, changes))
  if (changes.length === 0 && kept.state.ipv6 === ufw.state.ipv6) {
    if (!options.json) terminal.out('Nothing to change\n')
    return 0
  }
  const told = options.json ? '' : `The firewall is as in generation ${number}\n`
  return become(setting, options, `rampart firewall rollback ${number}`, {
    ...{ kind: 'become', from: ufw.state, next: kept.state, told },
    files: [...files, ...rules6(paths, ufw.state, kept.state)],
  })
}

function lastBut(files: Files, paths: UfwPaths): number {
  const { generations, current } = listGenerations(files, paths)
  // What was changed by hand since is not the last generation any more: then the last is meant.
  const before = generations.at(current === undefined ? -1 : -2)
  if (before) return before.number
  throw new Fault('ufw.no-generation', 'no change of the firewall is known that could be taken back')
}

/** before.rules and after.rules, where they are others now. */
function framesOf(files: Files, { frames }: Kept): readonly Replacement[] {
  return [...frames]
    .filter(([path, text]) => !files.stat(path) || textOfBytes(files.read(path)) !== text)
    .map(([path, text]) => ({ path, content: bytesOfText(text), mode: RULES_MODE }))
}

/** Of `IPV6=no` nobody has read what is in that file. */
function rules6(paths: UfwPaths, now: UfwState, next: UfwState): readonly Replacement[] {
  if (now.ipv6 || !next.ipv6) return []
  return [{ path: paths.userRules[6], content: printUserRules(next, 6), mode: RULES_MODE }]
}
