/**
 * `rampart allow`: who is never banned from now on, by the admin's word. It stands in a file that every guard of the folder
 * follows; one that runs takes it up before this ends, and lifts the bans that there are.
 */
import { type Network, parseNetwork } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import { allowable, goodComment } from '../../../config/allow-list.ts'
import { printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { isFolder } from '../folders.ts'
import { editAllowed, readAllowed } from './allow-file.ts'
import { printAllowed, printEdits } from './print-allow.ts'
import { putInForce, type Told } from './put-in-force.ts'

export interface AllowOptions {
  readonly remove?: boolean
  readonly list?: boolean
  readonly comment?: string
  readonly json?: boolean
  readonly config: readonly string[]
  /** Where history is kept, for bans while no guard runs. */
  readonly history: string
  readonly socket: string
}

/**
 * @param optional folders of the configuration that need not be there
 * @returns 0; 1 if something is not as it was asked for
 * @throws Fault `cli.allow`, `allow.*`, `config.no-folder`, `file.*`: then nothing is changed
 */
export async function allow(
  setting: Setting,
  words: readonly string[],
  options: AllowOptions,
  optional: readonly string[],
): Promise<number> {
  const { terminal } = setting
  refuseMixed(words, options)
  for (const folder of options.config) isFolder(setting, folder, optional)
  if (options.list) {
    const lists = readAllowed(setting.world, options.config)
    const faults = lists.flatMap((list) => list.faults)
    terminal.out(
      options.json ? printJson(asJson(lists.flatMap(({ allowed }) => allowed))) : printAllowed(setting, lists),
    )
    return faults.length === 0 ? 0 : 1
  }
  const networks = unique(words.map(allowable))
  const comment = options.comment === undefined ? undefined : goodComment(options.comment)
  const edits = await editAllowed(setting.world, options.config, { networks, comment, remove: options.remove === true })
  const told = await putInForce(setting, edits, options)
  terminal.out(options.json ? printJson(told) : printEdits(setting, told, options.remove === true))
  return told.every(isAsAsked(options.remove === true)) ? 0 : 1
}

function refuseMixed(words: readonly string[], { list, remove, comment, config }: AllowOptions): void {
  const hint = 'rampart allow 192.0.2.7 --comment office, rampart allow --remove 192.0.2.7, rampart allow --list'
  const refuse = (what: string) => {
    throw new Fault('cli.allow', what, { hint })
  }
  if (list && (words.length > 0 || remove || comment !== undefined)) refuse('--list stands alone')
  const isTaken = config.some((folder) => parseNetwork(folder) !== undefined)
  if (!list && words.length === 0) refuse(isTaken ? 'addresses stand before --config' : 'name an address or a network')
  if (remove && comment !== undefined) refuse('--comment is for who is allowed')
}

function unique(networks: readonly Network[]): readonly Network[] {
  return [...new Map(networks.map((network) => [network.text, network])).values()]
}

function isAsAsked(remove: boolean): (told: Told) => boolean {
  return ({ change, guard, spared, left }) => {
    if (remove) return change === 'removed'
    return left.length === 0 && (guard === 'absent' || spared !== null)
  }
}

function asJson(allowed: ReturnType<typeof readAllowed>[number]['allowed']) {
  return allowed.map(({ network, comment, at }) => ({ address: network.text, comment, file: at.file, line: at.line }))
}
