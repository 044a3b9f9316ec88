/** All addresses from one to another, as networks. */
import { type Network, width } from '../../base/address.ts'
import type { Gathering } from '../../firewall/list/gather.ts'

/** The fewest networks. Whether there is such a range: of one family, its end not before its beginning, not everybody. */
export function addRange(into: Gathering, low: Network, high: Network): boolean {
  const { family } = low
  const bits = width(family)
  const end = high.bits + (1n << BigInt(bits - high.prefix))
  if (high.family !== family || low.bits >= end) return false
  if (low.bits === 0n && end === 1n << BigInt(bits)) return false
  for (let at = low.bits; at < end; ) {
    let free = 0
    // As far as the address is aligned and the range reaches.
    while (free < bits && (at >> BigInt(free)) % 2n === 0n && at + (1n << BigInt(free + 1)) <= end) free++
    add(into, family, bits - free, at)
    at += 1n << BigInt(free)
  }
  return true
}

function add(into: Gathering, family: 4 | 6, prefix: number, bits: bigint): void {
  if (family === 4) into.add4(prefix, Number(bits))
  else
    into.add6(
      prefix,
      Uint32Array.from([96n, 64n, 32n, 0n], (shift) => Number((bits >> shift) & 0xffffffffn)),
    )
}
