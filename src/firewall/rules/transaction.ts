/** The lines of nft that make the kernel's table equal to a Ruleset: only what is not there yet, or all of it. */
import { type Chain, type KernelSet, type Printed, RULE_TABLE } from './printed.ts'

/** What the table has now, by name. */
export interface Present {
  readonly chains: ReadonlySet<string>
  readonly sets: ReadonlySet<string>
}

const TABLE = `inet ${RULE_TABLE}`

/**
 * What the kernel has of it already stays: chains with their counts, and what `limit` remembers; `anew`, nothing does but
 * the hooks. A table that takes another one's place loses packets for some milliseconds (Linux 6.18, measured), one that is
 * emptied and filled in one transaction loses none.
 */
export function printChange(printed: Printed, present: Present, { anew = false } = {}): string[] {
  const { fixed, pieces, calls, lists } = printed
  const hasFixed = !anew && present.chains.has(fixed.mark)
  const wanted = new Set([
    fixed.mark,
    ...lists.marks,
    ...[...fixed.chains, ...pieces.chains, ...calls].map(({ name }) => name),
  ])
  const wantedSets = new Set([...fixed.sets, ...pieces.sets].map(({ name }) => name))
  const kept = new Set([
    ...pieces.chains.filter(({ name }) => !anew && present.chains.has(name)).map(({ name }) => name),
    ...(hasFixed ? fixed.chains : []).map(({ name }) => name),
    ...lists.marks.filter((name) => present.chains.has(name)),
  ])
  // To empty and to fill them again takes seconds: what they hold was seen to before.
  const listSets = new Set(lists.sets)
  const newChains = [
    ...(hasFixed ? [] : fixed.chains),
    ...pieces.chains.filter(({ name }) => !kept.has(name)),
    ...calls,
  ]
  return [
    `add table ${TABLE}`,
    // Before anything can be deleted that they call.
    ...[...present.chains].filter((name) => !kept.has(name)).map((name) => `flush chain ${TABLE} ${name}`),
    ...[...present.chains].filter((name) => !wanted.has(name)).map((name) => `delete chain ${TABLE} ${name}`),
    ...[...present.sets]
      .filter((name) => !listSets.has(name) && (anew || !wantedSets.has(name)))
      .map((name) => `delete set ${TABLE} ${name}`),
    ...lists.marks.filter((name) => !kept.has(name)).map((name) => `add chain ${TABLE} ${name}`),
    ...(hasFixed ? [] : [`add chain ${TABLE} ${fixed.mark}`, ...fixed.sets.flatMap(printWhole)]),
    ...pieces.sets.filter(({ name }) => anew || !present.sets.has(name)).flatMap(printWhole),
    ...newChains.map(printChain),
    ...newChains.flatMap(printRules),
  ]
}

/** Whatever the table has now, and of whatever kind it is: the last resort. @param lists what fills the sets of lists */
export function printReplacement(printed: Printed, lists: readonly string[] = []): string[] {
  return [
    ...printRemoval(),
    `add table ${TABLE}`,
    ...lists,
    ...printChange(printed, { chains: new Set(), sets: new Set() }),
  ]
}

/** No rule is left in it; its policies accept. */
export function printEmptied(): string[] {
  return [`add table ${TABLE}`, `flush table ${TABLE}`]
}

export function printRemoval(): string[] {
  // `add` first: deleting what is not there would be refused.
  return [`add table ${TABLE}`, `delete table ${TABLE}`]
}

function printWhole({ name, body, elements = [] }: KernelSet): string[] {
  const set = `add set ${TABLE} ${name} { ${body} }`
  return elements.length === 0 ? [set] : [set, `add element ${TABLE} ${name} { ${elements.join(', ')} }`]
}

function printChain({ name, base }: Chain): string {
  return base === undefined ? `add chain ${TABLE} ${name}` : `add chain ${TABLE} ${name} { ${base} }`
}

function printRules({ name, rules }: Chain): string[] {
  return rules.map((rule) => `add rule ${TABLE} ${name} ${rule}`)
}
