/** The Ruleset as the kernel has it: chains and sets of the table `inet rampart`, each line of them nft's. */

/** The table of the rules. The bans have their own: what happens here never touches a ban. */
export const RULE_TABLE = 'rampart'

export interface Chain {
  readonly name: string
  /** Where the kernel calls it: `type filter hook input priority 0; policy accept;`. */
  readonly base?: string
  readonly rules: readonly string[]
}

export interface KernelSet {
  readonly name: string
  readonly body: string
  readonly elements?: readonly string[]
}

export interface Printed {
  /** All but the rules. Its fingerprint is the name of an empty chain: who finds that has all of it as it should be. */
  readonly fixed: { readonly mark: string; readonly chains: readonly Chain[]; readonly sets: readonly KernelSet[] }
  /** The rules, cut into pieces that are named for what they hold, and what is always the same: who finds the name has it. */
  readonly pieces: { readonly chains: readonly Chain[]; readonly sets: readonly KernelSet[] }
  /** Calls the pieces in their order; sent with every change. */
  readonly calls: readonly Chain[]
  /** What is there already when the rules come: the sets of lists. Their marks come with the rules. */
  readonly lists: { readonly marks: readonly string[]; readonly sets: readonly string[] }
}

/** The packet's source, in a chain that only packets of this family reach. */
export function saddr(family: 4 | 6): string {
  return family === 4 ? 'ip saddr' : 'ip6 saddr'
}

export function daddr(family: 4 | 6): string {
  return family === 4 ? 'ip daddr' : 'ip6 daddr'
}
