/**
 * What the history holds. Times are milliseconds since 1970 UTC, hours are the time at which they begin. Addresses are
 * canonical text (a host without prefix, a network with it), so that equal addresses are equal texts. Places are not
 * here: they are joined when asked, from data that changes under them.
 */
import type { Migration } from './migration.ts'

/** "RAMP": tells our file from any other SQLite file. */
export const APPLICATION = 0x52414d50

/** In order, never changed once released: what is missing is added by the next number. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `
      CREATE TABLE jail (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
      ) STRICT;

      -- One row a ban. It is active while ended is NULL and until is NULL (for ever) or to come.
      CREATE TABLE ban (
        id INTEGER PRIMARY KEY,
        jail INTEGER NOT NULL REFERENCES jail,
        address TEXT NOT NULL,
        family INTEGER NOT NULL CHECK (family IN (4, 6)),
        since INTEGER NOT NULL,
        until INTEGER,
        failures INTEGER NOT NULL,
        count INTEGER NOT NULL,
        origin TEXT NOT NULL,
        ended INTEGER,
        ended_by TEXT,
        matches TEXT NOT NULL -- JSON: the lines, oldest first
      ) STRICT;
      CREATE UNIQUE INDEX ban_of_address ON ban (address, jail, since);
      CREATE INDEX ban_open ON ban (until) WHERE ended IS NULL;
      CREATE INDEX ban_of_jail ON ban (jail);
      CREATE INDEX ban_since ON ban (since, jail);

      -- Failures rolled up; address '' stands for those of an hour that had too many to keep apart.
      CREATE TABLE failure (
        hour INTEGER NOT NULL,
        jail INTEGER NOT NULL REFERENCES jail,
        address TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (hour, jail, address)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX failure_of_address ON failure (address, hour);

      -- What the failures of an hour asked for: trait is port, path, agent, user; value '' stands for the rest.
      CREATE TABLE trait (
        hour INTEGER NOT NULL,
        jail INTEGER NOT NULL REFERENCES jail,
        trait TEXT NOT NULL,
        value TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (hour, jail, trait, value)
      ) STRICT, WITHOUT ROWID;

      -- Counters that have not led to a ban yet.
      CREATE TABLE counter (
        id INTEGER PRIMARY KEY,
        jail INTEGER NOT NULL REFERENCES jail,
        address TEXT NOT NULL,
        count INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        matches TEXT NOT NULL,
        UNIQUE (jail, address)
      ) STRICT;

      CREATE TABLE position (
        log TEXT PRIMARY KEY,
        place TEXT NOT NULL -- JSON: a Position or a Cursor
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL -- JSON
      ) STRICT;
      CREATE INDEX event_time ON event (time);
    `,
  },
  {
    number: 2,
    sql: `
      -- JSON: what the filter's groups held, of bans whose actions ask for it.
      ALTER TABLE ban ADD COLUMN fields TEXT;
    `,
  },
  {
    number: 3,
    sql: `
      -- JSON: how the bans of a jail that runs stand in the kernel, and in UFW's words; NULL: it does not run.
      ALTER TABLE jail ADD COLUMN block TEXT;
    `,
  },
]
