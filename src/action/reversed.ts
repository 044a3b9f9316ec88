/** An address as a reverse look-up names it: its parts from the last to the first, with a dot behind each. */
import { type Network, width } from '../base/address.ts'

/** `1.2.0.192.`; of IPv6 the 32 hexadecimal digits. Source: RFC 1035 3.5, RFC 3596 2.5. */
export function reversed({ family, bits }: Network): string {
  const size = family === 4 ? 8n : 4n
  const base = family === 4 ? 10 : 16
  let text = ''
  for (let shift = 0n; shift < width(family); shift += size) {
    text += `${((bits >> shift) & ((1n << size) - 1n)).toString(base)}.`
  }
  return text
}
