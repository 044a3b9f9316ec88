/** How far logs were read without a failure, and from where files are read: the core learns it now and then. */
import type { Mark } from '../../source/position.ts'
import type { Batch } from './report.ts'

export interface LateMarks {
  add(log: string, mark: Batch['mark'], lines: number): void
  /**
   * A file is read from here. It is told when no chunk is being looked at: one of the same log, which the mark is behind,
   * could be lost.
   */
  adopt(log: string, mark: Mark): void
  /** Whether a chunk is being looked at. */
  look(isLooking: boolean): void
  /** The lines that were not told; a batch tells them. */
  take(log: string): number
  say(log: string): Promise<void>
  sayAll(): Promise<void>
}

/** @param tell resolves when there is room for more */
export function lateMarks(tell: (batch: Batch) => Promise<void>): LateMarks {
  const unsaid = new Map<string, { mark: Batch['mark']; lines: number }>()
  const adopted = new Map<string, Mark>()
  let isLooking = false
  const take = (log: string) => {
    const lines = unsaid.get(log)?.lines ?? 0
    unsaid.delete(log)
    return lines
  }
  const add = (log: string, mark: Batch['mark'], lines: number) =>
    void unsaid.set(log, { mark, lines: lines + take(log) })
  const settle = () => {
    if (isLooking) return
    for (const [log, mark] of adopted) add(log, mark, 0)
    adopted.clear()
  }
  const say = async (log: string) => {
    const mark = unsaid.get(log)?.mark
    if (mark) await tell({ log, mark, lines: take(log), failures: [] })
  }
  return {
    add,
    adopt(log, mark) {
      adopted.set(log, mark)
      settle()
    },
    look(now) {
      isLooking = now
      settle()
    },
    take,
    say,
    sayAll: async () => void (await Promise.all([...unsaid.keys()].map(say))),
  }
}
