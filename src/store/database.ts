/**
 * SQLite, and the two things that it cannot do for a daemon: make a commit durable without holding up the event loop, and
 * move the log's pages into the database without waiting for the disk. The only importer of the driver.
 *
 * How a commit becomes durable. In WAL mode with synchronous = NORMAL a commit is a write to the page cache: it survives
 * the death of the process, not that of the power. `sync` then has a pool thread call fdatasync on the -wal file; what
 * was committed before the call is on disk when it resolves, whichever descriptor wrote it. The descriptor is opened
 * before anything is written and kept, so that an error of writing back is reported to it too.
 *
 * How the log is emptied. SQLite would fsync the database inside the checkpoint, on our thread. Here the log is on disk
 * first (`sync`), the pages are copied with synchronous = OFF, and a pool thread brings the database to disk. Until that
 * is done nothing may be committed: the next commit may start the log from its beginning, and then the copied pages are
 * all there is. A process killed in between leaves the whole log, which the next start copies again, and `open` syncs the
 * database before its first commit in case a reader kept the log's index alive. What stays on our thread is one fsync of
 * the log's header by SQLite each time that the log begins anew; nothing else of it is waiting for the disk then.
 *
 * POSIX locks: closing any descriptor of a file drops all of the process's locks on it, SQLite's too. Hence nobody but
 * SQLite opens the database, except for the one descriptor here, which is closed after SQLite has let go. No locks are
 * ever taken on the -wal file (they are on the database and on -shm).
 */
import { accessSync, closeSync, constants, fdatasync, fstatSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Fault } from '../base/fault.ts'

export type Value = SQLInputValue

/**
 * write: WAL, for the one writer. read: beside a writer. frozen: a file that nobody writes, on a disk that takes no
 * writing; what only its -wal holds is not seen. lock: for holding its lock alone.
 */
export type Mode = 'write' | 'read' | 'frozen' | 'lock'

/** All methods throw Faults: `store.locked`, `store.full`, `store.read-only`, `store.corrupt`, `store.bad-row`, `store.failed`. */
export class Database {
  readonly path: string
  readonly #connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #file: number | undefined
  #log: number | undefined

  /** Does not wait for locks longer than `waitMs`: a wait in here is a wait of the whole process. */
  constructor(path: string, mode: Mode, waitMs = 0) {
    this.path = path
    const readOnly = mode === 'read' || mode === 'frozen'
    // SQLite would open a file that may not be written for reading, and say so only at the first commit.
    if (!readOnly) createPrivate(path)
    this.#connection = attempt(path, () => new DatabaseSync(location(path, mode), { readOnly, timeout: waitMs }))
    try {
      if (mode !== 'lock') this.exec(mode === 'write' ? FOR_WRITING : FOR_READING)
      if (mode === 'write') this.#openDescriptors()
    } catch (thrown) {
      this.close()
      throw thrown
    }
  }

  /** Runs one statement; how many rows it changed. */
  run(sql: string, ...values: Value[]): number {
    return attempt(this.path, () => Number(this.#prepared(sql).run(...values).changes))
  }

  /** All its rows, as the caller's query names their columns. */
  all<Row extends object>(sql: string, ...values: Value[]): Row[] {
    return attempt(this.path, () => this.#prepared(sql).all(...values)) as Row[]
  }

  first<Row extends object>(sql: string, ...values: Value[]): Row | undefined {
    return attempt(this.path, () => this.#prepared(sql).get(...values)) as Row | undefined
  }

  /** Its rows one after the other, each as a list: for a million of them. */
  *rows<Row extends readonly unknown[]>(sql: string, ...values: Value[]): Generator<Row> {
    const statement = attempt(this.path, () => this.#connection.prepare(sql))
    statement.setReturnArrays(true)
    const rows = statement.iterate(...values) as unknown as Iterator<Row>
    for (;;) {
      const next = attempt(this.path, () => rows.next())
      if (next.done) return
      yield next.value
    }
  }

  /** For statements without values, kept nowhere. */
  exec(sql: string): void {
    attempt(this.path, () => this.#connection.exec(sql))
  }

  /** Takes the write lock at once, so that nothing after it can be refused for a lock. */
  begin(): void {
    this.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    this.exec('COMMIT')
  }

  /** Some errors have rolled back already; that is no error here. */
  rollback(): void {
    if (this.#connection.isOpen && this.#connection.isTransaction) this.exec('ROLLBACK')
  }

  /** What was committed before the call is on disk when it resolves. */
  sync(): Promise<void> {
    return flush(this.path, this.#log)
  }

  /** Bytes of the log that commits are written to. */
  logBytes(): number {
    return this.#log === undefined ? 0 : attempt(this.path, () => fstatSync(this.#log!).size)
  }

  /** The file that is written, to see whether it still is the one with this name. */
  inode(): number | undefined {
    return this.#file === undefined ? undefined : attempt(this.path, () => fstatSync(this.#file!).ino)
  }

  /**
   * Copies the log into the database. Nothing may be committed from its call until it resolves, and everything committed
   * before must have been synced.
   */
  async checkpoint(): Promise<void> {
    try {
      this.exec('PRAGMA synchronous = OFF; PRAGMA wal_checkpoint(PASSIVE)')
    } finally {
      this.exec('PRAGMA synchronous = NORMAL')
    }
    await this.syncFile()
  }

  syncFile(): Promise<void> {
    return flush(this.path, this.#file)
  }

  /** The last one out copies the log and removes it. */
  close(): void {
    this.#statements.clear()
    try {
      if (this.#connection.isOpen) attempt(this.path, () => this.#connection.close())
    } finally {
      for (const descriptor of [this.#log, this.#file]) if (descriptor !== undefined) closeSync(descriptor)
      this.#log = undefined
      this.#file = undefined
    }
  }

  #openDescriptors(): void {
    // A new file's log is made by the first look into it.
    this.exec('SELECT 1 FROM sqlite_schema')
    this.#file = attempt(this.path, () => openSync(this.path, 'r'))
    this.#log = attempt(this.path, () => openSync(`${this.path}-wal`, 'r'))
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

// 2 MiB of pages. The log is emptied when `checkpoint` says, never inside a commit; its size then tells what is in it.
const SMALL = 'PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;'
const FOR_READING = `${SMALL} PRAGMA query_only = ON`
// auto_vacuum counts only for a file that has no pages yet, so it goes before WAL mode, which writes the first.
const FOR_WRITING = `${SMALL} PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 0; PRAGMA foreign_keys = ON`

function location(path: string, mode: Mode): string | URL {
  if (mode !== 'frozen') return path
  const url = pathToFileURL(path)
  url.search = '?immutable=1'
  return url
}

/** SQLite would create it readable for all. Closing drops no lock: a file that did not exist has none. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw storeFault(path, thrown)
    attempt(path, () => accessSync(path, constants.R_OK | constants.W_OK))
  }
}

function flush(path: string, descriptor: number | undefined): Promise<void> {
  if (descriptor === undefined) return Promise.resolve()
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error ? reject(storeFault(path, error)) : resolve()))
  })
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw storeFault(path, thrown)
  }
}

function storeFault(path: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const { errcode, code, message } = thrown as { errcode?: number; code?: string; message?: string }
  const [fault, words] = RESULTS[(errcode ?? -1) & 0xff] ?? ERRORS[code ?? ''] ?? []
  if (!fault)
    return new Fault('store.failed', `${path}: ${message ?? String(thrown)}`, { cause: thrown, at: { file: path } })
  return new Fault(fault, `${path} ${words}`, { cause: thrown, at: { file: path }, ...HINTS[fault] })
}

/** SQLite's primary result codes (sqlite.org/rescode.html): the low byte of what the driver reports. */
const RESULTS: Readonly<Record<number, readonly [string, string]>> = {
  5: ['store.locked', 'is locked by another program'],
  6: ['store.locked', 'is locked by another connection'],
  8: ['store.read-only', 'may not be written'],
  11: ['store.corrupt', 'is damaged'],
  13: ['store.full', 'could not be written: the disk is full'],
  19: ['store.bad-row', 'refuses a row'],
  20: ['store.bad-row', 'refuses a row: a value has the wrong type'],
  26: ['store.corrupt', 'is not a database'],
}

const ERRORS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['store.full', 'could not be written: the disk is full'],
  EDQUOT: ['store.full', 'could not be written: the quota is used up'],
  EACCES: ['store.read-only', 'may not be written by this user'],
  EPERM: ['store.read-only', 'may not be written by this user'],
  EROFS: ['store.read-only', 'is on a read-only file system'],
  ERR_INVALID_ARG_TYPE: ['store.bad-row', 'refuses a row: a value is no value of SQL'],
  ERR_INVALID_ARG_VALUE: ['store.bad-row', 'refuses a row: a value is no value of SQL'],
  // A number that no history of ours holds.
  ERR_OUT_OF_RANGE: ['store.corrupt', 'is damaged: it holds a number beyond all bounds'],
}

const HINTS: Readonly<Record<string, { readonly hint: string }>> = {
  'store.locked': { hint: 'end the program that has it open; bans go on meanwhile and are written then' },
  'store.full': { hint: 'make room; bans go on meanwhile and are written then' },
  'store.read-only': { hint: 'make the folder writable again; bans go on meanwhile and are written then' },
}
