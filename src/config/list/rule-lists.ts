/** The lists that rules name. */
import { asFault, Fault } from '../../base/fault.ts'
import type { AddressList } from '../../firewall/list/address-list.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { World } from '../../world/world.ts'
import { readStored } from './list-file.ts'

export type Lists = ReadonlyMap<string, AddressList>

type Hands = Pick<World, 'files' | 'digest'>
type Where = Parameters<typeof readStored>[1]

/** Names, each once. */
export function listsNamed(rules: readonly Rule[]): readonly string[] {
  const names = new Set<string>()
  for (const { from, to } of rules) {
    if (from.list !== undefined) names.add(from.list)
    if (to.list !== undefined) names.add(to.list)
  }
  return [...names]
}

/**
 * @param instead in place of those on the disk
 * @throws Fault `ufw.no-list`, `list.damaged`, `file.*`
 */
export function readLists(world: Hands, where: Where, rules: readonly Rule[], instead: Lists = NONE): Lists {
  return new Map(listsNamed(rules).map((name) => [name, instead.get(name) ?? mustRead(world, where, name)]))
}

/**
 * What can be read of them: of a list that is not here, no packet is.
 * @param whole also what they hold, else only how much
 */
export function readableLists(world: Hands, where: Where, rules: readonly Rule[], { whole = true } = {}): Lists {
  const lists = new Map<string, AddressList>()
  for (const name of listsNamed(rules)) {
    try {
      const list = mustRead(world, where, name)
      if (whole) list.layers()
      lists.set(name, list)
    } catch {
      // Who asks for this has been told, or tells it.
    }
  }
  return lists
}

const NONE: Lists = new Map()

function mustRead(world: Hands, where: Where, name: string): AddressList {
  try {
    const list = readStored(world, where, name)
    if (list) return list
  } catch (thrown) {
    const { message, hint } = asFault(thrown, 'list.damaged')
    throw new Fault('ufw.no-list', `list '${name}': ${message}`, hint === undefined ? {} : { hint })
  }
  throw new Fault('ufw.no-list', `there is no list '${name}'`, { hint: `make it: rampart list add ${name} FILE` })
}
