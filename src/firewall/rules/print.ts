/** The Ruleset in nft's words. */
import { sizeOf } from '../list/address-list.ts'
import { BRIDGES, printContainers, printPublished } from './containers.ts'
import { nftChain } from './frame.ts'
import { printHooks } from './hooks.ts'
import { limitersOf, printLimiter } from './limiter.ts'
import { type HeldLists, idOf, markName, setsOf, type Wording, wordingOf } from './list-sets.ts'
import { loggingChains } from './logging.ts'
import { cutIntoPieces, type Fingerprint, type Pieces, printPieces } from './pieces.ts'
import { policyChains } from './policies.ts'
import type { Chain, Printed } from './printed.ts'
import type { Rule } from './rule.ts'
import type { Ruleset } from './ruleset.ts'
import { PATHS, ufwChain, ufwChainNames } from './ufw-chains.ts'

const FAMILIES = [4, 6] as const

/**
 * @param held what the sets of lists are called in the kernel, where that is not for what they hold
 * @param fingerprint of a text, of letters and digits; texts with the same one are taken for the same
 * @throws Fault `rule.*` as `printRule`
 */
export function printRuleset(ruleset: Ruleset, fingerprint: Fingerprint, held: HeldLists = new Map()): Printed {
  const families = FAMILIES.filter((family) => family === 4 || ruleset.ipv6)
  const wording = wordingOf(ruleset, held)
  const users = families.flatMap((family) => printUsers(family, ruleset, wording, fingerprint))
  const fixed = printFixed(ruleset, families, new Set(users.map(({ name }) => name)))
  return {
    fixed: { mark: `${MARK}${fingerprint(JSON.stringify(fixed))}`, ...fixed },
    pieces: {
      chains: distinct(users.flatMap(({ chains }) => chains)),
      sets: distinct([...(ruleset.containers ? [BRIDGES] : []), ...users.flatMap(({ sets }) => sets)]),
    },
    calls: users.map(({ name, calls }) => ({ name, rules: calls })),
    lists: printLists(ruleset, held),
  }
}

function printLists({ lists }: Ruleset, held: HeldLists): Printed['lists'] {
  const full = [...(lists?.values() ?? [])].filter((list) => sizeOf(list) > 0)
  return {
    marks: [...new Set(full.map((list) => markName(list.digest, idOf(list, held))))],
    sets: [...new Set(full.flatMap((list) => setsOf(list, idOf(list, held)).map(({ name }) => name)))],
  }
}

/** The chains that hold the rules: UFW's own for each path, and ours for published ports. */
function printUsers(
  family: 4 | 6,
  ruleset: Ruleset,
  wording: Wording,
  fingerprint: Fingerprint,
): (Pieces & { readonly name: string })[] {
  const cut = (path: Rule['path']) => {
    const rules = ruleset.rules.filter((rule) => rule.family === family && rule.path === path)
    return cutIntoPieces(rules, wording, fingerprint)
  }
  const incoming = cut('in')
  const users = PATHS.map(({ path, hook }) => {
    const { calls, ...pieces } = printPieces(path === 'in' ? incoming : cut(path), wording)
    const last = ruleset.containers && path === 'forward' ? printContainers(family) : []
    return { name: ufwChain(family, `user-${hook}`), ...pieces, calls: [...calls, ...last] }
  })
  return ruleset.containers ? [...users, printPublished(family, ruleset, incoming, wording)] : users
}

/** What the chain is called that says what all that is fixed is like. */
const MARK = 'fixed-'

function printFixed(
  ruleset: Ruleset,
  families: readonly (4 | 6)[],
  users: ReadonlySet<string>,
): Pick<Printed['fixed'], 'chains' | 'sets'> {
  const limiters = families
    .flatMap((family) => limitersOf(ruleset.rules, family, ufwChain(family, 'user-limit'), ruleset.limitSources))
    .map(printLimiter)
  const chains = together([
    ...families.flatMap((family) => ufwChains(family, ruleset)),
    ...ruleset.frame.chains
      .filter(({ family }) => families.includes(family))
      .map((chain) => ({ name: nftChain(chain), rules: chain.rules })),
  ])
  return {
    chains: [
      ...chains.filter(({ name }) => !users.has(name)),
      ...limiters.flatMap((limiter) => limiter.chains),
      ...printHooks(ruleset),
    ],
    sets: [...ruleset.frame.sets, ...limiters.flatMap((limiter) => limiter.sets)],
  }
}

/** What UFW itself makes for a family, but the rules. */
function ufwChains(family: 4 | 6, ruleset: Ruleset): Chain[] {
  return [
    // All of them, for what the frame jumps to.
    ...ufwChainNames(family).map((name) => ({ name, rules: [] })),
    ...loggingChains(family, ruleset),
    ...policyChains(family, ruleset),
  ]
}

/** One chain of each name, with all that is said of it. */
function together(chains: readonly Chain[]): Chain[] {
  const rules = new Map<string, string[]>()
  for (const chain of chains) {
    const of = rules.get(chain.name)
    if (of) of.push(...chain.rules)
    else rules.set(chain.name, [...chain.rules])
  }
  return [...rules].map(([name, of]) => ({ name, rules: of }))
}

/** The same piece may be wanted in two places. */
function distinct<T extends { readonly name: string }>(pieces: readonly T[]): T[] {
  return [...new Map(pieces.map((piece) => [piece.name, piece])).values()]
}
