/**
 * The one who writes. Deeds saved while a transaction is on its way to disk share the next one (group commit). All work
 * is done one piece after the other: a transaction that is spread over several turns of the event loop must not meet
 * another, and nothing may be committed during a checkpoint.
 */
import { asFault, type Fault } from '../base/fault.ts'
import type { Clock } from '../world/clock.ts'
import { Backlog, type Outcome, type Waiting } from './backlog.ts'
import type { Database } from './database.ts'
import type { Deed } from './deed.ts'
import type { Held, Holder } from './holder.ts'
import { cutSteps, type Progress, type Step, usedBytes } from './purge.ts'
import type { Recorder } from './record.ts'
import { type HistoryState, pauseAfter, troubleOf } from './state.ts'
import { turn } from './turn.ts'

/** Rows of one transaction, more only if one deed has more. */
const MAX_ROWS = 10_000
/** The log is emptied from here on when nothing waits; copying so much takes some 5 ms. */
const IDLE_LOG_BYTES = 4 * 1024 * 1024
/** From here on in any case. */
const MAX_LOG_BYTES = 16 * 1024 * 1024

export interface WriterOptions {
  readonly holder: Holder
  readonly clock: Clock
  readonly maxWaitingRows: number
  /** Of the database; beyond this it is cut. */
  readonly maxBytes: number
  readonly onState: (state: HistoryState) => void
  readonly onRefused: (fault: Fault) => void
}

export class Writer {
  readonly #options: WriterOptions
  readonly #holder: Holder
  readonly #backlog: Backlog
  #fault: Fault | undefined
  #attempts = 0
  /** Deeds to be written one by one, since one of them cannot be written at all. */
  #oneByOne = 0
  /** Size of the log when it was last copied: a reader may have kept it from being emptied. */
  #copiedBytes = 0
  #working: Promise<void> | undefined
  #cutting: Promise<void> | undefined
  /** Those who wait only while all is well. */
  readonly #trusting = new Set<() => void>()
  #last: Promise<unknown> = Promise.resolve()
  #endPause: (() => void) | undefined
  #closing = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#holder = options.holder
    this.#backlog = new Backlog(options.maxWaitingRows)
  }

  /** @throws Fault `store.taken`; what else is wrong becomes the state */
  async start(): Promise<void> {
    try {
      await this.#holder.writable()
    } catch (thrown) {
      const fault = asFault(thrown, 'store.failed')
      if (fault.code === 'store.taken') throw fault
      this.#failed(fault)
      if (!this.#isHopeless()) this.#wake()
    }
  }

  save(deed: Deed): Promise<Outcome> {
    if (this.#closing || this.#isHopeless()) return Promise.resolve('lost')
    const outcome = this.#backlog.add(deed)
    this.#wake()
    return outcome
  }

  entrust(deed: Deed): Promise<void> {
    const outcome = this.save(deed)
    if (this.#fault) return Promise.resolve()
    return new Promise((resolve) => {
      this.#trusting.add(resolve)
      void outcome.then(() => {
        this.#trusting.delete(resolve)
        resolve()
      })
    })
  }

  /**
   * Each step until it has no more to do, in transactions of its own; between two of them the deeds have their turn.
   * @returns how many rows were forgotten
   */
  async chores(steps: readonly Step[]): Promise<number> {
    let rows = 0
    for (const step of steps) {
      for (let more = !this.#closing; more; ) {
        const done = await this.#inTurn(() => this.#chore(step))
        rows += done.rows
        more = done.more && !this.#closing
      }
    }
    return rows
  }

  state(): HistoryState {
    const kind = this.#fault ? troubleOf(this.#fault) : 'ok'
    return { kind, fault: this.#fault, waitingRows: this.#backlog.rows, lostRows: this.#backlog.lostRows }
  }

  /** Writes what waits if it can be written now; what cannot is lost. */
  async close(): Promise<void> {
    this.#closing = true
    this.#endPause?.()
    await this.#working
    await this.#last
    this.#backlog.loseAll()
  }

  #wake(): void {
    this.#working ??= this.#work()
  }

  /** Until nothing waits and all is well. */
  async #work(): Promise<void> {
    // All that is saved at this moment goes into one transaction. What has just failed would fail again.
    await (this.#fault ? this.#pause() : undefined)
    while (!this.#backlog.isEmpty || this.#fault) {
      try {
        await this.#inTurn(() => this.#writeNext())
      } catch (thrown) {
        this.#failed(asFault(thrown, 'store.failed'))
        if (this.#isHopeless()) this.#backlog.loseAll()
        if (this.#isHopeless() || this.#closing) break
        await this.#pause()
      }
    }
    // At once, with nothing awaited since the look at the backlog: what is saved from now on wakes it again.
    this.#working = undefined
  }

  async #writeNext(): Promise<void> {
    const held = await this.#holder.writable()
    const batch = this.#backlog.take(this.#oneByOne > 0 ? 1 : MAX_ROWS)
    this.#oneByOne = Math.max(0, this.#oneByOne - 1)
    try {
      await transact(held, () => record(held, batch))
    } catch (thrown) {
      return this.#giveBack(batch, asFault(thrown, 'store.bad-row'))
    }
    const outcome = await this.#bringToDisk(held.database)
    if (outcome === 'kept') this.#succeeded()
    for (const { settle } of batch) settle(outcome)
    if (outcome === 'lost') return
    await this.#tidy(held)
    // Only now: a disk on which just the log has room left is asked less and less often.
    this.#attempts = 0
  }

  /** Trouble with the disk is no deed's fault: all wait. What SQLite refuses as a row it would refuse for ever. */
  #giveBack(batch: readonly Waiting[], fault: Fault): void {
    if (fault.code === 'store.bad-row' && batch.length === 1) {
      this.#backlog.lose(batch)
      this.#options.onRefused(fault)
      return
    }
    this.#backlog.putBack(batch)
    if (fault.code !== 'store.bad-row') throw fault
    this.#oneByOne = batch.length
  }

  /**
   * After an error the kernel has forgotten which pages failed, and a second fdatasync that succeeds proves nothing. A
   * checkpoint writes the pages to another place, and syncs that.
   */
  async #bringToDisk(database: Database): Promise<Outcome> {
    for (let repair = false; ; repair = true) {
      try {
        if (repair) await database.checkpoint()
        await database.sync()
        return 'kept'
      } catch (thrown) {
        this.#tell(asFault(thrown, 'store.failed'))
        if (this.#closing) return 'lost'
        await this.#pause()
      }
    }
  }

  async #tidy({ database, recorder }: Held): Promise<void> {
    const bytes = database.logBytes()
    if (bytes < this.#copiedBytes) this.#copiedBytes = 0
    const limit = this.#backlog.isEmpty ? IDLE_LOG_BYTES : MAX_LOG_BYTES
    if (bytes - this.#copiedBytes < limit) return
    await database.sync()
    await database.checkpoint()
    this.#copiedBytes = bytes
    if (usedBytes(database) > this.#options.maxBytes) this.#cut(recorder)
  }

  /** To a size from which it takes a while to grow back. */
  #cut(recorder: Recorder): void {
    const { clock, maxBytes } = this.#options
    recorder.keepsLines = false
    this.#cutting ??= this.chores(cutSteps(0.9 * maxBytes, clock.now()))
      .catch(() => {}) // The next checkpoint tries again.
      .then(() => {
        recorder.keepsLines = true
        this.#cutting = undefined
      })
  }

  async #chore(step: Step): Promise<Progress> {
    const held = await this.#holder.writable()
    const done = await transact(held, async () => step(held.database))
    // Rows may be gone that the recorder remembers.
    held.recorder.forget()
    await this.#tidy(held)
    return done
  }

  #failed(fault: Fault): void {
    this.#tell(fault)
    try {
      if (fault.code === 'store.corrupt') this.#holder.quarantine(fault)
      else if (!['locked', 'full'].includes(troubleOf(fault))) this.#holder.readOnly()
      else if (!this.#holder.readable()) this.#holder.readOnly()
    } catch (thrown) {
      this.#fault = asFault(thrown, 'store.failed')
    }
  }

  #tell(fault: Fault): void {
    const before = this.state().kind
    this.#fault = fault
    this.#attempts++
    for (const goOn of this.#trusting) goOn()
    this.#trusting.clear()
    if (this.state().kind !== before) this.#options.onState(this.state())
  }

  #succeeded(): void {
    if (!this.#fault) return
    this.#fault = undefined
    this.#options.onState(this.state())
  }

  /** Nothing but another program version can write it. */
  #isHopeless(): boolean {
    return this.#fault?.code === 'store.newer-schema'
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(pauseAfter(troubleOf(this.#fault!), this.#attempts), resolve)
      this.#endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act)
    this.#last = result.catch(() => {})
    return result
  }
}

async function transact<T>({ database, recorder }: Held, act: () => Promise<T>): Promise<T> {
  try {
    database.begin()
    const result = await act()
    database.commit()
    return result
  } catch (thrown) {
    recorder.forget()
    database.rollback()
    throw thrown
  }
}

async function record({ recorder }: Held, batch: readonly Waiting[]): Promise<void> {
  for (const { deed } of batch) for (const _pause of recorder.record(deed)) await turn()
}
