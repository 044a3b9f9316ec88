/** Whether the kernel holds exactly those bans that the guard says it holds: both are read, and compared. */
import { asFault } from '../../base/fault.ts'
import { addressIn, banSet } from '../../firewall/ban-set.ts'
import type { BanTable } from '../../firewall/ban-table.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Clock } from '../../world/clock.ts'
import { type HeldJail, isBlocking } from '../held-jail.ts'
import type { Verified } from '../status.ts'

export interface VerifyParts {
  readonly clock: Clock
  readonly jails: readonly HeldJail[]
  readonly table: BanTable | undefined
  readonly isPending: (ban: Ban) => boolean
}

/** nft lists that many in a second; a million in minutes, and takes as long for each set. */
const MAX_LISTED = 50_000
/** What is being changed just now is looked at again. */
const AGAIN_MS = 1500
const MAX_TOLD = 100

/** What differs at both of two looks. Never throws: what cannot be read is told. */
export async function verify(parts: VerifyParts): Promise<Verified> {
  const first = await look(parts)
  if (!('differing' in first) || first.differing.size === 0) return told(first)
  await new Promise<void>((resolve) => void parts.clock.after(AGAIN_MS, resolve))
  const second = await look(parts)
  if (!('differing' in second)) return told(second)
  const both = [...second.differing].filter(([name, where]) => first.differing.get(name) === where)
  return told({ ...second, differing: new Map(both) })
}

type Where = 'missing' | 'extra'

type Look =
  | { readonly bans: number; readonly unread: string }
  /** `set address`, and where it is not. */
  | { readonly bans: number; readonly differing: ReadonlyMap<string, Where> }

async function look({ clock, jails, table, isPending }: VerifyParts): Promise<Look> {
  const bans = jails
    .filter(isBlocking)
    .flatMap(({ scope, state }) => [...state.bans.values()].map((ban) => ({ ban, scope })))
  const names = ({ ban, scope }: (typeof bans)[number]) =>
    `${banSet(scope, ban.network).name} ${addressIn(ban.network)}`
  const isOver = ({ until }: Ban) => until !== undefined && until <= clock.now()
  const wanted = new Set(bans.map(names))
  const count = bans.length
  if (!table) return { bans: count, unread: 'this guard only observes' }
  if (wanted.size > MAX_LISTED) {
    return { bans: count, unread: `nft takes too long to list more than ${MAX_LISTED} elements` }
  }
  try {
    const held = await table.elements()
    const said = new Set(bans.filter(({ ban }) => !isPending(ban) && !isOver(ban)).map(names))
    const missing = [...said].filter((name) => !held.has(name))
    const extra = [...held].filter((name) => !wanted.has(name))
    const rules = (await table.lacksRules()) ? ['rules'] : []
    return {
      bans: count,
      differing: new Map<string, Where>([
        ...[...rules, ...missing].map((name) => [name, 'missing'] as const),
        ...extra.map((name) => [name, 'extra'] as const),
      ]),
    }
  } catch (thrown) {
    return { bans: count, unread: asFault(thrown, 'kernel.refused').message }
  }
}

function told(look: Look): Verified {
  const { bans } = look
  if ('unread' in look) return { bans, unread: look.unread, missing: [], extra: [], more: 0 }
  const those = (wanted: Where) => [...look.differing].flatMap(([name, where]) => (where === wanted ? [name] : []))
  const [missing, extra] = [those('missing'), those('extra')]
  const more = Math.max(0, missing.length - MAX_TOLD) + Math.max(0, extra.length - MAX_TOLD)
  return { bans, missing: missing.slice(0, MAX_TOLD), extra: extra.slice(0, MAX_TOLD), more }
}
