/** Data is asked for addresses that everybody knows before it takes the place of what works. */
import { parseAddress } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import type { Fields } from '../data/fields.ts'
import type { Layer } from '../data/layer.ts'

/** Google's resolvers. Where they stand is another matter: of IPv6, data of today says Canada. */
const KNOWN = ['8.8.8.8', '2001:4860:4860::8888']
const GOOGLE = 15169

/**
 * @param mayLackIpv6 data of the admin's own choice may be of IPv4 alone
 * @throws Fault `place.self-test`
 */
export function selfTest(layer: Layer, mayLackIpv6: boolean): void {
  const { subject, counts } = layer.file.head
  for (const text of KNOWN) {
    // One segment: nothing is said of any.
    if (text.includes(':') && mayLackIpv6 && counts.ipv6 <= 1) continue
    const fields = layer.fields(layer.find(parseAddress(text)!))
    if (!isPlausible(fields, subject, text))
      throw new Fault('place.self-test', `the new data does not know ${text}: it is not used`, {
        hint: `it says ${JSON.stringify(fields)}; what was there stays`,
      })
  }
}

function isPlausible({ country, asn }: Fields, subject: Layer['file']['head']['subject'], text: string): boolean {
  if (subject === 'organisation') return asn === GOOGLE
  return text.includes(':') ? country !== undefined : country === 'US'
}
