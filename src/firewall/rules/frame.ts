/**
 * The Frame: what before.rules and after.rules hold around the rules, both families, compiled to nft's words. Chains are
 * named as the files name them; the rules stand between `before` and `after` of each path.
 */
export interface Frame {
  readonly chains: readonly FrameChain[]
}

export interface FrameChain {
  readonly family: 4 | 6
  readonly table: 'filter' | 'nat' | 'mangle' | 'raw'
  /** As in the file: `ufw-before-input`, `PREROUTING`. */
  readonly name: string
  /** Statements of nft, each of words that were checked one by one: nothing of the file as it stands. */
  readonly rules: readonly string[]
}
