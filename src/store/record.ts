/** Writes deeds as rows. Bounds what an attacker can make grow: how many addresses and values an hour keeps apart. */
import { printNetwork } from '../base/address.ts'
import { capText } from '../base/cap-text.ts'
import type { Ban } from '../jail/ban.ts'
import type { EpochMs } from '../world/clock.ts'
import {
  BAN_LINES,
  COUNTER_LINES,
  capFields,
  capLines,
  type LineCap,
  MAX_EVENT_BYTES,
  MAX_NAME_BYTES,
  MAX_VALUE_BYTES,
} from './cap.ts'
import type { Database } from './database.ts'
import type {
  BanEnd,
  ClockStep,
  Deed,
  EventRow,
  FailureCount,
  JailBlock,
  LiveCounter,
  LogPosition,
  OtherFailures,
  TraitCount,
} from './deed.ts'

export const HOUR_MS = 3_600_000

export interface Bounds {
  /** What an hour of a jail keeps apart; twice as many are let in before the smallest are folded together. */
  readonly addresses: number
  /** Of each trait, in the same way. */
  readonly values: number
  /** Of a ban. */
  readonly lines: LineCap
}

const BOUNDS: Bounds = { addresses: 20_000, values: 200, lines: BAN_LINES }
/** Rows between two turns of the event loop: some 3 ms. */
const ROWS_PER_TURN = 250

/** Lives as long as its database. */
export class Recorder {
  readonly #database: Database
  readonly #bounds: Bounds
  /** Jails' numbers; there are as many as the admin configured. */
  readonly #jails = new Map<string, number>()
  /** Rows of each (hour, jail, trait) that was written to lately. */
  readonly #rows = new Map<string, number>()
  #written = 0
  /** Bans are kept with their lines; not while the history is too large. */
  keepsLines = true

  constructor(database: Database, bounds: Partial<Bounds> = {}) {
    this.#database = database
    this.#bounds = { ...BOUNDS, ...bounds }
  }

  /** Writes a deed inside the caller's transaction; yields whenever everything else should have its turn. */
  *record(deed: Deed): Generator<void> {
    for (const step of deed.clockSteps ?? []) yield* this.#clockStep(step)
    yield* this.#each(deed.bans, (ban) => this.#ban(ban))
    yield* this.#each(deed.past, (ban) => this.#past(ban))
    yield* this.#each(deed.ends, (end) => this.#end(end))
    yield* this.#each(deed.failures, (failure) => this.#failure(failure))
    yield* this.#each(deed.others, (others) => this.#others(others))
    yield* this.#each(deed.traits, (trait) => this.#trait(trait))
    yield* this.#each(deed.counters, (counter) => this.#counter(counter))
    yield* this.#each(deed.forgotten, (gone) => this.#forgotten(gone))
    yield* this.#each(deed.positions, (position) => this.#position(position))
    yield* this.#each(deed.events, (event) => this.#event(event))
    if (deed.blocks) this.#blocks(deed.blocks)
  }

  /** After a rollback: what was remembered of the tables may not be so. */
  forget(): void {
    this.#jails.clear()
    this.#rows.clear()
  }

  *#each<Row>(rows: readonly Row[] = [], write: (row: Row) => void): Generator<void> {
    for (const row of rows) {
      write(row)
      if (++this.#written % ROWS_PER_TURN === 0) yield
    }
  }

  /** A piece of the table after the other: there may be a million bans. */
  *#clockStep({ movedMs }: ClockStep): Generator<void> {
    for (const [table, sql] of [
      ['ban', MOVE_BANS],
      ['counter', MOVE_COUNTERS],
    ] as const) {
      const last = this.#database.first<{ id: number | null }>(`SELECT max(id) AS id FROM ${table}`)?.id ?? 0
      for (let id = 0; id <= last; id += ROWS_PER_TURN)
        yield void this.#database.run(sql, movedMs, id, id + ROWS_PER_TURN)
    }
  }

  #ban(ban: Ban): void {
    this.#database.run(RENEW_BAN, ban.from, printNetwork(ban.network), this.#jail(ban.jail))
    this.#insert(SAVE_BAN, ban)
  }

  #past(ban: Ban): void {
    this.#insert(SAVE_PAST, ban)
  }

  #insert(sql: string, ban: Ban): void {
    this.#database.run(
      sql,
      this.#jail(ban.jail),
      printNetwork(ban.network),
      ban.network.family,
      ban.from,
      ban.until ?? null,
      ban.failures,
      ban.count,
      ban.origin,
      this.keepsLines ? capLines(ban.matches, this.#bounds.lines) : '[]',
      this.keepsLines ? capFields(ban.fields) : null,
    )
  }

  #end({ jail, network, at, by }: BanEnd): void {
    this.#database.run(END_BAN, at, capText(by, MAX_NAME_BYTES), printNetwork(network), this.#jail(jail))
  }

  #failure({ jail, network, time, count }: FailureCount): void {
    const hour = hourOf(time)
    const number = this.#jail(jail)
    const address = printNetwork(network)
    if (this.#database.run(ADD_FAILURE, count, hour, number, address) > 0) return
    this.#database.run(NEW_FAILURE, hour, number, address, count)
    if (this.#grown(`${hour} ${number}`, COUNT_FAILURES, hour, number) <= 2 * this.#bounds.addresses) return
    this.#database.run(FOLD_FAILURES, hour, number, hour, number, this.#bounds.addresses)
    this.#database.run(CUT_FAILURES, hour, number, hour, number, this.#bounds.addresses)
    this.#rows.delete(`${hour} ${number}`)
  }

  #others({ jail, time, count }: OtherFailures): void {
    this.#database.run(ADD_OTHERS, hourOf(time), this.#jail(jail), count)
  }

  #trait({ jail, time, trait, value, count }: TraitCount): void {
    const hour = hourOf(time)
    const number = this.#jail(jail)
    const text = capText(value, MAX_VALUE_BYTES)
    if (this.#database.run(ADD_TRAIT, count, hour, number, trait, text) > 0) return
    this.#database.run(NEW_TRAIT, hour, number, trait, text, count)
    const key = `${hour} ${number} ${trait}`
    if (this.#grown(key, COUNT_TRAITS, hour, number, trait) <= 2 * this.#bounds.values) return
    this.#database.run(FOLD_TRAITS, hour, number, trait, hour, number, trait, this.#bounds.values)
    this.#database.run(CUT_TRAITS, hour, number, trait, hour, number, trait, this.#bounds.values)
    this.#rows.delete(key)
  }

  #counter({ jail, network, count, first, last, matches }: LiveCounter): void {
    const lines = capLines(matches, COUNTER_LINES)
    this.#database.run(SAVE_COUNTER, this.#jail(jail), printNetwork(network), count, first, last, lines)
  }

  #forgotten({ jail, network }: Pick<LiveCounter, 'jail' | 'network'>): void {
    this.#database.run(FORGET, this.#jail(jail), printNetwork(network))
  }

  #position({ log, position }: LogPosition): void {
    this.#database.run(SAVE_POSITION, log, JSON.stringify(position))
  }

  #event({ seq, time, kind, body }: EventRow): void {
    // A cut body would be no JSON.
    const kept = Buffer.byteLength(body) > MAX_EVENT_BYTES ? '{"cut":true}' : body
    this.#database.run(SAVE_EVENT, seq, time, capText(kind, MAX_NAME_BYTES), kept)
  }

  #blocks(blocks: readonly JailBlock[]): void {
    this.#database.run('UPDATE jail SET block = NULL WHERE block IS NOT NULL')
    for (const { jail, ...block } of blocks) {
      this.#database.run('UPDATE jail SET block = ? WHERE id = ?', JSON.stringify(block), this.#jail(jail))
    }
  }

  #jail(name: string): number {
    const known = this.#jails.get(name)
    if (known !== undefined) return known
    const text = capText(name, MAX_NAME_BYTES)
    this.#database.run('INSERT INTO jail (name) VALUES (?) ON CONFLICT DO NOTHING', text)
    const { id } = this.#database.first<{ id: number }>('SELECT id FROM jail WHERE name = ?', text)!
    this.#jails.set(name, id)
    return id
  }

  /** How many rows there are under `key` after one more; counted in the table only the first time. */
  #grown(key: string, count: string, ...values: (string | number)[]): number {
    const known = this.#rows.get(key)
    const rows = known === undefined ? this.#database.first<{ rows: number }>(count, ...values)!.rows : known + 1
    if (this.#rows.size > MAX_KEYS) this.#rows.clear()
    this.#rows.set(key, rows)
    return rows
  }
}

/** Late lines may belong to many hours: what is forgotten is counted again. */
const MAX_KEYS = 1000

function hourOf(time: EpochMs): EpochMs {
  return time - (time % HOUR_MS)
}

// A new ban while one is open (the guard was down when that was lifted): the older one ended where the new one begins.
const RENEW_BAN = `UPDATE ban SET ended = min(ifnull(until, ?1), ?1), ended_by = iif(until <= ?1, 'time', 'renewal')
  WHERE address = ?2 AND jail = ?3 AND ended IS NULL AND since <> ?1`

const SAVE_BAN = `INSERT INTO ban (jail, address, family, since, until, failures, count, origin, matches, fields)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (address, jail, since) DO UPDATE SET until = excluded.until, failures = excluded.failures,
    count = excluded.count, origin = excluded.origin, ended = NULL, ended_by = NULL,
    matches = CASE excluded.matches WHEN '[]' THEN matches ELSE excluded.matches END,
    fields = ifnull(excluded.fields, fields)`

const SAVE_PAST = `INSERT INTO ban (jail, address, family, since, until, failures, count, origin, matches, fields, ended, ended_by)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ifnull(?5, ?4), 'time') ON CONFLICT DO NOTHING`

// One that ran out is still open here: lifted by hand, it ended when it did, but is pardoned.
const END_BAN = `UPDATE ban SET ended = min(ifnull(until, ?1), ?1), ended_by = ?2
  WHERE address = ?3 AND jail = ?4 AND ended IS NULL`

const ADD_FAILURE = 'UPDATE failure SET count = count + ? WHERE hour = ? AND jail = ? AND address = ?'
const NEW_FAILURE = 'INSERT INTO failure (hour, jail, address, count) VALUES (?, ?, ?, ?)'
const ADD_OTHERS = `INSERT INTO failure (hour, jail, address, count) VALUES (?, ?, '', ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`
const COUNT_FAILURES = 'SELECT count(*) AS rows FROM failure WHERE hour = ? AND jail = ?'
const LEAST_FAILURES = `SELECT address FROM failure WHERE hour = ? AND jail = ? AND address <> '' ORDER BY count DESC, address
  LIMIT -1 OFFSET ?`
const FOLD_FAILURES = `INSERT INTO failure (hour, jail, address, count)
  SELECT hour, jail, '', sum(count) FROM failure WHERE hour = ? AND jail = ? AND address IN (${LEAST_FAILURES}) GROUP BY hour, jail
  ON CONFLICT DO UPDATE SET count = count + excluded.count`
const CUT_FAILURES = `DELETE FROM failure WHERE hour = ? AND jail = ? AND address IN (${LEAST_FAILURES})`

const ADD_TRAIT = 'UPDATE trait SET count = count + ? WHERE hour = ? AND jail = ? AND trait = ? AND value = ?'
const NEW_TRAIT = 'INSERT INTO trait (hour, jail, trait, value, count) VALUES (?, ?, ?, ?, ?)'
const COUNT_TRAITS = 'SELECT count(*) AS rows FROM trait WHERE hour = ? AND jail = ? AND trait = ?'
const LEAST_TRAITS = `SELECT value FROM trait WHERE hour = ? AND jail = ? AND trait = ? AND value <> '' ORDER BY count DESC, value
  LIMIT -1 OFFSET ?`
const FOLD_TRAITS = `INSERT INTO trait (hour, jail, trait, value, count)
  SELECT hour, jail, trait, '', sum(count) FROM trait WHERE hour = ? AND jail = ? AND trait = ? AND value IN (${LEAST_TRAITS})
  GROUP BY hour, jail, trait
  ON CONFLICT DO UPDATE SET count = count + excluded.count`
const CUT_TRAITS = `DELETE FROM trait WHERE hour = ? AND jail = ? AND trait = ? AND value IN (${LEAST_TRAITS})`

const SAVE_COUNTER = `INSERT INTO counter (jail, address, count, first, last, matches) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (jail, address) DO UPDATE SET count = excluded.count, first = excluded.first, last = excluded.last,
    matches = excluded.matches`
const FORGET = 'DELETE FROM counter WHERE jail = ? AND address = ?'

// OR IGNORE: a ban that is over may have begun at that very moment.
const MOVE_BANS = `UPDATE OR IGNORE ban SET since = since + ?1, until = until + ?1
  WHERE id >= ?2 AND id < ?3 AND ended IS NULL`
const MOVE_COUNTERS = 'UPDATE counter SET first = first + ?1, last = last + ?1 WHERE id >= ?2 AND id < ?3'
const SAVE_POSITION =
  'INSERT INTO position (log, place) VALUES (?, ?) ON CONFLICT (log) DO UPDATE SET place = excluded.place'

const SAVE_EVENT = 'INSERT INTO event (seq, time, kind, body) VALUES (?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING'
