/** What ipinfo.io has answered, kept in a database of its own: it is no history, and may be thrown away at any time. */
import type { Answer, Answers } from '../place/ipinfo/answers.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Files } from '../world/files.ts'
import { Database } from './database.ts'

/** Addresses in one statement. */
const PART = 500
/** About 150 bytes each. The oldest go. */
const MOST_ROWS = 1_000_000
/** Nobody writes long: who comes second waits. */
const WAIT_MS = 2000

interface Row {
  readonly address: string
  readonly tier: string
  readonly fields: string
}

/** @throws Fault as `Database`; the methods too */
export function openPlaceAnswers(files: Pick<Files, 'makeFolder'>, folder: string): Answers {
  files.makeFolder(folder, 0o700)
  const database = new Database(`${folder}/answers.db`, 'write', WAIT_MS)
  try {
    // A table of another form is another version's: `answers1`.
    database.exec(`CREATE TABLE IF NOT EXISTS answers1 (
      service TEXT NOT NULL, address TEXT NOT NULL, tier TEXT NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL,
      PRIMARY KEY (service, address)) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS answers1_at ON answers1 (at)`)
  } catch (thrown) {
    database.close()
    throw thrown
  }
  return {
    get(service, addresses, since) {
      const found = new Map<string, Answer>()
      for (let at = 0; at < addresses.length; at += PART) {
        const part = addresses.slice(at, at + PART)
        const rows = database.all<Row>(SOME, service, since, JSON.stringify(part))
        for (const { address, tier, fields } of rows)
          found.set(address, { tier: tier === 'lite' ? 'lite' : 'full', fields: JSON.parse(fields) })
      }
      return found
    },
    put: (service, answers, at) => put(database, service, answers, at),
    close: () => database.close(),
  }
}

const SOME = `SELECT address, tier, fields FROM answers1
  WHERE service = ? AND at >= ? AND address IN (SELECT value FROM json_each(?))`

function put(database: Database, service: string, answers: ReadonlyMap<string, Answer>, at: EpochMs): void {
  database.begin()
  try {
    for (const [address, { tier, fields }] of answers)
      database.run(
        'INSERT OR REPLACE INTO answers1 VALUES (?, ?, ?, ?, ?)',
        service,
        address,
        tier,
        at,
        JSON.stringify(fields),
      )
    database.run(
      'DELETE FROM answers1 WHERE at < (SELECT at FROM answers1 ORDER BY at DESC LIMIT 1 OFFSET ?)',
      MOST_ROWS,
    )
    database.commit()
  } catch (thrown) {
    database.rollback()
    throw thrown
  }
}
