/** What the guard tells of itself. These shapes are what `--json` prints: names and meanings stay. Times are EpochMs. */
import type { Place } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'

export interface Status {
  readonly version: string
  readonly pid: number
  readonly since: EpochMs
  readonly observe: boolean
  /** Where it reads and keeps; undefined: the guard is older than this answer. */
  readonly folders?: GuardFolders | undefined
  readonly jails: readonly JailStatus[]
  /** Addresses and networks that the kernel bans now; one that two jails hold counts once. */
  readonly banned: number
  /** Bans that the kernel does not have yet, or just now. */
  readonly pending: number
  readonly lines: number
  /** What there was in the last minute, or since the start if that was later. */
  readonly lastMinute: { readonly lines: number; readonly failures: number; readonly bans: number }
  readonly kernel: { readonly state: 'ok' | 'failing' | 'unused'; readonly why?: string | undefined }
  readonly history: { readonly state: string }
  /** Spared beside what every host spares (loopback, link-local ...). */
  readonly spared: readonly string[]
  readonly faults: readonly FaultStatus[]
}

/** Absolute paths. */
export interface GuardFolders {
  /** The stock configuration; null: what stands in `config` is all that counts. */
  readonly stock: string | null
  /** Above it, later wins. */
  readonly config: readonly string[]
  /** Whether what is found on the host chooses jails where those name none. */
  readonly chooses: boolean
  /** Where history is kept; null: it keeps none. */
  readonly history: string | null
}

export interface FaultStatus {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  /** The file that is at fault. */
  readonly at?: Place | undefined
}

export interface JailStatus {
  readonly name: string
  readonly filter: string
  readonly logs: readonly LogStatus[]
  /** Logs that its section names and nobody writes on this host: `logs` are read in their place. */
  readonly unwritten: readonly string[]
  /** `drops tcp 80,443`, `bans by its actions`. */
  readonly scope: string
  /** Actions that are scripts. */
  readonly actions: readonly string[]
  /** Bans and their ends that those have still to do. */
  readonly waitingNow: number
  readonly failedNow: number
  readonly failedTotal: number
  /** The kernel has them. */
  readonly bannedNow: number
  /** It does not have them yet, or just now. */
  readonly pendingNow: number
  readonly bannedTotal: number
  readonly maxretry: number
  readonly findtime: number
  readonly bantime: number
  /** When a whole network is banned: prefix lengths, absent where that is off. */
  readonly networks: {
    readonly ipv4: number | undefined
    readonly ipv6: number | undefined
    readonly addresses: number
    readonly maxretry: number
    readonly bantime: number
  }
}

export interface LogStatus {
  readonly log: string
  readonly state: string
  readonly why?: string | undefined
  /** Lines that were longer than 64 KiB and were cut to that, since the reader began. */
  readonly cut: number
  /** Bytes that were there to be read half a second ago, and had not been. */
  readonly behind: number
}

export interface BanStatus {
  readonly address: string
  readonly from: EpochMs
  readonly until: EpochMs | undefined
  readonly failures: number
  readonly origin: string
  readonly pending: boolean
}

/** A ban among those of all jails. */
export interface ListedBan extends BanStatus {
  readonly jail: string
  /** How many bans of this address in this jail there were, this one included. */
  readonly count: number
}

export interface JailDetails extends JailStatus {
  readonly bans: readonly BanStatus[]
}

/** What became of all bans of some jails. */
export interface AllLifted {
  readonly bans: number
  /** Of those, what the kernel still holds: it will be tried again. */
  readonly pending: number
}

/** Whether an address is never banned, and what that has ended. */
export interface SparedNow {
  readonly address: string
  /** Why it is never banned; undefined: it may be. */
  readonly why: string | undefined
  /** Bans that are over by it. */
  readonly lifted: readonly { readonly address: string; readonly jail: string }[]
}

/** How the kernel differs from what is said of it. */
export interface Verified {
  /** Bans in force, pending ones too. */
  readonly bans: number
  /** Why the kernel was not read. */
  readonly unread?: string | undefined
  /** `set address` of what is said to be banned and is not in the kernel; `rules` if its rules are not all there. */
  readonly missing: readonly string[]
  /** The same of what the kernel bans and nobody here does. */
  readonly extra: readonly string[]
  /** Beyond the first hundred of each. */
  readonly more: number
}

/** All that is known of one address. */
export interface Why {
  readonly address: string
  /** Why it is never banned. */
  readonly spared: string | undefined
  readonly bans: readonly (BanStatus & {
    readonly jail: string
    readonly matches: readonly string[]
    readonly count: number
  })[]
  /** Failures that have led to no ban so far. */
  readonly counting: readonly {
    readonly jail: string
    readonly count: number
    readonly of: number
    readonly last: EpochMs
    readonly matches: readonly string[]
  }[]
  /** What is counted of networks around it. */
  readonly crowds: readonly {
    readonly jail: string
    readonly network: string
    readonly addresses: number
    readonly ofAddresses: number
    readonly count: number
    readonly of: number
  }[]
  readonly kernel: readonly { readonly set: string; readonly expiresSeconds: number | undefined }[]
  /** Bans that are over, newest first. */
  readonly earlier: readonly {
    readonly jail: string
    readonly from: EpochMs
    readonly until: EpochMs | undefined
    readonly failures: number
    /** How many bans in this jail there were, this one included. */
    readonly count: number
    readonly origin: string
    /** What ended it: `time`, `manual`, `spared`, `network`, `room`, `renewal`. */
    readonly endedBy: string
    readonly matches: readonly string[]
  }[]
  /** Failures by the hour in which they were, newest first, of it and of networks around it; an hour by when it began. */
  readonly failures: readonly { readonly jail: string; readonly hour: EpochMs; readonly count: number }[]
}
