/** A Decision: what a jail makes of an event. Carried out in engine/. */
import type { Network } from '../base/address.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Ban } from './ban.ts'
import type { Counter } from './counter.ts'

/**
 * Why a ban is over: its time is, somebody lifted it, its address is spared now, the network around it is banned as long,
 * or there are so many bans that it had to make room.
 */
export type Lifted = 'ended' | 'manual' | 'spared' | 'network' | 'room'

export type Decision =
  | {
      readonly kind: 'found'
      readonly jail: string
      readonly network: Network
      readonly time: EpochMs
      readonly attempts: number
      readonly counter: Counter
      /** Bans of this network before, as far as they were asked for. */
      readonly earlier: number
      /** Whether the history keeps the counter: a flood of sources has more than it should. */
      readonly kept: boolean
    }
  /** So many of its addresses fail that this network is to be banned. */
  | { readonly kind: 'crowded'; readonly jail: string; readonly network: Network }
  | { readonly kind: 'ignored'; readonly jail: string; readonly network: Network; readonly why: string }
  | { readonly kind: 'already'; readonly ban: Ban }
  /** `prolongs`: it is the ban that there was, with another end. */
  | { readonly kind: 'ban'; readonly ban: Ban; readonly prolongs: boolean }
  | { readonly kind: 'restore'; readonly ban: Ban }
  /** `ended`: its time is over, the kernel has let go by itself. */
  | { readonly kind: 'unban'; readonly ban: Ban; readonly why: Lifted }
  /** `within`: it is banned as a part of this. */
  | { readonly kind: 'absent'; readonly jail: string; readonly network: Network; readonly within: Ban | undefined }
