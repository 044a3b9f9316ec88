/** How an engine ends: what waits is decided upon, scripts undo what they did, kernel and history have their time. */
import { asFault, Fault } from '../base/fault.ts'
import type { BanTable } from '../firewall/ban-table.ts'
import type { History } from '../store/history.ts'
import type { Clock } from '../world/clock.ts'
import type { Asking } from './asking/asking.ts'
import type { Pipeline } from './pipeline.ts'
import type { Acts } from './scripts/act.ts'

export interface EndingParts {
  readonly clock: Clock
  readonly history: History
  readonly table: BanTable | undefined
  readonly acts?: Acts | undefined
  readonly asking?: Asking
  readonly pipeline: Pick<Pipeline, 'settled'>
  /** All that waits goes to the history. */
  readonly flush: () => void
}

/** What waits for an answer is decided upon without one. */
const ASKING_MS = 1000
/** What is left of the ten seconds of an end when kernel and history have theirs. */
const ACTS_MS = 4000
/** Kernel and history are waited for this long. */
const CLOSE_MS = 5000
const STAY = 'bans in the kernel stay there until their ends'
const SLOW = `kernel or history did not answer in time: ${STAY}`

export class Ending {
  readonly #parts: EndingParts
  #acted: Promise<void> | undefined

  constructor(parts: EndingParts) {
    this.#parts = parts
  }

  /** Scripts undo what they did, and no more are run. They have a time of their own: begun early, it is over early. */
  actions(): Promise<void> {
    this.#acted ??= this.#parts.acts?.stop(ACTS_MS) ?? Promise.resolve()
    return this.#acted
  }

  /** What still waits for an answer of the world counts. */
  async hurry(): Promise<void> {
    const { asking, clock, pipeline } = this.#parts
    if (!asking) return
    const late = Promise.withResolvers<void>()
    const cancel = clock.after(ASKING_MS, late.resolve)
    await Promise.race([asking.hurry().then(() => pipeline.settled()), late.promise])
    cancel()
  }

  /** @throws Fault `engine.slow-stop`, and what kernel or history refuse */
  async close(keep: boolean): Promise<void> {
    const { clock, table, history, flush } = this.#parts
    const put = table?.close({ keep }).catch((thrown) => {
      const { code, message } = asFault(thrown, 'kernel.refused')
      throw new Fault(code, `${message}: ${STAY}`)
    })
    put?.catch(() => {}) // Told with the rest below.
    await this.actions()
    flush()
    const closed = Promise.allSettled([put, history.close()])
    const results = await Promise.race([
      closed,
      new Promise<[]>((resolve) => void clock.after(CLOSE_MS, () => resolve([]))),
    ])
    if (results.length === 0) throw new Fault('engine.slow-stop', SLOW)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}
