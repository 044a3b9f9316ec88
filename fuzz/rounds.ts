/** The loop around a fuzz target, and what a target may end in. */
import { Fault } from '../src/base/fault.ts'

/** `node fuzz/TARGET.ts [SECONDS] [SEED]`: one seed after another; of one that fails the number is told. */
export function rounds(target: (seed: number) => void): void {
  const [seconds = 10, first = Date.now() % 1e9] = process.argv.slice(2).map(Number)
  const end = Date.now() + seconds * 1000
  let seed = first
  while (Date.now() < end) {
    try {
      target(seed++)
    } catch (thrown) {
      console.error(`seed ${seed - 1}`)
      throw thrown
    }
  }
  console.log(`${seed - first} rounds from seed ${first}: nothing but values and Faults`)
}

/** @throws what is no Fault */
export function onlyFaults(act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
  }
}
