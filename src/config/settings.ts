/** What the files come to: plain data, safe as JSON. Spellings are Fail2ban's where users know them. */
import type { ActionSettings } from '../action/action-settings.ts'
import type { Seconds } from '../base/duration.ts'
import type { Fault, Place } from '../base/fault.ts'
import type { FilterSettings } from '../filter/filter-settings.ts'
import type { Scope } from '../firewall/block.ts'
import type { BanSentence } from '../firewall/rules/ban-sentence.ts'
import type { JailOptions } from '../jail/jail-options.ts'

export interface Configuration {
  readonly server: ServerSettings
  /** The jails that run, in the order of the files; one with a fault is not among them. */
  readonly jails: readonly JailSettings[]
  /** Those with a fault: who shows all faults at once compiles their filters too. */
  readonly unfit: readonly UnfitJail[]
  /** Every jail that the files define, running or not. */
  readonly known: readonly string[]
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export interface JailSettings {
  readonly name: string
  readonly options: JailOptions
  readonly filter: FilterSettings
  /** `auto`, `polling`, `pyinotify`, `systemd`, with its options as given. */
  readonly backend: string
  /** Paths and globs, in order; empty for the journal. A path that is not there yet is listed all the same. */
  readonly logs: readonly LogSettings[]
  /** Logs that its section names and that nobody writes on this host: `logs`, or the journal, is read in their place. */
  readonly unwritten: readonly string[]
  /** Host names may be looked up: `usedns = yes`, or `warn` in the admin's own file. */
  readonly resolvesNames: boolean
  /** What the built-in block refuses; undefined: the jail's actions do all. */
  readonly scope: Scope | undefined
  /** As what `ufw status` lists its bans; undefined: they are not UFW's. */
  readonly sentence?: BanSentence | undefined
  /** What else happens at a ban, in order. */
  readonly actions: readonly ActionSettings[]
  readonly at: Place
}

export type UnfitJail = Pick<JailSettings, 'name' | 'filter'>

export interface LogSettings {
  readonly path: string
  /** Read from its end instead of from its start when it is seen for the first time. */
  readonly tail: boolean
}

export interface ServerSettings {
  readonly loglevel: string
  readonly logtarget: string
  /** Where a file says so. */
  readonly chosenLogtarget: string | undefined
  readonly syslogsocket: string
  readonly socket: string
  readonly pidfile: string
  readonly allowipv6: string
  readonly dbfile: string
  readonly dbpurgeage: Seconds
  /** `dbpurgeage` where an admin has chosen it: undefined where it is the day that the packages' fail2ban.conf says. */
  readonly chosenPurgeage: Seconds | undefined
  /** Lines kept for each ban in the store. */
  readonly dbmaxmatches: number
  /** Bans that all jails hold at once, at most. Rampart's own. */
  readonly maxbans: number
  /** Where metrics are told besides the socket; undefined: nowhere. Rampart's own. */
  readonly metrics: ListenAt | undefined
}

/** A port of this host that nobody else reaches. */
export interface ListenAt {
  readonly host: string
  readonly port: number
}
