/** The machine itself as a World. */
import type { Clock } from './clock.ts'
import { realFiles } from './real-files.ts'
import { realNames } from './real-names.ts'
import { realRun } from './real-run.ts'
import { realWeb } from './real-web.ts'
import type { World } from './world.ts'

export function realWorld(): World {
  return {
    clock: realClock,
    files: realFiles,
    run: realRun(),
    names: realNames,
    chance: { next: Math.random },
    // Loaded when first used: 4 ms of every command's start otherwise.
    digest: {
      sha1: (bytes) => process.getBuiltinModule('node:crypto').hash('sha1', bytes, 'hex'),
      sha512() {
        const sum = process.getBuiltinModule('node:crypto').createHash('sha512')
        return { add: (bytes) => void sum.update(bytes), base64: () => sum.digest('base64') }
      },
    },
    web: realWeb,
  }
}

const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms).unref()
    return () => clearTimeout(timer)
  },
  every(ms, act) {
    const timer = setInterval(act, ms).unref()
    return () => clearInterval(timer)
  },
}
