/** What the kernel refused is tried again after one second, then ever later, up to four. */
import type { Effects } from './perform.ts'
import { performAgain } from './perform.ts'

const MAX_PAUSE_TICKS = 4

export interface Retrying {
  /** Once a second. */
  tick(): void
  /** What was in the way may be gone. */
  hurry(): void
}

export function retrying(effects: Effects): Retrying {
  let pause = 1
  let rest = 0
  let running = false
  const begin = () => {
    pause = 1
    rest = 0
  }
  const tick = () => {
    if (effects.refused.size === 0) return begin()
    if (running || rest-- > 0) return
    rest = pause - 1
    pause = Math.min(pause * 2, MAX_PAUSE_TICKS)
    running = true
    void performAgain(effects).finally(() => {
      running = false
    })
  }
  return {
    tick,
    hurry() {
      begin()
      tick()
    },
  }
}
