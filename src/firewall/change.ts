/** The smallest change that leads from what the kernel holds to what is wanted. */
import type { EpochMs } from '../world/clock.ts'
import { countSent, type Elements, type End, endOf, noteSent, type Slot, sentOf } from './bans.ts'

export interface Step {
  /** `retime`: the element is there, with another end. */
  readonly kind: 'add' | 'remove' | 'retime'
  readonly slot: Slot
  /** Undefined for `remove`. */
  readonly end: End | undefined
}

/** `changed`: what differs from what the kernel was told. `again`: the kernel may have lost it, so what should be there too. */
export type Extent = 'changed' | 'again'

/** At most one step for each slot, none for one whose element is as wanted. */
export function change(slots: Iterable<Slot>, now: EpochMs, extent: Extent = 'changed'): Step[] {
  return [...changes(slots, now, extent)]
}

/** The same, one by one: of a million slots there is never a list. */
export function* changes(slots: Iterable<Slot>, now: EpochMs, extent: Extent): Iterable<Step> {
  for (const slot of slots) {
    const end = endOf(slot, now)
    const kind = kindOf(sentOf(slot), end, extent)
    if (kind) yield { kind, slot, end }
  }
}

function kindOf(sent: End | undefined, end: End | undefined, extent: Extent): Step['kind'] | undefined {
  if (end === undefined) return sent === undefined ? undefined : 'remove'
  if (sent === undefined) return 'add'
  if (sent !== end) return 'retime'
  return extent === 'changed' ? undefined : 'add'
}

/** The kernel has taken these steps. */
export function taken(steps: readonly Step[]): void {
  for (const { slot, end } of steps) noteSent(slot, end)
}

/** Below this, an element at a time costs nothing. */
const FEW = 100

/** The sets of which these steps remove every element: one word empties them, instead of two for each element. */
export function emptied(steps: readonly Step[]): Elements[] {
  if (steps.length < FEW) return []
  const removals = new Map<Elements, number>()
  for (const { kind, slot } of steps) {
    if (kind === 'remove') removals.set(slot.of, (removals.get(slot.of) ?? 0) + 1)
  }
  return [...removals].flatMap(([of, count]) => (count >= FEW && count === countSent(of) ? [of] : []))
}
