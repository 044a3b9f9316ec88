/** Few things at once; those that find no place wait in their order, and not too many of them. */

/** What `act` gives; undefined if too many wait already, or `isGone` says that nobody needs it when its turn comes. */
export type Limiter = <T>(act: () => Promise<T>, isGone?: () => boolean) => Promise<T | undefined>

export function limiter(atOnce: number, maxWaiting: number): Limiter {
  let busy = 0
  const waiting: (() => void)[] = []
  return async (act, isGone = () => false) => {
    if (busy >= atOnce) {
      if (waiting.length >= maxWaiting) return undefined
      await new Promise<void>((resolve) => void waiting.push(resolve))
    } else busy++
    try {
      return isGone() ? undefined : await act()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy--
    }
  }
}
