/** The `bannet.*` options of a jail: when a whole network is banned for what its addresses do. They are Rampart's own. */
import { Fault } from '../base/fault.ts'
import { type JailOptions, MOST_ADDRESSES, type NetworkOptions } from '../jail/jail-options.ts'
import { strip } from './ini.ts'
import type { JailReader } from './jail-reader.ts'

/** Wider ones are never banned for what a log says: see `bannable` in engine/. */
const FAMILIES = {
  'bannet.ipv4': { widest: 16, narrowest: 31, usual: 24 },
  'bannet.ipv6': { widest: 32, narrowest: 127, usual: 64 },
} as const

/** The addresses of a network that must fail before it is banned, unless the files say otherwise. */
const ADDRESSES = 10

/** Counts bans, for days: ten bans in one network may be of ten who share it. A network that is banned again it bans too. */
const RECIDIVE = 'recidive'

/** @param blocks whether the built-in block bans: a script may know hosts alone */
export function readNetworks(
  reader: JailReader,
  jail: Pick<JailOptions, 'name' | 'bantime' | 'maxretry'>,
  blocks: boolean,
): NetworkOptions {
  const isUsual = blocks && jail.name !== RECIDIVE
  return {
    ipv4: prefixOf(reader, 'bannet.ipv4'),
    // One customer has a /64, while a /24 of IPv4 has many, who know nothing of each other.
    ipv6: prefixOf(reader, 'bannet.ipv6', isUsual ? FAMILIES['bannet.ipv6'].usual : undefined),
    addresses: Math.min(reader.number('bannet.addresses', 1) ?? ADDRESSES, MOST_ADDRESSES),
    maxretry: reader.number('bannet.maxretry', 1) ?? 2 * jail.maxretry,
    bantime: reader.duration('bannet.bantime') ?? jail.bantime,
  }
}

/** What cannot be a width is told, and the default holds: the jail guards all the same. */
function prefixOf(reader: JailReader, option: keyof typeof FAMILIES, fallback?: number): number | undefined {
  const { widest, narrowest, usual } = FAMILIES[option]
  const found = reader.value(option)
  const text = strip(found?.text ?? '').toLowerCase()
  if (!found || text === '') return fallback
  if (/^(off|no|none|false)$/.test(text)) return undefined
  if (/^(on|yes|true)$/.test(text)) return usual
  const prefix = /^\/?\d{1,3}$/.test(text) ? Number(text.replace('/', '')) : Number.NaN
  if (prefix >= widest && prefix <= narrowest) return prefix
  const message = `${option} = ${text} is neither off nor a prefix length from ${widest} to ${narrowest}: the default holds`
  const hint = `write ${option} = ${usual}, for example`
  reader.warnings.push(new Fault('config.bad-value', message, { at: found.at, hint }))
  return fallback
}
