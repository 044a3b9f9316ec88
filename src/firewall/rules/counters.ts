/** How many packets each rule has decided: read from the kernel, piece by piece as the rules were printed. */
import type { Network } from '../../base/address.ts'
import type { NftObject } from '../nft-json.ts'
import { fingerprintOf, type Hands, heldIn } from './apply.ts'
import { type Wording, wordingOf } from './list-sets.ts'
import { cutIntoPieces, type Piece, pieceName } from './pieces.ts'
import { listTable, presentIn } from './present-table.ts'
import type { Rule } from './rule.ts'
import type { Ruleset } from './ruleset.ts'
import { printRule } from './statements.ts'
import { PATHS } from './ufw-chains.ts'

export interface Count {
  readonly packets: number
  readonly bytes: number
}

/**
 * For each rule what it has decided since the piece that it stands in was last changed; a `limit` counts what it accepted.
 * Undefined where the kernel does not have the rule.
 * @throws Fault as `Kernel.apply`, `kernel.gone` where the firewall is off
 */
export async function readCounters(world: Hands, ruleset: Ruleset): Promise<readonly (Count | undefined)[]> {
  const objects = await listTable(world, { elements: true })
  const chains = chainCounts(objects)
  const sets = new Map(objects.flatMap(({ set }) => (set ? [[String(set['name']), elementCounts(set)] as const] : [])))
  const counts = new Map<Rule, Count>()
  const wording = wordingOf(ruleset, heldIn(ruleset, presentIn(objects)))
  for (const piece of piecesOf(ruleset, wording, fingerprintOf(world))) {
    if (piece.isRun) countRun(piece, sets.get(piece.name), counts)
    else {
      // What they decided for containers counts too.
      const names = (['now', 'asked'] as const).map((destination) => pieceName(piece, destination))
      for (const name of new Set(names)) countChain(piece, chains.get(name), wording, counts)
    }
  }
  return ruleset.rules.map((rule) => counts.get(rule))
}

function piecesOf({ rules, ipv6 }: Ruleset, wording: Wording, fingerprint: (text: string) => string): Piece[] {
  const families = ipv6 ? ([4, 6] as const) : ([4] as const)
  const of = (family: 4 | 6, path: Rule['path']) => rules.filter((rule) => rule.family === family && rule.path === path)
  return families.flatMap((family) =>
    PATHS.flatMap(({ path }) => cutIntoPieces(of(family, path), wording, fingerprint)),
  )
}

function countRun({ rules }: Piece, elements: ReadonlyMap<string, Count> | undefined, counts: Map<Rule, Count>): void {
  for (const rule of rules) {
    const count = elements?.get((rule.from.network as Network).text)
    if (count) counts.set(rule, count)
  }
}

/** The statements of a rule follow each other; those that decide count. */
function countChain(
  { rules }: Piece,
  statements: readonly Count[] | undefined,
  wording: Wording,
  counts: Map<Rule, Count>,
): void {
  if (!statements) return
  let at = 0
  for (const rule of rules) {
    const from = at
    at += printRule(rule, wording).length
    counts.set(rule, sum([...statements.slice(from, at), counts.get(rule) ?? NONE]))
  }
}

function chainCounts(objects: readonly NftObject[]): Map<string, Count[]> {
  const counts = new Map<string, Count[]>()
  for (const { rule } of objects) {
    if (!rule) continue
    const chain = String(rule['chain'])
    const expressions = Array.isArray(rule['expr']) ? (rule['expr'] as readonly Record<string, unknown>[]) : []
    const count = sum(expressions.flatMap(({ counter }) => countOf(counter) ?? []))
    const of = counts.get(chain)
    if (of) of.push(count)
    else counts.set(chain, [count])
  }
  return counts
}

/** `{ "elem": { "val": "192.0.2.1", "counter": { "packets": 1, "bytes": 40 } } }` */
function elementCounts(set: Readonly<Record<string, unknown>>): Map<string, Count> {
  const elements = Array.isArray(set['elem']) ? (set['elem'] as readonly { readonly elem?: Element }[]) : []
  return new Map(
    elements.flatMap(({ elem }) => {
      const count = countOf(elem?.counter)
      return elem && count ? [[String(elem.val), count] as const] : []
    }),
  )
}

interface Element {
  readonly val: unknown
  readonly counter?: unknown
}

function countOf(counter: unknown): Count | undefined {
  const { packets, bytes } = (counter ?? {}) as { readonly packets?: unknown; readonly bytes?: unknown }
  return typeof packets === 'number' && typeof bytes === 'number' ? { packets, bytes } : undefined
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((all, one) => ({ packets: all.packets + one.packets, bytes: all.bytes + one.bytes }), NONE)
}

const NONE: Count = { packets: 0, bytes: 0 }
