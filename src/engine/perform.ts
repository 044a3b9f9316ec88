/**
 * The only effects of a decision: history, kernel, event. History and kernel start together; a ban is told when both have
 * it, and until the kernel has it, it is pending.
 */
import { printNetwork } from '../base/address.ts'
import { asFault, Fault } from '../base/fault.ts'
import type { BlockChange } from '../firewall/bans.ts'
import type { Block, Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { Decision } from '../jail/decision.ts'
import type { BanEnd, Deed, FailureCount, LiveCounter, OtherFailures } from '../store/deed.ts'
import type { EpochMs } from '../world/clock.ts'
import type { ByNetwork } from './by-network.ts'
import type { Events } from './event.ts'
import type { RequestCounts } from './history/request-counts.ts'
import type { DecisionLog } from './log/decision-lines.ts'
import type { Acts } from './scripts/act.ts'
import type { SteadyClock } from './steady-clock.ts'
import { movedBan } from './wall-history.ts'

export interface Effects {
  readonly clock: SteadyClock
  readonly events: Events
  /** The kernel's ban table; absent when observing. */
  readonly kernel: { putEach(changes: readonly BlockChange[]): Promise<ReadonlyMap<number, Fault>> } | undefined
  readonly save: (deed: Deed) => Promise<void>
  readonly requests: Pick<RequestCounts, 'add'>
  /** false: a reload has taken the jail away, and its bans with it. */
  readonly isHeld: (jail: string) => boolean
  /** undefined: nothing of this jail is in the kernel. */
  readonly scopeOf: (jail: string) => Scope | undefined
  /** The actions that are scripts; absent when observing. */
  readonly acts: Pick<Acts, 'take' | 'decides' | 'withoutOwn'> | undefined
  /** Every ban that is not in force yet: the kernel does not have it, or its jail's scripts have not done it. */
  readonly pending: ByNetwork<true>
  /** What the kernel refused, bans and their lifting: to be tried again. */
  readonly refused: ByNetwork<{ readonly decision: Effect; readonly fault: Fault }>
  /** The jail's ban of this network as it stands now. */
  readonly standing: (ban: Ban) => Ban | undefined
  /** What is wrong, told unless of its topic was told just now; undefined: it is over. */
  readonly trouble: (topic: string, fault: Fault | undefined) => void
  /** Tells whether an ignored address is worth telling again. */
  readonly tellIgnored: (jail: string, address: string) => boolean
  /** A ban had to make room for another. */
  readonly onFull: () => void
  /** Whoever writes it down in lines for scripts. */
  readonly log: DecisionLog | undefined
}

/** A decision that changes the kernel. */
export type Effect = Decision & { readonly kind: 'ban' | 'restore' | 'unban' }

/**
 * Carries out what was decided, and keeps what came with it (log positions) in the same transaction.
 * @returns when kernel and history have it all; never rejects: what the kernel refuses is told and stays pending
 */
export async function perform(effects: Effects, decisions: readonly Decision[], along: Deed = {}): Promise<void> {
  const deed = { ...deedOf(decisions, effects), ...along }
  const changes = decisions.filter(isEffect).filter(({ ban }) => effects.isHeld(ban.jail))
  for (const { kind, ban } of changes) {
    effects.refused.delete(ban)
    if (kind === 'unban') effects.pending.delete(ban)
    else effects.pending.set(ban, true)
  }
  if (effects.log) for (const decision of decisions) effects.log.found(decision)
  effects.acts?.take(decisions)
  const [{ held, faults }] = await Promise.all([
    putAll(effects, effects.acts?.withoutOwn(changes) ?? changes),
    isEmpty(deed) ? undefined : effects.save(deed),
  ])
  tellRefused(effects, faults)
  for (const decision of decisions) if (!isEffect(decision) || held.has(decision)) tell(effects, decision)
}

/** What the scripts of a jail were asked for, and have done: they are all that it has. */
export function performed(effects: Effects, decision: Effect): void {
  if (decision.kind !== 'unban') effects.pending.delete(decision.ban)
  tell(effects, decision)
}

/** Tries again what the kernel refused, unless something else was decided since. */
export async function performAgain(effects: Effects): Promise<void> {
  const decisions = effects.refused.values().map(({ decision }) => decision)
  const again = decisions.filter(({ kind, ban }) => {
    const isHeld = effects.isHeld(ban.jail)
    if (!isHeld) effects.pending.delete(ban)
    const standing = effects.standing(ban)
    const isSame = standing?.from === ban.from && standing.until === ban.until
    const isWanted = isHeld && (kind === 'unban' ? standing === undefined : isSame)
    if (!isWanted) effects.refused.delete(ban)
    return isWanted
  })
  const { held } = await putAll(effects, again)
  if (effects.refused.size === 0) effects.trouble(REFUSED, undefined)
  for (const decision of held) tell(effects, decision)
}

const REFUSED = 'refused changes of bans'

/** Each for itself, as the kernel may refuse one of many. */
async function putAll(
  effects: Effects,
  decisions: readonly Effect[],
): Promise<{ readonly held: ReadonlySet<Decision>; readonly faults: readonly Fault[] }> {
  const refused = await put(effects, decisions)
  const held = new Set<Decision>()
  for (const [index, decision] of decisions.entries()) {
    const fault = refused.get(index)
    if (fault) {
      effects.refused.set(decision.ban, { decision, fault })
      continue
    }
    effects.refused.delete(decision.ban)
    if (decision.kind !== 'unban') effects.pending.delete(decision.ban)
    held.add(decision)
  }
  return { held, faults: [...refused.values()] }
}

async function put({ kernel, scopeOf }: Effects, decisions: readonly Effect[]): Promise<ReadonlyMap<number, Fault>> {
  if (!kernel || decisions.length === 0) return new Map()
  const changes: BlockChange[] = []
  const places: number[] = []
  for (const [index, decision] of decisions.entries()) {
    const scope = scopeOf(decision.ban.jail)
    if (!scope) continue
    changes.push(blockChange(decision, scope))
    places.push(index)
  }
  try {
    const refused = await kernel.putEach(changes)
    return new Map([...refused].map(([index, fault]) => [places[index]!, fault]))
  } catch (thrown) {
    const fault = asFault(thrown, 'kernel.failed')
    return new Map(places.map((index) => [index, fault]))
  }
}

function tellRefused({ trouble }: Effects, [first, ...others]: readonly Fault[]): void {
  if (!first) return
  const { code, message, hint } = first
  const what = others.length === 0 ? 'a change of bans' : `${others.length + 1} changes of bans`
  const words = `the kernel refused ${what}, which will be tried again: ${message}`
  trouble(REFUSED, new Fault(code, words, hint === undefined ? {} : { hint, cause: first }))
}

function isEffect(decision: Decision): decision is Effect {
  return decision.kind === 'ban' || decision.kind === 'restore' || decision.kind === 'unban'
}

/** As it happened; what of it is about the same address becomes one row in `later`. */
function deedOf(decisions: readonly Decision[], { clock, requests }: Effects): Deed {
  const bans: Ban[] = []
  const ends: BanEnd[] = []
  const forgotten: Ban[] = []
  const counters: LiveCounter[] = []
  const failures: FailureCount[] = []
  const others: OtherFailures[] = []
  for (const decision of decisions) {
    switch (decision.kind) {
      case 'found': {
        const { jail, network, time, counter, attempts } = decision
        requests.add(jail, time, counter.matches.at(-1), attempts)
        if (decision.kept) {
          counters.push({ jail, network, ...counter })
          failures.push({ jail, network, time, count: attempts })
        } else addOther(others, jail, time, attempts)
        break
      }
      case 'ban':
        bans.push(decision.ban)
        forgotten.push(decision.ban)
        break
      case 'unban':
        if (decision.why !== 'ended') ends.push({ ...decision.ban, at: clock.now(), by: decision.why })
        forgotten.push(decision.ban)
        break
      case 'absent':
        // Who is pardoned was not banned before, as far as later bans are concerned.
        if (!decision.within) ends.push({ ...decision, at: clock.now(), by: 'manual' })
        break
      default:
    }
  }
  return { bans, ends, counters, failures, others, forgotten }
}

/** Of the same hour but for a batch that spans its turn: then all count for the earlier one. */
function addOther(others: OtherFailures[], jail: string, time: EpochMs, count: number): void {
  const at = others.findIndex((other) => other.jail === jail)
  if (at < 0) others.push({ jail, time, count })
  else others[at] = { ...others[at]!, count: others[at]!.count + count }
}

function isEmpty(deed: Deed): boolean {
  return Object.values(deed).every((rows: readonly unknown[]) => rows.length === 0)
}

function blockChange({ kind, ban }: Effect, scope: Scope): BlockChange {
  const { jail, network } = ban
  if (kind === 'unban') return { kind: 'remove', network, scope, owner: jail }
  return { kind: 'add', block: blockOf(ban, scope) }
}

export function blockOf({ jail, network, until }: Ban, scope: Scope): Block {
  return { network, scope, until, owner: jail }
}

function tell({ clock, events, tellIgnored, onFull, log }: Effects, decision: Decision): void {
  log?.done(decision)
  switch (decision.kind) {
    case 'ban': {
      const ban = movedBan(decision.ban, clock.aheadMs)
      const { jail, until, failures, count, origin, matches } = ban
      const address = printNetwork(ban.network)
      events.tell({ kind: 'ban', jail, address, until, failures, count, origin, line: matches.at(-1) })
      return
    }
    case 'unban':
      if (decision.why === 'room') onFull()
      events.tell({
        kind: 'unban',
        jail: decision.ban.jail,
        address: printNetwork(decision.ban.network),
        why: decision.why,
      })
      return
    case 'ignored': {
      const { jail, network, why } = decision
      const address = printNetwork(network)
      if (tellIgnored(jail, address)) events.tell({ kind: 'ignored', jail, address, why })
      return
    }
    default:
  }
}
