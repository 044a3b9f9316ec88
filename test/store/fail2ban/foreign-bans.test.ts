import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { test } from 'node:test'
import type { ForeignBan } from '../../../src/store/fail2ban/foreign-ban.ts'
import { openForeignBans } from '../../../src/store/fail2ban/foreign-bans.ts'

/** Columns of `bans` in each schema; 4 adds the table `bips`. */
const COLUMNS = { 1: '', 2: '', 3: 'bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1,' } as const
const T = 1_790_000_000

type Row = readonly [
  jail: string,
  ip: SQLInputValue,
  time: SQLInputValue,
  bantime: SQLInputValue,
  count: SQLInputValue,
  data: SQLInputValue,
]

function make(path: string, schema: 1 | 2 | 3 | 4, bans: readonly Row[], bips: readonly Row[] = []): void {
  const database = new DatabaseSync(path)
  const columns = COLUMNS[schema === 4 ? 3 : schema]
  database.exec(`PRAGMA synchronous = OFF; BEGIN; CREATE TABLE fail2banDb(version INTEGER); INSERT INTO fail2banDb VALUES (${schema});
    CREATE TABLE jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
    CREATE TABLE bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, ${columns} data JSON)`)
  if (schema === 4) {
    database.exec(`CREATE TABLE bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL,
      bantime INTEGER NOT NULL, bancount INTEGER NOT NULL DEFAULT 1, data JSON, PRIMARY KEY(ip, jail))`)
  }
  for (const [table, rows] of [
    ['bans', bans],
    ['bips', bips],
  ] as const) {
    for (const [jail, ip, time, bantime, count, data] of rows) {
      if (columns === '')
        database.prepare('INSERT INTO bans (jail, ip, timeofban, data) VALUES (?, ?, ?, ?)').run(jail, ip, time, data)
      else {
        const sql = `INSERT INTO ${table} (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)`
        database.prepare(sql).run(jail, ip, time, bantime, count, data)
      }
    }
  }
  database.exec('COMMIT')
  database.close()
}

const data = (failures: number, ...matches: unknown[]) => JSON.stringify({ matches, failures })

/** `jail address +from lasts failures/count lines`; those that may be in force with a star. */
function told({ jail, address, from, lasts, failures, count, matches, isLast }: ForeignBan): string {
  return `${isLast ? '*' : ' '} ${jail} ${address} +${from / 1000 - T} ${lasts} ${failures}/${count} ${JSON.stringify(matches)}`
}

const twice: readonly Row[] = [
  ['sshd', '192.0.2.1', T, 600, 1, data(5, 'a')],
  ['sshd', '192.0.2.2', T + 5, 600, 1, data(5, 'b')],
  ['sshd', '192.0.2.1', T + 10, 1200, 2, data(6, 'c')],
]

/** What stands in a database of each schema, and what is read of it. */
const schemas: readonly (readonly [1 | 2 | 3 | 4, readonly Row[], readonly Row[], readonly string[]])[] = [
  ...([1, 2] as const).map(
    (schema) =>
      [
        schema,
        twice,
        [],
        [
          '* sshd 192.0.2.2 +5 undefined 5/1 ["b"]',
          '* sshd 192.0.2.1 +10 undefined 6/2 ["c"]',
          '  sshd 192.0.2.1 +0 undefined 5/1 ["a"]',
        ],
      ] as const,
  ),
  [
    3,
    twice,
    [],
    ['* sshd 192.0.2.2 +5 600 5/1 ["b"]', '* sshd 192.0.2.1 +10 1200 6/2 ["c"]', '  sshd 192.0.2.1 +0 600 5/1 ["a"]'],
  ],
  // An unban takes a ban out of both tables; `bips` keeps what a purge took out of `bans`.
  [
    4,
    twice,
    [twice[2]!, ['sshd', '192.0.2.3', T - 1e6, -1, 3, data(1)]],
    [
      '* sshd 192.0.2.1 +10 1200 6/2 ["c"]',
      '* sshd 192.0.2.3 +-1000000 -1 1/3 []',
      '  sshd 192.0.2.1 +0 600 5/1 ["a"]',
      '  sshd 192.0.2.2 +5 600 5/1 ["b"]',
    ],
  ],
]

for (const [schema, bans, bips, read] of schemas) {
  test(`R15 a database of Fail2ban's schema ${schema} is read, and stays as it is`, () =>
    inFile(async (path) => {
      make(path, schema, bans, bips)
      const before = readFileSync(path)
      assert.deepEqual(await all(path), { schema, bans: read, rows: 0, fault: undefined })
      assert.deepEqual(readFileSync(path), before)
    }))
}

const one = (
  ip: SQLInputValue,
  time: SQLInputValue,
  bantime: SQLInputValue,
  count: SQLInputValue,
  rest: SQLInputValue,
): Row => ['j', ip, time, bantime, count, rest]

/** Rows of `bips`, and what each is taken for; undefined: no ban. */
const rows: readonly (readonly [string, Row, string | undefined])[] = [
  ['data as bytes', one('192.0.2.1', T, 60, 1, Buffer.from(data(2, 'x'))), '* j 192.0.2.1 +0 60 2/1 ["x"]'],
  [
    'a line of three parts',
    one('192.0.2.1', T, 60, 1, data(2, ['', '12:00', ' FAIL'])),
    '* j 192.0.2.1 +0 60 2/1 ["12:00 FAIL"]',
  ],
  [
    'lines that are none',
    one('192.0.2.1', T, 60, 1, data(2, 7, null, {}, [[], 3], 'x')),
    '* j 192.0.2.1 +0 60 2/1 ["x"]',
  ],
  ['data that is no JSON', one('192.0.2.1', T, 60, 1, '{"matches": ['), '* j 192.0.2.1 +0 60 0/1 []'],
  ['data of another kind', one('192.0.2.1', T, 60, 1, '[1]'), '* j 192.0.2.1 +0 60 0/1 []'],
  ['no data', one('192.0.2.1', T, 60, 1, null), '* j 192.0.2.1 +0 60 0/1 []'],
  ['data without end', one('192.0.2.1', T, 60, 1, data(2, 'x'.repeat(2_000_000))), '* j 192.0.2.1 +0 60 0/1 []'],
  ['a count below one', one('192.0.2.1', T, 60, -5, data(-1)), '* j 192.0.2.1 +0 60 0/1 []'],
  ['counts beyond all bounds', one('192.0.2.1', T, 60, 9e17, data(1e300)), '* j 192.0.2.1 +0 60 1000000/1000000 []'],
  ['for ever', one('192.0.2.1', T, -1, 1, null), '* j 192.0.2.1 +0 -1 0/1 []'],
  ['a length that Fail2ban did not know', one('192.0.2.1', T, -2, 1, null), '* j 192.0.2.1 +0 undefined 0/1 []'],
  [
    'a length beyond all bounds',
    one('192.0.2.1', T, 9_000_000_000_000_000_000n, 1, null),
    '* j 192.0.2.1 +0 -1 0/1 []',
  ],
  ['an address that is none', one("';--", T, 60, 1, null), "* j ';-- +0 60 0/1 []"],
  ['bytes for an address', one(Buffer.from([1, 2]), T, 60, 1, null), undefined],
  ['a time that is none', one('192.0.2.1', 'now', 60, 1, null), undefined],
  ['a time beyond all bounds', one('192.0.2.1', 9_000_000_000_000_000_000n, 60, 1, null), undefined],
]

for (const [name, row, ban] of rows) {
  test(`R15 ${name} in Fail2ban's database ${ban === undefined ? 'is no ban' : 'leaves the rest of its ban'}`, () =>
    inFile(async (path) => {
      make(path, 4, [], [row])
      const { bans, rows } = await all(path)
      assert.deepEqual([bans, rows], ban === undefined ? [[], 1] : [[ban], 0])
    }))
}

test('R15 many bans come in pieces, each once', () =>
  inFile(async (path) => {
    const many = Array.from({ length: 2000 }, (_, i): Row => ['j', `10.0.${i >> 8}.${i & 255}`, T + i, 60, 1, null])
    make(path, 4, many, many.slice(500))
    const { bans } = await all(path)
    assert.equal(new Set(bans).size, 2000)
    assert.equal(bans.filter((ban) => ban.startsWith('*')).length, 1500)
  }))

test('R15 a database is read while Fail2ban writes, between two of its transactions', () =>
  inFile(async (path) => {
    make(path, 4, [], [twice[0]!])
    const writer = new DatabaseSync(path)
    writer.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; DELETE FROM bips')
    assert.throws(() => openForeignBans(path), { code: 'import.unreadable', message: /locked/ })
    writer.exec('ROLLBACK; BEGIN')
    writer.prepare('SELECT * FROM bips').all()
    assert.equal((await all(path)).bans.length, 1)
    writer.close()
  }))

test('R15 of a damaged database what can be read is read, and the rest is told', () =>
  inFile(async (path) => {
    const many = Array.from(
      { length: 3000 },
      (_, i): Row => ['j', `10.0.${i >> 8}.${i & 255}`, T + i, 60, 1, data(5, 'x'.repeat(100))],
    )
    make(path, 4, many, many)
    const bytes = readFileSync(path)
    randomBytes(bytes.length >> 2).copy(bytes, bytes.length >> 1)
    writeFileSync(path, bytes)
    const { bans, fault } = await all(path)
    assert.equal(fault, 'import.unreadable')
    assert.ok(bans.length > 500, `${bans.length} bans`)
  }))

/** What stands in the place of a database, and the fault. */
const others: readonly (readonly [string, (path: string) => void, string])[] = [
  ['nothing', () => {}, 'import.unreadable'],
  ['no bytes', (path) => writeFileSync(path, ''), 'import.not-fail2ban'],
  ['a text', (path) => writeFileSync(path, 'no database\n'.repeat(1000)), 'import.unreadable'],
  ['another program', (path) => run(path, 'CREATE TABLE bans (who TEXT)'), 'import.not-fail2ban'],
  [
    'a view',
    (path) => run(path, 'CREATE VIEW bans AS SELECT 1 AS jail, 2 AS ip, 3 AS timeofban'),
    'import.not-fail2ban',
  ],
]

for (const [name, act, code] of others) {
  test(`R15 ${name} in the place of Fail2ban's database is ${code}`, () =>
    inFile(async (path) => {
      act(path)
      assert.throws(() => openForeignBans(path), { code })
    }))
}

test('R15 a newer schema is read by the columns that are known', () =>
  inFile(async (path) => {
    make(path, 4, [], [twice[0]!])
    run(path, 'UPDATE fail2banDb SET version = 9; ALTER TABLE bips ADD COLUMN more TEXT')
    assert.deepEqual(await all(path), {
      schema: 9,
      bans: ['* sshd 192.0.2.1 +0 600 5/1 ["a"]'],
      rows: 0,
      fault: undefined,
    })
  }))

function run(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

async function all(path: string) {
  const { mtimeMs } = statSync(path)
  const foreign = openForeignBans(path)
  const bans: string[] = []
  for await (const batch of foreign.bans()) bans.push(...batch.map(told))
  foreign.close()
  assert.equal(statSync(path).mtimeMs, mtimeMs)
  return { schema: foreign.schema, bans, rows: foreign.left.rows, fault: foreign.left.fault?.code }
}

async function inFile(act: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-foreign-'))
  try {
    await act(join(folder, 'fail2ban.sqlite3'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
