/** What a jail is told: plain data with Fail2ban's spellings. Source: the options of jail.conf(5). */
import type { Seconds } from '../base/duration.ts'

export interface JailOptions {
  readonly name: string
  /** Failures within `findtime` that make a ban; at least 1. */
  readonly maxretry: number
  readonly findtime: Seconds
  /** Negative: for ever. */
  readonly bantime: Seconds
  /** Lines kept for a ban; `maxretry` of them unless set. */
  readonly maxmatches: number
  /** How bans grow for who comes back. */
  readonly increment: BantimeIncrement
  readonly networks: NetworkOptions
  /** Addresses, networks, host names and raw ids as they stand in the file, one each. */
  readonly ignoreip: readonly string[]
  /** Whether this host's own addresses and names are ignored. */
  readonly ignoreself: boolean
  /** A command whose exit 0 means "ignore"; its dynamic `<tags>` still stand in it. */
  readonly ignorecommand: string | undefined
  readonly ignorecache: IgnoreCache | undefined
  /** Whether bans keep what the groups of the filter held: an action asks for it. */
  readonly keepsFields?: boolean
}

/** The `bantime.*` options. */
export interface BantimeIncrement {
  /** `bantime.increment`. Without it all else here means nothing. */
  readonly enabled: boolean
  /** Expression, as given; undefined: 1. */
  readonly factor: string | undefined
  /** Expression in ban.Time, ban.Count and banFactor, as given. */
  readonly formula: string | undefined
  readonly multipliers: readonly number[] | undefined
  readonly maxtime: Seconds | undefined
  readonly rndtime: Seconds | undefined
  /** Whether bans in other jails count too. */
  readonly overalljails: boolean
  /** `dbpurgeage`: a ban that began longer ago counts no more, unless it lasted a third of the time since then. */
  readonly remembers: Seconds
}

/** Every ban is as long as the first. */
export const NO_INCREMENT: BantimeIncrement = {
  enabled: false,
  factor: undefined,
  formula: undefined,
  multipliers: undefined,
  maxtime: undefined,
  rndtime: undefined,
  overalljails: false,
  remembers: 86_400,
}

/** The `bannet.*` options: when a whole network is banned. They are Rampart's own. */
export interface NetworkOptions {
  /** `bannet.ipv4`, the prefix length; undefined: no IPv4 network is banned for what its addresses did. */
  readonly ipv4: number | undefined
  readonly ipv6: number | undefined
  /** So many of its addresses must have failed within `findtime`; at least 1. */
  readonly addresses: number
  /** And so often, all of them together. */
  readonly maxretry: number
  /** Negative: for ever. */
  readonly bantime: Seconds
}

/** Hosts alone. */
export const NO_NETWORKS: NetworkOptions = {
  ipv4: undefined,
  ipv6: undefined,
  addresses: 10,
  maxretry: 10,
  bantime: 600,
}

/** Addresses of one network that are told apart, at most. */
export const MOST_ADDRESSES = 256

/** `ignorecache = key="<F-USER>@<ip-host>", max-count=100, max-time=5m`. */
export interface IgnoreCache {
  readonly key: string
  readonly maxCount: number
  readonly maxTime: Seconds
}
