/** The matches of iptables that can be had. */
import type { Place } from '../../../base/fault.ts'
import { CONNECTION } from './match-connection.ts'
import { PACKET } from './match-packet.ts'
import { RATE } from './match-rate.ts'
import { recent } from './match-recent.ts'
import { time } from './match-time.ts'
import { TRANSPORT } from './match-transport.ts'
import { cannot, type Module } from './option.ts'

/** @throws Fault `frame.cannot` */
export function matchNamed(name: string, at: Place): Module {
  const found = MATCHES.get(name)
  if (found) return found
  throw cannot(`-m ${name}`, at, HINTS.get(name))
}

const MATCHES: ReadonlyMap<string, Module> = new Map([
  ...TRANSPORT,
  ...CONNECTION,
  ...PACKET,
  ...RATE,
  ['recent', recent],
  ['time', time],
])

const HINTS: ReadonlyMap<string, string> = new Map([
  ['set', 'keep the addresses in a list: rampart list add NAME FILE, then ufw deny from list:NAME'],
  ['string', 'nftables does not search packets for text'],
  ['physdev', 'for what is bridged write -i BRIDGE -o BRIDGE'],
  ['geoip', 'keep the networks of a country in a list: rampart list add NAME FILE'],
])
