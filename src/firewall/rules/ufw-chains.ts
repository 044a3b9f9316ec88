/** The chains that the ruleset makes under UFW's names, because before.rules and after.rules may jump to them. */
import { nftChain, RULESET, SHARED } from './frame.ts'
import type { Rule } from './rule.ts'

export const PATHS: readonly { readonly path: Rule['path']; readonly hook: 'input' | 'output' | 'forward' }[] = [
  { path: 'in', hook: 'input' },
  { path: 'out', hook: 'output' },
  { path: 'forward', hook: 'forward' },
]

/** The name in the kernel of UFW's chain without the prefix of its family: `before-input`. */
export function ufwChain(family: 4 | 6, name: string): string {
  return nftChain({ family, table: 'filter', name: `${family === 4 ? 'ufw' : 'ufw6'}-${name}` })
}

/** All that the ruleset makes, and the built-in ones that are always called. */
export function ufwChainNames(family: 4 | 6): string[] {
  const builtIn = PATHS.map(({ hook }) => nftChain({ family, table: 'filter', name: hook.toUpperCase() }))
  return [...builtIn, ...[...RULESET, ...SHARED].map((name) => ufwChain(family, name))]
}
