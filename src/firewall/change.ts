/** The smallest change that leads from what the kernel holds to what is wanted. */
import type { EpochMs } from '../world/clock.ts'
import { type End, endOf, type Slot } from './bans.ts'

export interface Step {
  /** `retime`: the element is there, with another end. */
  readonly kind: 'add' | 'remove' | 'retime'
  readonly slot: Slot
  /** Undefined for `remove`. */
  readonly end: End | undefined
}

/**
 * `changed`: what differs from what the kernel was told. `again`: the kernel may have lost it, so elements that should
 * be there too. `retime`: the ends too, since the kernel's own clock cannot be trusted to mean them.
 */
export type Extent = 'changed' | 'again' | 'retime'

/** At most one step for each slot, none for one whose element is as wanted. */
export function change(slots: Iterable<Slot>, now: EpochMs, extent: Extent = 'changed'): Step[] {
  const steps: Step[] = []
  for (const slot of slots) {
    const end = endOf(slot, now)
    const kind = kindOf(slot.sent, end, extent)
    if (kind) steps.push({ kind, slot, end })
  }
  return steps
}

function kindOf(sent: End | undefined, end: End | undefined, extent: Extent): Step['kind'] | undefined {
  if (end === undefined) return sent === undefined ? undefined : 'remove'
  if (sent === undefined) return 'add'
  if (sent !== end) return 'retime'
  return extent === 'changed' ? undefined : extent === 'again' ? 'add' : 'retime'
}

/** The kernel has taken these steps. */
export function taken(steps: readonly Step[]): void {
  for (const { slot, end } of steps) slot.sent = end
}
