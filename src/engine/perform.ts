/**
 * The only effects of a decision: history, kernel, event. History and kernel start together; a ban is told when both have
 * it, and until the kernel has it, it is pending.
 */
import { type Network, printNetwork } from '../base/address.ts'
import { asFault } from '../base/fault.ts'
import type { BlockChange } from '../firewall/bans.ts'
import type { Scope } from '../firewall/block.ts'
import type { Ban } from '../jail/ban.ts'
import type { Decision } from '../jail/jail.ts'
import type { BanEnd, Deed, FailureCount, LiveCounter } from '../store/deed.ts'
import type { Clock } from '../world/clock.ts'
import type { Events } from './event.ts'

export interface Effects {
  readonly clock: Clock
  readonly events: Events
  /** The kernel's ban table; absent when observing. */
  readonly kernel: { put(changes: readonly BlockChange[]): Promise<void> } | undefined
  readonly save: (deed: Deed) => Promise<void>
  readonly scopeOf: (jail: string) => Scope
  /** `jail address` of every ban that the kernel does not have yet. */
  readonly pending: Set<string>
  /** Tells whether an ignored address is worth telling again. */
  readonly tellIgnored: (jail: string, address: string) => boolean
}

/**
 * Carries out what was decided, and keeps what came with it (log positions) in the same transaction.
 * @returns when kernel and history have it all; never rejects: what the kernel refuses is told and stays pending
 */
export async function perform(effects: Effects, decisions: readonly Decision[], along: Deed = {}): Promise<void> {
  const deed = { ...deedOf(decisions, effects.clock), ...along }
  const changes = decisions.flatMap((decision) => blockChange(decision, effects.scopeOf))
  const bans = decisions.flatMap((decision) => (decision.kind === 'ban' ? [decision.ban] : []))
  for (const decision of decisions) {
    if (decision.kind === 'ban' || decision.kind === 'restore') effects.pending.add(keyOf(decision.ban))
    if (decision.kind === 'unban') effects.pending.delete(keyOf(decision.ban))
  }
  const [held] = await Promise.all([putAll(effects, changes, bans), isEmpty(deed) ? undefined : effects.save(deed)])
  if (!held) return
  for (const decision of decisions) {
    if (decision.kind === 'ban' || decision.kind === 'restore') effects.pending.delete(keyOf(decision.ban))
    tell(effects, decision)
  }
}

async function putAll(
  { kernel, events }: Effects,
  changes: readonly BlockChange[],
  bans: readonly Ban[],
): Promise<boolean> {
  if (!kernel || changes.length === 0) return true
  try {
    await kernel.put(changes)
    return true
  } catch (thrown) {
    const { code, message, hint } = asFault(thrown, 'kernel.failed')
    const whom = bans.length === 1 ? printNetwork(bans[0]!.network) : `${bans.length} addresses`
    events.tell({ kind: 'fault', code, message: `${whom} could not be banned: ${message}`, hint })
    return false
  }
}

/** One row an address, however often it stands in the batch. */
function deedOf(decisions: readonly Decision[], clock: Clock): Deed {
  const bans: Ban[] = []
  const ends: BanEnd[] = []
  const forgotten: Ban[] = []
  const counters = new Map<string, LiveCounter>()
  const failures = new Map<string, FailureCount>()
  for (const decision of decisions) {
    switch (decision.kind) {
      case 'found': {
        const { jail, network, time, counter, attempts } = decision
        const key = keyOf(decision)
        counters.set(key, { jail, network, ...counter })
        const before = failures.get(key)
        // Of the same hour but for a batch that spans its turn: then all count for the later one.
        failures.set(key, { jail, network, time, count: (before?.count ?? 0) + attempts })
        break
      }
      case 'ban':
        bans.push(decision.ban)
        counters.delete(keyOf(decision.ban))
        forgotten.push(decision.ban)
        break
      case 'unban':
        if (decision.why === 'manual') ends.push({ ...decision.ban, at: clock.now(), by: 'manual' })
        forgotten.push(decision.ban)
        break
      default:
    }
  }
  return { bans, ends, counters: [...counters.values()], failures: [...failures.values()], forgotten }
}

function isEmpty(deed: Deed): boolean {
  return Object.values(deed).every((rows: readonly unknown[]) => rows.length === 0)
}

function blockChange(decision: Decision, scopeOf: (jail: string) => Scope): BlockChange[] {
  switch (decision.kind) {
    case 'ban':
    case 'restore': {
      const { jail, network, until } = decision.ban
      return [{ kind: 'add', block: { network, scope: scopeOf(jail), until, owner: jail } }]
    }
    case 'unban': {
      const { jail, network } = decision.ban
      return [{ kind: 'remove', network, scope: scopeOf(jail), owner: jail }]
    }
    default:
      return []
  }
}

function tell({ events, tellIgnored }: Effects, decision: Decision): void {
  switch (decision.kind) {
    case 'ban': {
      const { ban } = decision
      const { jail, until, failures, count, origin, matches } = ban
      const address = printNetwork(ban.network)
      events.tell({ kind: 'ban', jail, address, until, failures, count, origin, line: matches.at(-1) })
      return
    }
    case 'unban':
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

export function keyOf({ jail, network }: { readonly jail: string; readonly network: Network }): string {
  return `${jail} ${printNetwork(network)}`
}
