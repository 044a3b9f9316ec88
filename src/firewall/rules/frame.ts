/**
 * The Frame: what before.rules and after.rules hold around the rules, both families, compiled to nft's words. Chains are
 * named as the files name them; the rules stand between `before` and `after` of each path. How they come together, as UFW
 * does it (with `6` behind `ufw` for IPv6):
 * - `INPUT`, `FORWARD`, `OUTPUT` of `filter` are always in the frame: the jumps to UFW's own six chains, and what the files
 *   add there. A base chain jumps to its family's and ends in the policy. Other built-in chains (`PREROUTING` of `nat`) are
 *   there where the files have rules for them.
 * - `ufw-before-*`, `ufw-after-*` and all chains that the files make are the frame's alone. `ufw-before-*` ends with the
 *   jump to `ufw-user-*`.
 * - Of the chains in `SHARED` the frame has what the files add: it stands behind what the ruleset has there.
 * - The chains of `RULESET` are the ruleset's alone; the frame only jumps to them.
 */
import type { Place } from '../../base/fault.ts'

export interface Frame {
  readonly chains: readonly FrameChain[]
  /** What its rules keep in memory: the lists of `recent`, `hashlimit`, `connlimit`. */
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
  /** Where each of the rules stands in the files; undefined: UFW has it by itself. */
  readonly places?: readonly (Place | undefined)[]
}

export type FrameTable = 'filter' | 'nat' | 'mangle' | 'raw'

export interface FrameSet {
  /** Begins with `frame`, so that no set of the ruleset can have it. */
  readonly name: string
  /** Between nft's braces: `type ipv4_addr; size 65536; flags dynamic,timeout; timeout 60s;`. */
  readonly body: string
}

const PATHS = ['input', 'output', 'forward']

/** Chains of `filter` that the ruleset makes and the files may add to, without their beginning (`ufw-`, `ufw6-`). */
export const SHARED: readonly string[] = ['reject', 'track', 'skip-to-policy'].flatMap((chain) =>
  PATHS.map((path) => `${chain}-${path}`),
)

/** Chains of `filter` that the ruleset alone makes, without their beginning. */
export const RULESET: readonly string[] = [
  ...['before-logging', 'after-logging', 'user', 'user-logging'].flatMap((chain) =>
    PATHS.map((path) => `${chain}-${path}`),
  ),
  ...['logging-deny', 'logging-allow', 'user-limit', 'user-limit-accept'],
]

export const EMPTY_FRAME: Frame = { chains: [], sets: [] }

/** The name in the kernel: both families and all tables are one table of nft there. */
export function nftChain({ family, table, name }: Pick<FrameChain, 'family' | 'table' | 'name'>): string {
  return `${table}${family}-${name.replace(/[^\w-]/gu, escaped)}`
}

function escaped(char: string): string {
  return [...new TextEncoder().encode(char)].map((byte) => `.${byte.toString(16).padStart(2, '0')}`).join('')
}
