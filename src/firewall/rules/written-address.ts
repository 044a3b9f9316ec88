/**
 * An address or a network as UFW reads and keeps it: IPv4's host bits are cleared, IPv6's are not; a mask with holes stays
 * one. Source: what the installed ufw keeps (test/config/ufw/written-address.test.ts).
 */
import { type Network, networkOf, parseAddress, widen, width } from '../../base/address.ts'
import type { End } from './rule.ts'

export interface WrittenAddress {
  readonly family: 4 | 6
  /** Of an End. */
  readonly end: Pick<End, 'network' | 'written' | 'mask'>
}

/** `0.0.0.0/0` and `::/0` are any address of a family; undefined for what is no address, `any` too. */
export function parseWritten(text: string): WrittenAddress | undefined {
  const [address = '', mask, more] = text.split('/')
  const host = parseHost(address)
  if (!host || more !== undefined) return undefined
  if (mask === undefined) return written(host, spelled(host))
  if (host.family === 4 && mask.includes('.')) return underMask(host, mask)
  const prefix = /^\d{1,40}$/.test(mask) ? Number(mask) : Number.NaN
  if (!(prefix <= width(host.family))) return undefined
  const network = widen(host, prefix)
  if (mask === String(width(host.family))) return written(host, spelled(host))
  if (host.family === 6) return written(network, `${spelled(host)}/${mask}`)
  return written(network, `${networkOf(4, network.bits, 32).text}/${mask}`)
}

function written(network: Network, text: string): WrittenAddress {
  const { family } = network
  if (text === '0.0.0.0/0' || text === '::/0') return { family, end: { network: undefined } }
  return { family, end: network.text === text ? { network } : { network, written: text } }
}

/** For a rule `::ffff:10.0.0.1` is an address of IPv6. */
function parseHost(text: string): Network | undefined {
  const host = parseAddress(text)
  return host?.family === 4 && text.includes(':') ? networkOf(6, (0xffffn << 32n) | host.bits, 128) : host
}

/** As inet_ntop(3) spells it: an address of IPv6 that holds one of IPv4 ends in it. */
function spelled({ family, bits, text }: Network): string {
  if (family === 4) return text
  const above = bits >> 32n
  const holds4 = above === 0xffffn || (above === 0n && bits >> 16n !== 0n)
  if (!holds4) return text
  return `${above === 0n ? '::' : '::ffff:'}${networkOf(4, bits & 0xffffffffn, 32).text}`
}

function underMask(host: Network, text: string): WrittenAddress | undefined {
  const mask = parseAddress(text)?.bits
  if (mask === undefined) return undefined
  const digits = mask.toString(2).padStart(32, '0')
  const prefix = digits.indexOf('0') < 0 ? 32 : digits.indexOf('0')
  if (!digits.includes('1', prefix)) {
    const network = widen(host, prefix)
    return written(network, network.text)
  }
  const bits = networkOf(4, host.bits & mask, 32).text
  // What the first ones say for sure; the rest is the mask's.
  return {
    family: 4,
    end: { network: widen(host, prefix), written: `${bits}/${text}`, mask: { bits, mask: text } },
  }
}
