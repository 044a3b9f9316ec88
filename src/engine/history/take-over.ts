/**
 * Another guard's bans become ours: those in force by the one door to a ban, with the time that is left to them; the rest
 * as what was before, for who is banned longer each time.
 */
import { type Network, printNetwork } from '../../base/address.ts'
import { printDuration } from '../../base/duration.ts'
import type { Ban } from '../../jail/ban.ts'
import { step } from '../../jail/jail.ts'
import type { ForeignBan } from '../../store/fail2ban/foreign-ban.ts'
import type { History } from '../../store/history.ts'
import type { EpochMs } from '../../world/clock.ts'
import { bannable } from '../enquire.ts'
import type { HeldJail } from '../held-jail.ts'
import type { Jails } from '../jails.ts'
import type { Outcome } from '../outcome.ts'
import { type Effects, perform } from '../perform.ts'
import type { SteadyClock } from '../steady-clock.ts'

export interface TakenOver {
  /** What became of each that is in force. */
  readonly bans: readonly (Omit<Outcome, 'outcome'> & { readonly jail: string })[]
  /** Bans that are over, which the history keeps. */
  readonly past: number
  /** Bans that are over, of no address or of no jail here. */
  readonly left: number
}

export interface TakeOverParts {
  readonly jails: Jails
  readonly history: History
  readonly effects: Effects
  /** Only says what would be. */
  readonly dryRun: boolean
}

/** Resolves when kernel and history have them. */
export async function takeOver(foreign: readonly ForeignBan[], parts: TakeOverParts): Promise<TakenOver> {
  const { history, effects, dryRun } = parts
  const now = effects.clock.now()
  const judged = foreign.map((one) => ({ foreign: one, verdict: judge(onOurClock(one, effects.clock), now, parts) }))
  const past = judged.flatMap(({ verdict }) => (verdict.kind === 'past' ? [verdict.ban] : []))
  const taken = judged.flatMap(({ verdict }) => (verdict.kind === 'taken' ? [verdict.ban] : []))
  if (!dryRun) {
    const restored = taken.map((ban) => ({ kind: 'restore', ban }) as const)
    await Promise.all([perform(effects, restored), history.entrust({ bans: taken, past })])
  }
  return {
    bans: judged.flatMap(({ foreign: { jail, address }, verdict }) =>
      verdict.kind === 'past' || verdict.kind === 'left' ? [] : [{ jail, address, ...told(verdict, now, parts) }],
    ),
    past: past.length,
    left: judged.filter(({ verdict }) => verdict.kind === 'left').length,
  }
}

function onOurClock(one: ForeignBan, { aheadMs }: SteadyClock): ForeignBan {
  return aheadMs === 0 ? one : { ...one, from: one.from - aheadMs }
}

type Verdict =
  | { readonly kind: 'taken'; readonly ban: Ban }
  | { readonly kind: 'past'; readonly ban: Ban }
  /** As long at least. */
  | { readonly kind: 'already' }
  | { readonly kind: 'refused'; readonly why: string }
  /** A ban that is over, and that no history can hold. */
  | { readonly kind: 'left' }

function judge(foreign: ForeignBan, now: EpochMs, { jails, dryRun }: TakeOverParts): Verdict {
  const jail = jails.get(foreign.jail)
  const network = bannable(foreign.address)
  const until = endOf(foreign, jail, now)
  const isOver = !foreign.isLast || (until !== undefined && until <= now)
  if (!jail || !network) return isOver ? { kind: 'left' } : { kind: 'refused', why: whyNot(jail, foreign.address) }
  const ban = banOf(foreign, network, until, now)
  if (isOver) return { kind: 'past', ban: { ...ban, until: Math.min(until ?? now, now) } }
  const { state } = jail
  const standing = state.bans.get(printNetwork(network))
  if (standing && endsLater(standing, ban)) return { kind: 'already' }
  const why = state.ignored(network)
  if (why !== undefined) return { kind: 'refused', why: `is never banned: ${why}` }
  if (!dryRun) step(state, { kind: 'restore', ban }, now)
  return { kind: 'taken', ban }
}

/** As its own record says; where that says nothing, as its jail here bans. */
function endOf({ from, lasts }: ForeignBan, jail: HeldJail | undefined, now: EpochMs): EpochMs | undefined {
  const seconds = lasts ?? jail?.state.options.bantime ?? 0
  // One from the future was made by a clock that was ahead.
  return seconds < 0 ? undefined : Math.min(from, now) + seconds * 1000
}

function banOf(foreign: ForeignBan, network: Network, until: EpochMs | undefined, now: EpochMs): Ban {
  const { jail, from, failures, count, matches } = foreign
  return { jail, network, from: Math.min(from, now), until, failures, count, matches, origin: 'import' }
}

function endsLater(standing: Ban, ban: Ban): boolean {
  return standing.until === undefined || (ban.until !== undefined && standing.until >= ban.until)
}

function whyNot(jail: HeldJail | undefined, address: string): string {
  if (!jail) return 'no jail of this name runs here'
  return `"${address}" is no address, or too wide a network`
}

function told(
  verdict: Verdict & { kind: 'taken' | 'already' | 'refused' },
  now: EpochMs,
  { effects, dryRun }: TakeOverParts,
): Omit<Outcome, 'address' | 'outcome'> {
  switch (verdict.kind) {
    case 'taken': {
      const { ban } = verdict
      const isPending = effects.refused.has(ban)
      const lasts = ban.until === undefined ? 'for ever' : `for ${printDuration((ban.until - now) / 1000)} more`
      const words = dryRun ? 'would be banned' : isPending ? 'is about to be banned' : 'banned'
      return { done: !isPending, words: `${words} ${lasts}` }
    }
    case 'already':
      return { done: true, words: 'is banned here already' }
    case 'refused':
      return { done: false, words: verdict.why }
    default:
      return verdict satisfies never
  }
}
