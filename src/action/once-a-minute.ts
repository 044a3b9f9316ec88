/** Faults of an action as a person is told them: of each kind one a minute, with how many there were since. */
import { Fault } from '../base/fault.ts'
import type { Clock } from '../world/clock.ts'

const MINUTE_MS = 60_000

export function onceAMinute(clock: Clock, tell: (fault: Fault) => void): (fault: Fault) => void {
  const kinds = new Map<string, { toldMs: number; more: number }>()
  return (fault) => {
    const now = clock.monotonic()
    const kind = kinds.get(fault.code)
    if (kind && now - kind.toldMs < MINUTE_MS) {
      kind.more++
      return
    }
    kinds.set(fault.code, { toldMs: now, more: 0 })
    tell(kind && kind.more > 0 ? withCount(fault, kind.more) : fault)
  }
}

function withCount({ code, message, hint, at }: Fault, more: number): Fault {
  const details = { ...(hint === undefined ? {} : { hint }), ...(at ? { at } : {}) }
  return new Fault(code, `${message} (and ${more} more like it since the last was told)`, details)
}
