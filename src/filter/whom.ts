/** Whom a failure is of: which of its groups gives the id. Source: the behaviour of Fail2ban 1.0. */
import { type Fields, textOf } from './groups.ts'

export interface Whom {
  /** As it was found; a network with its prefix. */
  readonly id: string
  readonly kind: 'ip' | 'dns' | 'fid'
  /** The address or host name, where the id is another. */
  readonly ip?: string
}

/**
 * The id comes first, then the addresses, then the name.
 * @param raw names are not looked up: an id counts before a name. Otherwise the name's addresses are banned.
 */
export function whom(fields: Fields, raw: boolean): Whom | undefined {
  const id = fields['fid'] === undefined ? undefined : textOf(fields['fid'])
  const address = fields['ip4'] ?? fields['ip6']
  if (address !== undefined) {
    const plain = textOf(address)
    const network = fields['cidr']?.length ? `${plain}/${textOf(fields['cidr'])}` : plain
    if (id === undefined || id === plain) return { id: network, kind: 'ip' }
    return { id, kind: 'fid', ip: network }
  }
  const name = fields['dns'] === undefined ? undefined : textOf(fields['dns'])
  if (name !== undefined && (id === undefined || id === name || !raw)) return { id: name, kind: 'dns' }
  if (id === undefined) return undefined
  return name === undefined ? { id, kind: 'fid' } : { id, kind: 'fid', ip: name }
}
