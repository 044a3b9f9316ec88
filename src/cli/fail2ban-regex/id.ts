/** Whom a failure is of, as Fail2ban prints it: addresses in their canonical form, all else as it was found. */
import { type Network, parseAddress, printNetwork, widen } from '../../base/address.ts'
import type { Failure } from '../../filter/failure.ts'

type Found = Pick<Failure, 'id' | 'kind'>

/** @param raw ids stay as they are, even those that are addresses */
export function idOf(found: Found, raw: boolean): string {
  const address = addressOf(found, raw)
  if (address) return printShort(address)
  // Of what is no address Fail2ban drops the length of a network all the same.
  return isAsItStands(found, raw) ? found.id : textAndLength(found)[0]
}

/** The address or the network that it is, if it is one to Fail2ban. */
export function addressOf(found: Found, raw: boolean): Network | undefined {
  if (isAsItStands(found, raw)) return undefined
  const [text, length] = textAndLength(found)
  const address = parseAddress(text)
  return address && length !== undefined ? widen(address, length) : address
}

function isAsItStands({ kind }: Found, raw: boolean): boolean {
  return kind === 'dns' || (kind === 'fid' && raw)
}

/** An id may stand in brackets, and have its network as a mask; `<SUBNET>` takes digits, however many. */
function textAndLength({ id, kind }: Found): readonly [text: string, length: number | undefined] {
  const whole = kind === 'fid' ? id.replace(/^\[(.+)\]$/s, '$1') : id
  const [, text, digits] = /^(.+)\/(\d+)$/s.exec(whole) ?? []
  if (text !== undefined && (kind === 'ip' || digits!.length <= 6)) return [text, Number(digits)]
  const [, masked, mask] = (kind === 'fid' && /^(.+)\/(\d+(?:\.\d+){3})$/s.exec(whole)) || []
  const length = mask === undefined ? undefined : lengthOf(mask)
  return length === undefined ? [whole, undefined] : [masked!, length]
}

/** 24 of 255.255.255.0; undefined where ones stand behind zeros. */
function lengthOf(mask: string): number | undefined {
  const address = parseAddress(mask)
  return address && /^(1*)0*$/.exec(address.bits.toString(2).padStart(32, '0'))?.[1]?.length
}

/** The network of all addresses stands without its length. */
function printShort(network: Network): string {
  return printed(network).replace(/\/0$/, '')
}

/** What is an IPv4 address behind zeros stands as one, as C's inet_ntop has it. */
function printed(address: Network): string {
  const { family, bits, prefix } = address
  if (family === 4 || bits >> 32n !== 0n || bits <= 0xffffn) return printNetwork(address)
  const octets = [24n, 16n, 8n, 0n].map((by) => (bits >> by) & 0xffn)
  return `::${octets.join('.')}${prefix < 128 ? `/${prefix}` : ''}`
}
