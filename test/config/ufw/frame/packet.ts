/** Raw packets for the packet lab: every kind that a rule could ask about, each with an id that comes back with its verdict. */

export interface Packet {
  /** Where it comes in, or that the router sends it itself. */
  readonly way: 'p0' | 'p1' | 'out4' | 'out6'
  readonly family: 4 | 6
  readonly from: string
  readonly to: string
  readonly protocol: number
  readonly sport?: number
  readonly dport?: number
  /** TCP's flags as bits; SYN if left out. */
  readonly flags?: number
  readonly mss?: number
  readonly type?: number
  readonly code?: number
  readonly hops?: number
  readonly tos?: number
  readonly length?: number
  readonly mac?: string
  /** IPv6: a routing header of this type in front. */
  readonly routing?: number
  /** IPv4: the fragment that begins here, in eights of bytes. */
  readonly offset?: number
  readonly more?: boolean
  /** Sent so long behind the one before. */
  readonly afterMs?: number
}

/** The frame, or for what the router sends the packet alone. @param id above 0; 16 bits in IPv4, 20 in IPv6 */
export function frameOf(packet: Packet, id: number): string {
  const upper = upperOf(packet)
  const ip = packet.family === 4 ? ipv4(packet, upper, id) : ipv6(packet, upper, id)
  if (packet.way.startsWith('out')) return ip.toString('hex')
  const router = Buffer.from([2, 0, 0, 0, 0, packet.way === 'p0' ? 0 : 1])
  const destination = macOf(packet.to) ?? router
  const source = Buffer.from(
    (packet.mac ?? `02:00:00:00:01:0${packet.way === 'p0' ? 0 : 1}`).replaceAll(':', ''),
    'hex',
  )
  const kind = Buffer.from(packet.family === 4 ? [8, 0] : [0x86, 0xdd])
  return Buffer.concat([destination, source, kind, ip]).toString('hex')
}

/** Groups and broadcasts have addresses of their own on a cable. */
function macOf(to: string): Buffer | undefined {
  if (to.endsWith('.255')) return Buffer.alloc(6, 0xff)
  if (/^2(2[4-9]|3\d)\./.test(to))
    return Buffer.from([
      1,
      0,
      0x5e,
      ...to
        .split('.')
        .slice(1)
        .map(Number)
        .map((n, i) => (i === 0 ? n & 127 : n)),
    ])
  return to.startsWith('ff') ? Buffer.from([0x33, 0x33, ...bytes6(to).subarray(12)]) : undefined
}

function ipv4(packet: Packet, upper: Buffer, id: number): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header[1] = packet.tos ?? 0
  header.writeUInt16BE(20 + upper.length, 2)
  header.writeUInt16BE(id, 4)
  header.writeUInt16BE((packet.more ? 0x2000 : 0) | (packet.offset ?? 0), 6)
  header[8] = packet.hops ?? 64
  header[9] = packet.protocol
  Buffer.from(packet.from.split('.').map(Number)).copy(header, 12)
  Buffer.from(packet.to.split('.').map(Number)).copy(header, 16)
  header.writeUInt16BE(sum(header), 10)
  return Buffer.concat([header, upper])
}

function ipv6(packet: Packet, upper: Buffer, id: number): Buffer {
  const header = Buffer.alloc(40)
  header.writeUInt32BE(((6 << 28) | ((packet.tos ?? 0) << 20) | id) >>> 0, 0)
  const routing = packet.routing === undefined ? Buffer.alloc(0) : routingHeader(packet)
  header.writeUInt16BE(routing.length + upper.length, 4)
  header[6] = packet.routing === undefined ? packet.protocol : 43
  header[7] = packet.hops ?? 64
  bytes6(packet.from).copy(header, 8)
  bytes6(packet.to).copy(header, 24)
  return Buffer.concat([header, routing, upper])
}

/** With nothing left to visit: the packet is for who it says. */
function routingHeader(packet: Packet): Buffer {
  const header = Buffer.alloc(24)
  header[0] = packet.protocol
  header[1] = 2
  header[2] = packet.routing!
  return header
}

function upperOf(packet: Packet): Buffer {
  const rest = Buffer.alloc(packet.length ?? 8, 0x61)
  const { protocol, sport = 0, dport = 0 } = packet
  if (packet.offset) return rest
  switch (protocol) {
    case 6: {
      const options =
        packet.mss === undefined ? Buffer.alloc(0) : Buffer.from([2, 4, packet.mss >> 8, packet.mss & 255])
      const header = Buffer.alloc(20)
      header.writeUInt16BE(sport, 0)
      header.writeUInt16BE(dport, 2)
      header.writeUInt32BE(1000, 4)
      header[12] = ((20 + options.length) / 4) << 4
      header[13] = packet.flags ?? 2
      header.writeUInt16BE(1024, 14)
      return summed(packet, Buffer.concat([header, options, rest]), 16)
    }
    case 17: {
      const header = Buffer.alloc(8)
      header.writeUInt16BE(sport, 0)
      header.writeUInt16BE(dport, 2)
      header.writeUInt16BE(8 + rest.length, 4)
      return summed(packet, Buffer.concat([header, rest]), 6)
    }
    case 1: {
      const header = Buffer.from([packet.type ?? 8, packet.code ?? 0, 0, 0, sport >> 8, sport & 255, 0, 1])
      const whole = Buffer.concat([header, rest])
      whole.writeUInt16BE(sum(whole), 2)
      return whole
    }
    case 58: {
      // Room for an address: neighbours ask for one.
      const header = Buffer.from([packet.type ?? 128, packet.code ?? 0, 0, 0, sport >> 8, sport & 255, 0, 1])
      return summed(packet, Buffer.concat([header, rest, Buffer.alloc(16)]), 2)
    }
    default:
      return Buffer.concat([
        Buffer.from([sport >> 8, sport & 255, dport >> 8, dport & 255, 0, 0, 0, 1]),
        Buffer.alloc(8),
        rest,
      ])
  }
}

function summed(packet: Packet, upper: Buffer, at: number): Buffer {
  const tail = Buffer.alloc(8)
  tail.writeUInt32BE(upper.length, 0)
  tail[7] = packet.protocol
  const ends =
    packet.family === 4
      ? [packet.from, packet.to].map((text) => Buffer.from(text.split('.').map(Number)))
      : [packet.from, packet.to].map(bytes6)
  const pseudo =
    packet.family === 4
      ? Buffer.concat([...ends, Buffer.from([0, packet.protocol, upper.length >> 8, upper.length & 255])])
      : Buffer.concat([...ends, tail])
  upper.writeUInt16BE(sum(Buffer.concat([pseudo, upper])) || 0xffff, at)
  return upper
}

function sum(bytes: Buffer): number {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i]! << 8) + (bytes[i + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return ~total & 0xffff
}

export function bytes6(text: string): Buffer {
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
}
