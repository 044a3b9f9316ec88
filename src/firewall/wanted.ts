/** What the kernel should hold, as far as the healer asks. */
import type { Clock } from '../world/clock.ts'
import { type Bans, countOf, type Slot, slotsOf } from './bans.ts'
import { countRules } from './nft.ts'

export interface ElementName {
  readonly set: string
  readonly address: string
}

export interface Wanted {
  count(): number
  /** One element of each set that has one. */
  sample(): readonly ElementName[]
  /** The next so many elements: in turn all. */
  next(count: number): readonly ElementName[]
  /** Rules of our table. */
  rules(): number
}

/** What ends so soon may be gone when it is asked for. */
const SOON_MS = 10_000

/** @param isDeclared whether the kernel was told of a set */
export function wantedOf(bans: Bans, clock: Clock, isDeclared: (set: string) => boolean): Wanted {
  let rest: Iterator<Slot> = [][Symbol.iterator]()
  return {
    count: () => countOf(bans),
    sample() {
      const soon = clock.now() + SOON_MS
      return [...bans.sets.values()].flatMap((of) => {
        for (const [address, id] of of.ids) if (of.sent[id]! > soon) return [{ set: of.set.name, address }]
        return []
      })
    },
    next(count) {
      const names: ElementName[] = []
      while (names.length < count) {
        const slot = rest.next()
        if (slot.done) {
          rest = slotsOf(bans)[Symbol.iterator]()
          break
        }
        names.push({ set: slot.value.of.set.name, address: slot.value.address })
      }
      return names
    },
    rules: () => countRules([...bans.sets.values()].map(({ set }) => set).filter(({ name }) => isDeclared(name))),
  }
}
