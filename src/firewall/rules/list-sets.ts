/**
 * Lists as the kernel has them: for each length of prefix a set of its own, in which a masked address is looked up at once, however
 * many there are; of an interval set each addition costs as much as it holds. The sets are loaded before a rule uses them. An
 * empty chain, the mark, says what is in them, so that a list that stays is not sent again.
 */
import type { AddressList, Length } from '../list/address-list.ts'
import type { Layer } from '../list/layer.ts'
import { maskOf, printAddresses, stride } from '../list/layer.ts'
import { RULE_TABLE } from './printed.ts'
import type { LogLevel, Ruleset } from './ruleset.ts'

export interface ListSet extends Pick<Length, 'family' | 'prefix'> {
  readonly name: string
}

/** The sets of the list of a name, for one family; none for a list that has nothing of it. */
export type ListSets = (name: string, family: 4 | 6) => readonly ListSet[]

/** What the words of a rule hang on beside the rule. */
export interface Wording {
  readonly logging: LogLevel
  readonly lists?: ListSets
}

/** By a list's digest, what its sets are called for: itself, or what they held before they were changed to hold this. */
export type HeldLists = ReadonlyMap<string, string>

export function wordingOf({ logging, lists }: Pick<Ruleset, 'logging' | 'lists'>, held: HeldLists): Wording {
  const sets = new Map([...(lists ?? [])].map(([name, list]) => [name, setsOf(list, idOf(list, held))]))
  return { logging, lists: (name, family) => (sets.get(name) ?? []).filter((set) => set.family === family) }
}

export function idOf({ digest }: Pick<AddressList, 'digest'>, held: HeldLists): string {
  return held.get(digest) ?? digest
}

export function setsOf({ lengths }: Pick<AddressList, 'lengths'>, id: string): readonly ListSet[] {
  return lengths.map(({ family, prefix }) => ({ name: setName(id, { family, prefix }), family, prefix }))
}

export function setName(id: string, { family, prefix }: Pick<Length, 'family' | 'prefix'>): string {
  return `list-${id}-${family}-${prefix}`
}

export function markName(digest: string, id: string): string {
  return `listed-${digest}-${id}`
}

export interface Mark {
  readonly name: string
  readonly digest: string
  readonly id: string
}

export function marksIn(chains: Iterable<string>): readonly Mark[] {
  return [...chains].flatMap((name) => {
    const [, digest, id] = /^listed-([0-9a-f]{24})-([0-9a-f]{24}\w*)$/.exec(name) ?? []
    return digest === undefined || id === undefined ? [] : [{ name, digest, id }]
  })
}

/** Whose set it is; undefined: no list's. */
export function listSetId(name: string): string | undefined {
  return /^list-([0-9a-f]{24}\w*)-[46]-\d+$/.exec(name)?.[1]
}

/** What of a packet is looked up in the set. @param field `ip saddr` */
export function printLookup(field: string, { name, family, prefix }: ListSet): string {
  if (prefix === stride(family) * 32) return `${field} @${name}`
  return `${field} & ${printMask(family, prefix)} @${name}`
}

function printMask(family: 4 | 6, prefix: number): string {
  const words = Uint32Array.from({ length: stride(family) }, (_, word) => maskOf(prefix, word))
  return printAddresses({ family, prefix, words }, 0, 1)
}

const TABLE = `inet ${RULE_TABLE}`

export function printListSet({ name, family }: ListSet): string {
  return `add set ${TABLE} ${name} { type ipv${family}_addr; }`
}

/** The networks of a layer from one place up to another. */
export function printListElements(
  verb: 'add' | 'create' | 'delete',
  set: string,
  layer: Layer,
  [from, to]: readonly [from: number, to: number],
): string {
  return `${verb} element ${TABLE} ${set} { ${printAddresses(layer, from, to)} }`
}
