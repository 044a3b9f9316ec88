/** The words of a packet: `in on eth0 tcp 443 from 192.0.2.7 port 5000 to 198.51.100.1`. */
import { type Network, parseAddress } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import type { Services } from '../../config/ufw/services.ts'
import type { Packet } from '../../firewall/rules/explain.ts'
import { asProtocol } from '../ufw/draft.ts'

export interface PacketWords extends Omit<Packet, 'from' | 'to'> {
  readonly from: Network | undefined
  readonly to: Network | undefined
}

/** Whether the words are about a packet: no address is called so. */
export function isPacketWords([first = '']: readonly string[]): boolean {
  return PATHS.has(first)
}

const PATHS: ReadonlyMap<string, Packet['path']> = new Map([
  ['in', 'in'],
  ['out', 'out'],
  ['route', 'forward'],
  ['routed', 'forward'],
  ['forward', 'forward'],
] as const)

/** @throws Fault `why.words` */
export function parsePacketWords([first = '', ...rest]: readonly string[], services: Services): PacketWords {
  const path = PATHS.get(first)
  if (!path) throw bad(first)
  let packet: PacketWords = {
    ...{ path, protocol: 'any', from: undefined, fromPort: undefined, to: undefined, toPort: undefined },
    ...{ inInterface: undefined, outInterface: undefined },
  }
  let side: 'from' | 'to' = 'to'
  let direction: 'in' | 'out' = path === 'out' ? 'out' : 'in'
  const words = rest.values()
  const value = (word: string) => words.next().value ?? missing(word)
  for (const word of words) {
    const protocol = asProtocol(word)
    if (word === 'in' || word === 'out') direction = word
    else if (word === 'on') packet = { ...packet, [`${direction}Interface`]: value(word) }
    else if (word === 'from' || word === 'to') {
      side = word
      packet = { ...packet, [side]: addressOf(value(word)) }
    } else if (word === 'proto') packet = { ...packet, protocol: asProtocol(value(word)) ?? missing(word) }
    else if (protocol) packet = { ...packet, protocol }
    else {
      const { port, protocol: of } = portOf(word === 'port' ? value(word) : word, services)
      packet = { ...packet, [`${side}Port`]: port, protocol: of && packet.protocol === 'any' ? of : packet.protocol }
    }
  }
  return packet
}

function addressOf(word: string): Network {
  const address = parseAddress(word)
  if (!address) throw new Fault('why.words', `'${word}' is not one address`)
  return address
}

/** `443`, `443/tcp`, `https`. */
function portOf(
  word: string,
  services: Services,
): { readonly port: number; readonly protocol: Packet['protocol'] | undefined } {
  const [name = '', given, more] = word.split('/')
  const service = services(name)
  const port = /^\d{1,5}$/.test(name) ? Number(name) : service?.port
  const protocol = given === undefined ? undefined : asProtocol(given)
  if (port === undefined || port < 1 || port > 65535 || more !== undefined || (given !== undefined && !protocol))
    throw bad(word)
  return { port, protocol: protocol ?? (/^\d/.test(name) ? undefined : service?.protocol) }
}

function bad(word: string): Fault {
  return new Fault('why.words', `'${word}' is not understood`, { hint: EXAMPLE })
}

function missing(word: string): never {
  throw new Fault('why.words', `what stands behind '${word}' is missing or wrong`, { hint: EXAMPLE })
}

const EXAMPLE = 'rampart why in on eth0 tcp 443 from 192.0.2.7'
