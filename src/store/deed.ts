/** A Deed: what one batch of lines, one command or one tick led to, to be kept whole or not at all. */
import type { Network } from '../base/address.ts'
import type { Scope } from '../firewall/block.ts'
import type { BanSentence } from '../firewall/rules/ban-sentence.ts'
import type { Ban } from '../jail/ban.ts'
import type { Mark } from '../source/position.ts'
import type { EpochMs } from '../world/clock.ts'

export interface Deed {
  /** Before all else: what is in force or counts stays as long ago as it was. */
  readonly clockSteps?: readonly ClockStep[]
  /** A ban with the jail, network and `from` of one that is kept replaces it: prolonged, or said again. */
  readonly bans?: readonly Ban[]
  /** Bans that were over before the guard heard of them: another program's. Those that are kept stay as they are. */
  readonly past?: readonly Ban[]
  readonly ends?: readonly BanEnd[]
  readonly failures?: readonly FailureCount[]
  readonly others?: readonly OtherFailures[]
  readonly traits?: readonly TraitCount[]
  readonly counters?: readonly LiveCounter[]
  /** Counters that are no more: they led to a ban, or findtime is over. */
  readonly forgotten?: readonly { readonly jail: string; readonly network: Network }[]
  readonly positions?: readonly LogPosition[]
  readonly events?: readonly EventRow[]
  /** Of all jails that run: of others it is forgotten. */
  readonly blocks?: readonly JailBlock[]
}

/** How a jail's bans stand in the kernel, for who asks while nobody guards. */
export interface JailBlock {
  readonly jail: string
  readonly scope: Scope
  /** As what UFW lists them; undefined: they are not UFW's. */
  readonly sentence: BanSentence | undefined
  /** Names of the actions that do something else at its bans, and undo it. */
  readonly actions: readonly string[]
}

/** The wall clock was set. */
export interface ClockStep {
  readonly movedMs: number
}

/** A ban ended before its time. One that only ran out needs no end. */
export interface BanEnd {
  readonly jail: string
  readonly network: Network
  readonly at: EpochMs
  /** Who or what ended it: `manual`, `peer`, `stop` ... */
  readonly by: string
}

/** Failures to add to those of an hour. */
export interface FailureCount {
  readonly jail: string
  readonly network: Network
  /** Any moment in the hour. */
  readonly time: EpochMs
  readonly count: number
}

/** Failures to add to those of an hour, of addresses that are too many to keep apart. */
export type OtherFailures = Omit<FailureCount, 'network'>

/** What the failures of an hour asked for. Values are hostile text, kept up to MAX_VALUE_BYTES. */
export interface TraitCount {
  readonly jail: string
  readonly time: EpochMs
  readonly trait: 'port' | 'path' | 'agent' | 'user'
  readonly value: string
  readonly count: number
}

/** A jail's counter of one network, as it stands: it replaces the one before. */
export interface LiveCounter {
  readonly jail: string
  readonly network: Network
  readonly count: number
  readonly first: EpochMs
  readonly last: EpochMs
  readonly matches: readonly string[]
}

export interface LogPosition {
  readonly log: string
  readonly position: Mark
}

export interface EventRow {
  readonly seq: number
  readonly time: EpochMs
  readonly kind: string
  /** JSON text. */
  readonly body: string
}

/** How many rows it will cost, near enough: long lines cost as much as rows, since what waits is bounded by it. */
export function sizeOf(deed: Deed): number {
  let rows = 0
  for (const list of Object.values(deed) as readonly (readonly unknown[] | undefined)[]) rows += list?.length ?? 0
  let letters = 0
  for (const list of [deed.bans, deed.past, deed.counters]) {
    for (const { matches } of list ?? []) for (const line of matches) letters += line.length
  }
  return rows + Math.floor(letters / LETTERS_OF_A_ROW)
}

const LETTERS_OF_A_ROW = 1024

/** Without what only statistics need: what is given up first when the history cannot be written for long. */
export function withoutStatistics(deed: Deed): Deed {
  const { failures: _failures, others: _others, traits: _traits, events: _events, ...needed } = deed
  return needed
}
