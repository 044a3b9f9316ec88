/**
 * Which lines of a chunk hold which literals: one pass over the raw bytes for all literals together, in WebAssembly
 * with SIMD, so that lines without any are never touched. Where SIMD is missing, one search per literal.
 */
import { type Literal, windowLength } from './fingerprint.ts'
import { plainScan, type Scan } from './plain-scan.ts'
import { simdScan } from './simd-scan.ts'

/** Places of literals, and of entries in chains, have 16 bits. */
const MOST_LITERALS = 0xffff

/** An empty literal, or one with a newline in it, is in no line. `capacity`: bytes of the buffer. */
export function scan(literals: readonly Literal[], capacity = 1 << 20): Scan {
  const possible = literals.every((literal) => windowLength(literal) > 0) && literals.length <= MOST_LITERALS
  return (possible && simdScan(literals, capacity)) || plainScan(literals, capacity)
}
