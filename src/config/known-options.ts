/** The options that Fail2ban reads itself, in the order in which its commands come. Source: jail.conf(5), `fail2ban-client -d`. */
import type { Known } from './combined-options.ts'

export const FILTER_OPTIONS: Known = {
  usedns: 'text',
  prefregex: 'text',
  ignoreregex: 'text',
  failregex: 'text',
  maxlines: 'int',
  datepattern: 'text',
  journalmatch: 'text',
}

export const JAIL_OPTIONS: Known = {
  enabled: 'bool',
  backend: 'text',
  maxretry: 'int',
  maxmatches: 'int',
  findtime: 'text',
  bantime: 'text',
  'bantime.increment': 'bool',
  'bantime.factor': 'text',
  'bantime.formula': 'text',
  'bantime.multipliers': 'text',
  'bantime.maxtime': 'text',
  'bantime.rndtime': 'text',
  'bantime.overalljails': 'bool',
  ignorecommand: 'text',
  ignoreself: 'bool',
  ignoreip: 'text',
  ignorecache: 'text',
  filter: 'text',
  logtimezone: 'text',
  logencoding: 'text',
  logpath: 'text',
  action: 'text',
  ...FILTER_OPTIONS,
}

/** The options of a filter that a jail may set in its place. A parameter in `name[...]` still comes before them. */
export const FILTER_OPTIONS_IN_JAILS: ReadonlySet<string> = new Set([
  ...Object.keys(FILTER_OPTIONS),
  'logencoding',
  'logtimezone',
])

/** All that means something in a filter, if only by the names that stock files give it. */
export const FILTER_NAMES: readonly string[] = [...FILTER_OPTIONS_IN_JAILS, 'mode', 'logtype']

/** The same in a jail. */
export const JAIL_NAMES: readonly string[] = [
  ...Object.keys(JAIL_OPTIONS),
  ...['port', 'protocol', 'chain', 'banaction', 'banaction_allports', 'destemail', 'sender', 'mta'],
  ...['mode', 'logtype', 'skip_if_nologs', 'systemd_if_nologs'],
  // Rampart's own.
  ...['bannet.ipv4', 'bannet.ipv6', 'bannet.addresses', 'bannet.maxretry', 'bannet.bantime'],
]

/** What holds where a jail says nothing of them. */
export const JAIL_DEFAULTS: Readonly<Record<string, string | boolean>> = {
  enabled: false,
  backend: 'auto',
  filter: '',
  action: '',
}

export const ACTION_OPTIONS: Known = {
  actionstart: 'text',
  actionstart_on_demand: 'bool',
  actionstop: 'text',
  actionflush: 'text',
  actionreload: 'text',
  actioncheck: 'text',
  actionrepair: 'text',
  actionrepair_on_unban: 'bool',
  actionban: 'text',
  actionprolong: 'text',
  actionreban: 'text',
  actionunban: 'text',
  norestored: 'bool',
}

/** Tags of an action that are known at the ban alone, whatever the files say of such names. */
export const BAN_TAGS: ReadonlySet<string> = new Set(['matches', 'ipmatches', 'ipjailmatches', 'timeout', 'bantime'])
