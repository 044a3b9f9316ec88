/**
 * The Frame: what before.rules and after.rules hold around the rules, both families, compiled to nft's words. Chains are
 * named as the files name them; the rules stand between `before` and `after` of each path.
 */
export interface Frame {
  readonly chains: readonly FrameChain[]
  /** What its rules keep in memory: the lists of `recent`. */
  readonly sets: readonly FrameSet[]
}

export interface FrameChain {
  readonly family: 4 | 6
  readonly table: FrameTable
  /** As in the file: `ufw-before-input`, `PREROUTING`. A built-in one's policy other than ACCEPT is its last rule. */
  readonly name: string
  /**
   * Statements of nft, each of words that were checked one by one: nothing of the file as it stands. They need not ask for
   * the family: only its packets come here. Jumps go to `nftChain`.
   */
  readonly rules: readonly string[]
}

export type FrameTable = 'filter' | 'nat' | 'mangle' | 'raw'

export interface FrameSet {
  /** Begins with `recent`, so that no set of ours can have it. */
  readonly name: string
  /** Between nft's braces: `type ipv4_addr; size 65536; flags dynamic,timeout; timeout 60s;`. */
  readonly body: string
}

export const EMPTY_FRAME: Frame = { chains: [], sets: [] }

/** The name in the kernel: both families and all tables are one table of nft there. */
export function nftChain({ family, table, name }: Pick<FrameChain, 'family' | 'table' | 'name'>): string {
  return `${table}${family}-${name.replace(/[^\w-]/gu, escaped)}`
}

function escaped(char: string): string {
  return [...new TextEncoder().encode(char)].map((byte) => `.${byte.toString(16).padStart(2, '0')}`).join('')
}
