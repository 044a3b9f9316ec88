/** The plain forms of addresses, read without making a text of them: most lines of a list of a million. */

const [DOT, COLON, SLASH, ZERO, NINE] = [46, 58, 47, 48, 57]

/** `192.0.2.1`, `192.0.2.0/24`. @returns the length of the prefix, its word in `into`; 0 for anything else */
export function parse4(bytes: Uint8Array, from: number, to: number, into: Uint32Array): number {
  let [word, octet, digits, dots] = [0, 0, 0, 0]
  let at = from
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (byte >= ZERO && byte <= NINE) {
      // Of a leading zero nobody knows whether it means octal.
      if (digits > 0 && octet === 0) return 0
      octet = octet * 10 + byte - ZERO
      digits++
      if (octet > 255) return 0
    } else if (byte === DOT && digits > 0 && dots < 3) {
      word = word * 256 + octet
      ;[octet, digits] = [0, 0]
      dots++
    } else if (byte === SLASH) break
    else return 0
  }
  if (dots !== 3 || digits === 0) return 0
  into[0] = word * 256 + octet
  return at === to ? 32 : parsePrefix(bytes, at + 1, to)
}

function parsePrefix(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 1 || to - from > 2 || bytes[from] === ZERO) return 0
  let prefix = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte < ZERO || byte > NINE) return 0
    prefix = prefix * 10 + byte - ZERO
  }
  return prefix <= 32 ? prefix : 0
}

/** `2001:db8::1`, no dotted end, no address of IPv4 in it. @returns 128, its words in `into`; 0 for anything else */
export function parse6(bytes: Uint8Array, from: number, to: number, into: Uint32Array): number {
  if (to - from < 2 || to - from > 39) return 0
  const groups: number[] = []
  let gap = -1
  let at = from
  if (bytes[at] === COLON) {
    if (bytes[at + 1] !== COLON) return 0
    gap = 0
    at += 2
  }
  while (at < to) {
    let [group, digits] = [0, 0]
    for (; at < to; at++, digits++) {
      const digit = hexDigit(bytes[at]!)
      if (digit < 0) break
      group = group * 16 + digit
    }
    if (digits === 0 || digits > 4 || groups.length === 8) return 0
    groups.push(group)
    if (at === to) break
    if (bytes[at++] !== COLON || at === to) return 0
    if (bytes[at] !== COLON) continue
    if (gap >= 0) return 0
    gap = groups.length
    at++
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return 0
  if (gap >= 0) groups.splice(gap, 0, ...new Array<number>(8 - groups.length).fill(0))
  for (let word = 0; word < 4; word++) into[word] = groups[word * 2]! * 65536 + groups[word * 2 + 1]!
  const isMapped = into[0] === 0 && into[1] === 0 && into[2] === 0xffff
  return isMapped ? 0 : 128
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
