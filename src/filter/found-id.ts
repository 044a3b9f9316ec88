/** What a filter found, for those who show it: its address if it is one, and what else is to be said of it. */
import { parseNetwork, printNetwork } from '../base/address.ts'
import type { Failure } from './failure.ts'

export interface FoundId {
  /** The canonical address; undefined: no ban could be of what was found. */
  readonly ip: string | undefined
  /** Why it is none, or how it differs from what was found; undefined if there is nothing to say. */
  readonly note: string | undefined
}

export function foundId({ id, kind }: Pick<Failure, 'id' | 'kind'>): FoundId {
  const network = parseNetwork(id)
  if (!network) return { ip: undefined, note: reason(id, kind) }
  const ip = printNetwork(network)
  if (ip === id) return { ip, note: undefined }
  return {
    ip,
    note:
      id.includes(':') && !ip.includes(':')
        ? `an IPv4 address in IPv6's form: it counts as ${ip}`
        : `it counts as ${ip}`,
  }
}

/** Why a text is no address. */
function reason(id: string, kind: Failure['kind']): string {
  if (kind === 'dns') return 'a host name: it is never looked up here'
  const [host = '', prefix] = id.split('/')
  if (/%/.test(host)) return 'an address with a zone: it means another host on every network'
  if (prefix !== undefined && parseNetwork(host)) return `/${prefix} is no prefix length of such an address`
  const octets = /^\d+(?:\.\d+){3}$/.test(host) ? host.split('.') : []
  const large = octets.find((octet) => Number(octet) > 255)
  if (large !== undefined) return `no address: ${large} is more than 255`
  if (octets.some((octet) => /^0\d/.test(octet)))
    return 'no address: some programs read a number with a leading 0 as octal'
  if (/^0x[0-9a-f]|^\d+$|^\d+(?:\.\d+){1,2}$/i.test(host))
    return 'no address: four numbers with points between them are one'
  if (/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host)) return 'no address: an IPv6 address has eight groups, or :: once'
  return kind === 'ip' ? 'no address' : 'an id that is no address'
}
