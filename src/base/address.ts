/**
 * Addresses. A host is a network of /32 or /128, so that one type serves both. Only canonical text is an address:
 * `010.2.3.4`, `0x7f.1` or `fe80::1%eth0` are not. Sources: RFC 4291 (forms of IPv6), RFC 5952 (its one canonical text).
 */

export interface Network {
  readonly family: 4 | 6
  /** The address bits with all bits behind the prefix zero: 32 of them for family 4, 128 for family 6. */
  readonly bits: bigint
  /** Length of the prefix: 0-32 or 0-128. */
  readonly prefix: number
  /** The canonical text, made once: it is asked for at every step of a failure's way. */
  readonly text: string
}

/** @param bits host bits behind the prefix must be zero */
export function networkOf(family: 4 | 6, bits: bigint, prefix: number): Network {
  const address = family === 4 ? print4(Number(bits)) : print6(bits)
  return { family, bits, prefix, text: prefix === width(family) ? address : `${address}/${prefix}` }
}

/**
 * One host's address, or undefined for anything else. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is its IPv4
 * address, as the kernel sees such a packet.
 */
export function parseAddress(text: string): Network | undefined {
  if (text.length > 45) return undefined
  const bits4 = parse4(text)
  if (bits4 !== undefined) return networkOf(4, BigInt(bits4), 32)
  const bits6 = parse6(text)
  if (bits6 === undefined) return undefined
  if (bits6 >> 32n === 0xffffn) return networkOf(4, bits6 & 0xffffffffn, 32)
  return networkOf(6, bits6, 128)
}

/**
 * A host or a network: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `2001:db8::/32`. Host bits behind the
 * prefix are cleared, as nft and Fail2ban do. Undefined for anything else.
 */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return parseAddress(text)
  const host = parseAddress(text.slice(0, slash))
  if (!host) return undefined
  const mapped = host.family === 4 && text.includes(':')
  const prefix = parsePrefix(text.slice(slash + 1), host.family, mapped)
  return prefix === undefined ? undefined : widen(host, prefix)
}

/** The canonical text: RFC 5952 for IPv6; a host without its prefix, a network with it. */
export function printNetwork({ text }: Network): string {
  return text
}

/** The network of this prefix length that holds the given one. A longer prefix than its own changes nothing. */
export function widen(network: Network, prefix: number): Network {
  if (prefix >= network.prefix) return network
  const rest = BigInt(width(network.family) - prefix)
  return networkOf(network.family, (network.bits >> rest) << rest, prefix)
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || inner.prefix < outer.prefix) return false
  const rest = BigInt(width(outer.family) - outer.prefix)
  return outer.bits >> rest === inner.bits >> rest
}

/** Whether it is one address. */
export function isHost({ family, prefix }: Network): boolean {
  return prefix === width(family)
}

/** Bits of an address of this family. */
export function width(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128
}

// Leading zeros are refused: some readers take them for octal, so 010.0.0.1 names two hosts.
const OCTETS = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/

function parse4(text: string): number | undefined {
  const octets = OCTETS.exec(text)
  if (!octets) return undefined
  let bits = 0
  for (let i = 1; i <= 4; i++) {
    const octet = Number(octets[i])
    if (octet > 255) return undefined
    bits = bits * 256 + octet
  }
  return bits
}

function parse6(text: string): bigint | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? groups(halves[1]!, true) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  // RFC 4291 2.2: "::" stands for one or more groups of zeros.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail]
  return BigInt(`0x${all.map((group) => group.toString(16).padStart(4, '0')).join('')}`)
}

/** The 16-bit groups of one side of "::"; only the last side may end in dotted IPv4. */
function groups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return []
  const words = text.split(':')
  const result: number[] = []
  for (const [index, word] of words.entries()) {
    if (mayEndDotted && index === words.length - 1 && word.includes('.')) {
      const bits = parse4(word)
      if (bits === undefined) return undefined
      result.push(Math.floor(bits / 65536), bits % 65536)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) {
      result.push(Number.parseInt(word, 16))
    } else {
      return undefined
    }
  }
  return result
}

function parsePrefix(text: string, family: 4 | 6, mapped: boolean): number | undefined {
  if (family === 4 && !mapped && text.includes('.')) return prefixOfMask(text)
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined
  const prefix = Number(text) - (mapped ? 96 : 0)
  return prefix >= 0 && prefix <= width(family) ? prefix : undefined
}

/** `255.255.255.0` is 24; a mask with holes is no prefix. */
function prefixOfMask(text: string): number | undefined {
  const mask = parse4(text)
  if (mask === undefined) return undefined
  const ones = mask === 0 ? 0 : 32 - Math.log2(2 ** 32 - mask)
  return Number.isInteger(ones) ? ones : undefined
}

/** Joined, not added up: a string of parts takes twice the memory for as long as it is kept. */
function print4(bits: number): string {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}

/** RFC 5952: lower case, no leading zeros, the longest run (>= 2, the first of equals) of zero groups as "::". */
function print6(bits: bigint): string {
  const digits = bits.toString(16).padStart(32, '0')
  const words: string[] = []
  for (let at = 0; at < 32; at += 4) words.push(Number.parseInt(digits.slice(at, at + 4), 16).toString(16))
  let start = 0
  let length = 0
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && words[end] === '0') end++
    if (end - i > length) [start, length] = [i, end - i]
    i = Math.max(i, end - 1)
  }
  if (length < 2) return words.join(':')
  return [words.slice(0, start).join(':'), words.slice(start + length).join(':')].join('::')
}
