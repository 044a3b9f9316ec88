/** The words of a packet: `why in on eth0 tcp 443 from 192.0.2.7`. */
import type { Offered, Source, Spot } from './spot.ts'

/** Its first word. @param into the spot of those that follow */
export function packetPaths(into: string): readonly Offered[] {
  return [
    { word: 'in', told: 'a packet that comes in', into },
    { word: 'out', told: 'a packet that goes out', into },
    { word: 'route', told: 'a packet that is passed on', into },
    { word: 'routed', into, quiet: true },
    { word: 'forward', into, quiet: true },
  ]
}

/** @param options of the command, which may stand anywhere */
export function packetSpot(name: string, options: readonly Offered[]): Spot {
  return { name, words: [...WORDS, ...options], values: [{ source: SERVICES }], repeats: true }
}

const SERVICES: Source = { asked: ['services'] }
const ANY: Source = {}

const WORDS: readonly Offered[] = [
  { word: 'tcp', told: 'its protocol' },
  { word: 'udp', told: 'its protocol' },
  { word: 'proto', told: 'another protocol', value: { words: 'ah esp gre igmp ipv6 tcp udp'.split(' ') } },
  { word: 'port', told: 'of the side that was named last', value: SERVICES },
  { word: 'from', told: 'where it is from', value: ANY },
  { word: 'to', told: 'where it goes', value: ANY },
  { word: 'in', told: 'on which interface it comes' },
  { word: 'out', told: 'on which interface it leaves' },
  { word: 'on', told: 'an interface', value: { asked: ['interfaces'] } },
]
