/** Holds the folder and the file in it: opened, exchanged when it is damaged or gone, read from when it cannot be written. */
import { Fault } from '../base/fault.ts'
import type { Files } from '../world/files.ts'
import type { Database } from './database.ts'
import { takeFolder } from './lock.ts'
import type { Migration } from './migration.ts'
import { openForReading, openForWriting } from './prepare.ts'
import { quarantine } from './quarantine.ts'
import { type Bounds, Recorder } from './record.ts'

export interface HolderOptions {
  readonly folder: string
  readonly files: Files
  readonly pid: number
  readonly migrations: readonly Migration[]
  readonly bounds?: Partial<Bounds>
  /** What was kept is gone: `store.quarantined` or `store.moved`. */
  readonly onReplaced: (fault: Fault) => void
}

/** A database and who knows what is in its tables. */
export interface Held {
  readonly database: Database
  readonly recorder: Recorder
}

export class Holder {
  readonly #options: HolderOptions
  readonly #path: string
  #lock: { release(): void } | undefined
  #held: Held | undefined
  #reader: Database | undefined
  /** Whether the history that was opened last had nothing in it. */
  isNew = false

  constructor(options: HolderOptions) {
    this.#options = options
    this.#path = `${options.folder}/history.db`
  }

  /**
   * The database for writing, opened if it is not. One that was moved or removed under it is let go.
   * @throws Fault `store.taken`, `store.newer-schema`, those of `Database` and of Files
   */
  async writable(): Promise<Held> {
    if (this.#held && !this.#stillThere(this.#held.database)) {
      this.letGo()
      this.#options.onReplaced(moved(this.#path))
    }
    this.#held ??= await this.#open()
    return this.#held
  }

  /** The open database, perhaps for reading only. */
  readable(): Database | undefined {
    return this.#held?.database ?? this.#reader
  }

  /** Closes the file, and reads it from now on if it can be read. */
  readOnly(): void {
    this.letGo()
    this.#reader = openForReading(this.#path)
  }

  /** The file turned out to be damaged: the next `writable` begins a new one. */
  quarantine(cause: Fault): void {
    this.letGo()
    this.#options.onReplaced(quarantine(this.#options.files, this.#path, cause))
  }

  letGo(): void {
    const open = [this.#held?.database, this.#reader]
    this.#held = undefined
    this.#reader = undefined
    for (const database of open) database?.close()
  }

  release(): void {
    try {
      this.letGo()
    } finally {
      this.#lock?.release()
      this.#lock = undefined
    }
  }

  async #open(): Promise<Held> {
    const { files, folder, pid, migrations, bounds, onReplaced } = this.#options
    if (!files.stat(folder)) files.makeFolder(folder, 0o700)
    this.#lock ??= takeFolder(files, folder, pid)
    const { database, isNew, quarantined } = await openForWriting(files, this.#path, migrations)
    this.isNew = isNew
    // Readings had the reader until now. SQLite keeps its descriptor open while the new connection has locks.
    this.#reader?.close()
    this.#reader = undefined
    if (quarantined) onReplaced(quarantined)
    return { database, recorder: new Recorder(database, bounds) }
  }

  #stillThere(database: Database): boolean {
    return this.#options.files.stat(this.#path)?.inode === database.inode()
  }
}

function moved(path: string): Fault {
  return new Fault('store.moved', `${path} was moved or removed while it was in use; what is there now is used`, {
    hint: 'stop the guard before its history is exchanged',
    at: { file: path },
  })
}
