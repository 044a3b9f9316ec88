/**
 * The history: what the guard must remember. A deed that was kept is kept, power loss included; one that cannot be
 * written now waits and is tried again, and nobody else waits with it. Nothing here throws at who saves.
 */
import { Fault } from '../base/fault.ts'
import type { Clock } from '../world/clock.ts'
import type { Files } from '../world/files.ts'
import type { Outcome } from './backlog.ts'
import type { Deed } from './deed.ts'
import { Holder } from './holder.ts'
import type { Migration } from './migration.ts'
import { type Keep, purgeSteps } from './purge.ts'
import { type Recall, recall } from './recall.ts'
import type { Bounds } from './record.ts'
import { MIGRATIONS } from './schema.ts'
import type { HistoryState } from './state.ts'
import { Writer } from './writer.ts'

export interface History extends Recall {
  /**
   * One transaction, together with what else is saved at this moment. Resolves when it is on disk, or when nothing more
   * will be done to bring it there; never rejects. What was kept is seen by every reading after.
   */
  save(deed: Deed): Promise<Outcome>
  /** The same for who does not wait for a disk in trouble: resolves when it is kept, or when it cannot be just now. */
  entrust(deed: Deed): Promise<void>
  /** Forgets what is old, little by little; how many rows it forgot. Raises the Faults of `Database`. */
  purge(keep: Keep): Promise<number>
  state(): HistoryState
  /** Nothing was there when it was opened, or nothing that could be used: who is banned must be known from elsewhere. */
  readonly isNew: boolean
  /** Writes what waits if it can, gives up the rest, and lets go of the folder. */
  close(): Promise<void>
}

export interface HistoryOptions {
  /** Made with mode 0700 if it is not there. */
  readonly folder: string
  readonly clock: Clock
  readonly files: Files
  /** For the message to a second guard. */
  readonly pid: number
  /** Told of each change of `state` and of each new history; never called by `save` itself. */
  readonly onNotice?: (notice: Notice) => void
  /** What may wait while nothing can be written; default 300,000 rows, some 90 MB: a storm of 50,000 bans on a slow machine. */
  readonly maxWaitingRows?: number
  /** Beyond this it forgets what is missed least; default 512 MiB. */
  readonly maxBytes?: number
  readonly bounds?: Partial<Bounds>
  /** Default: those of this program. */
  readonly migrations?: readonly Migration[]
}

export type Notice =
  | { readonly kind: 'state'; readonly state: HistoryState }
  /** What was kept is gone, and a new history begins: save again what is in force. */
  | { readonly kind: 'replaced'; readonly fault: Fault }
  /** A deed that no history could hold was left out. */
  | { readonly kind: 'refused'; readonly fault: Fault }

/**
 * Opens the history, or starts one. Whatever is wrong with it, the guard goes on: `state` says what.
 * @throws Fault `store.taken` if another guard has the folder
 */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const {
    clock,
    onNotice = () => {},
    maxWaitingRows = 300_000,
    maxBytes = MAX_BYTES,
    migrations = MIGRATIONS,
  } = options
  const holder = new Holder({ ...options, migrations, onReplaced: (fault) => onNotice({ kind: 'replaced', fault }) })
  const writer = new Writer({
    holder,
    clock,
    maxWaitingRows,
    maxBytes,
    onState: (state) => onNotice({ kind: 'state', state }),
    onRefused: (fault) => onNotice({ kind: 'refused', fault }),
  })
  try {
    await writer.start()
  } catch (thrown) {
    holder.release()
    throw thrown
  }
  const readable = () => {
    const database = holder.readable()
    if (!database) throw writer.state().fault ?? new Fault('store.failed', 'the history is closed')
    return database
  }
  return {
    ...recall(readable),
    save: (deed) => writer.save(deed),
    entrust: (deed) => writer.entrust(deed),
    purge: (keep) => writer.chores(purgeSteps(keep, clock.now())),
    state: () => writer.state(),
    isNew: holder.isNew,
    async close() {
      await writer.close()
      holder.release()
    },
  }
}

const MAX_BYTES = 512 * 1024 * 1024
