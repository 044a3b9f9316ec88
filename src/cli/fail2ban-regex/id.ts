/** Whom a failure is of, as Fail2ban prints it: addresses in their canonical form, all else as it was found. */
import { type Network, parseAddress, printNetwork, widen } from '../../base/address.ts'
import type { Failure } from '../../filter/failure.ts'

/** @param raw ids stay as they are, even those that are addresses */
export function idOf({ id, kind }: Pick<Failure, 'id' | 'kind'>, raw: boolean): string {
  if (kind === 'dns' || (kind === 'fid' && raw)) return id
  const slash = id.lastIndexOf('/')
  const text = slash < 0 ? id : id.slice(0, slash)
  const address = parseAddress(text)
  const digits = /^\d{1,6}$/.exec(id.slice(slash + 1))?.[0]
  if (slash >= 0 && digits === undefined) return id
  // Of what is no address Fail2ban drops the length of a network, and of an id nothing.
  if (!address) return kind === 'ip' ? text : id
  return slash < 0 ? printed(address) : printShort(widen(address, Number(digits)))
}

/** What is an IPv4 address behind zeros stands as one, as C's inet_ntop has it. */
function printed(address: Network): string {
  const { family, bits } = address
  if (family === 4 || bits >> 32n !== 0n || bits <= 0xffffn) return printNetwork(address)
  return `::${[24n, 16n, 8n, 0n].map((by) => (bits >> by) & 0xffn).join('.')}`
}

/** The network of all addresses stands without its length. */
function printShort(network: Network): string {
  return printNetwork(network).replace(/\/0$/, '')
}
