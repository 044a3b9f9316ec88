/**
 * The bans that `ufw status` lists, read beside the guard or without one. Of 50,000 SQLite makes the text itself: as rows
 * they take three times as long, and a command that only looks should not be waited for.
 */
import type { Scope } from '../firewall/block.ts'
import type { BanSentence } from '../firewall/rules/ban-sentence.ts'
import type { Ban } from '../jail/ban.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Files } from '../world/files.ts'
import { Database } from './database.ts'
import { type BareColumns, bareBanOf } from './row.ts'

export interface UfwBan extends Ban {
  readonly sentence: BanSentence
}

/** What stands around the address: of the comment the tags are still to be filled in. */
export interface BanLine {
  readonly before: string
  readonly comment: string
}

/** All of it raises the Faults of `Database`. */
export interface UfwBans {
  /** Newest first; of bans that UFW could not tell apart, as of two jails, the first that was made. */
  all(): readonly UfwBan[]
  /** The bans of this address or network, however many jails have one. */
  of(address: string): readonly UfwBan[]
  /**
   * The lines of a family, in the order of `all`.
   * @param print each ban's lines, by its sentence
   * @param before how many lines stand before them, where they are numbered
   */
  lines(
    family: 4 | 6,
    print: (sentence: BanSentence) => readonly BanLine[],
    before?: number,
  ): { readonly text: string; readonly count: number }
  close(): void
}

/**
 * undefined: no guard has ever kept anything there.
 * @throws Fault as `Database`
 */
export function openUfwBans(files: Pick<Files, 'stat'>, folder: string, now: EpochMs): UfwBans | undefined {
  const path = `${folder}/history.db`
  if (!files.stat(path)) return undefined
  // Without its log it is whole, and nobody writes it; to look at it leaves no trace then.
  const database = new Database(path, files.stat(`${path}-wal`) ? 'read' : 'frozen', 1000)
  try {
    return ufwBans(database, now)
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

interface Jail {
  readonly id: number
  readonly name: string
  readonly sentence: BanSentence
}

function ufwBans(database: Database, now: EpochMs): UfwBans {
  const jails = jailsOf(database)
  const open = openBans(database, jails, now)
  let known: string | undefined
  // What is listed: to look for twins only who lists has to.
  const listed = () => {
    known ??= `${open.where} ${withoutTwins(database, jails, open)}`
    return known
  }
  const of = rowsOf(database, jails)
  return {
    all: () => (jails.length === 0 ? [] : of(`${open.from} ${listed()} ORDER BY id DESC`)),
    of: (address) => (jails.length === 0 ? [] : of(`FROM ban ${open.where} AND address = ? ORDER BY id DESC`, address)),
    lines(family, print, before) {
      if (jails.length === 0) return { text: '', count: 0 }
      const values: string[] = []
      const cases = jails.map(({ id, sentence }) => `WHEN ${id} THEN ${lineOf(print(sentence), values)}`).join(' ')
      const number = before === undefined ? '' : `printf('[%2d] ', ${before} + row_number() OVER (ORDER BY id DESC)) ||`
      const rows = `SELECT ${number} CASE jail ${cases} END AS line ${open.from} ${listed()} AND family = ${family} ORDER BY id DESC`
      const sql = `SELECT count(*) AS count, ifnull(group_concat(line, ''), '') AS text FROM (${rows})`
      return { ...database.first<{ text: string; count: number }>(sql, ...values)! }
    },
    close: () => database.close(),
  }
}

function rowsOf(database: Database, jails: readonly Jail[]) {
  const names = new Map(jails.map(({ id, name }) => [id, name]))
  const sentences = new Map(jails.map(({ name, sentence }) => [name, sentence]))
  return (clauses: string, ...values: string[]): UfwBan[] =>
    database
      .all<BareColumns>(`SELECT id, jail, address, since, until, failures, count, origin ${clauses}`, ...values)
      .map((row) => bareBanOf(row, names))
      .map((ban) => ({ ...ban, sentence: sentences.get(ban.jail)! }))
}

/** One text after the other: a line of SQL for each line. */
function lineOf(lines: readonly BanLine[], values: string[]): string {
  return lines
    .map(({ before, comment }) => {
      values.push(before, comment)
      const filled = TAGS.filter(([tag]) => comment.includes(tag)).reduce(
        (sql, [tag, column]) => `replace(${sql}, '${tag}', ${column})`,
        '?',
      )
      return `? || printf('%-26s', address) || ' # ' || ${filled} || char(10)`
    })
    .join(' || ')
}

const TAGS = [
  ['<failures>', 'failures'],
  ['<ip>', 'address'],
  ['<bancount>', 'count'],
] as const

/** None of a history that an older guard wrote. */
function jailsOf(database: Database): readonly Jail[] {
  const { there } = database.first<{ there: number }>(
    `SELECT count(*) AS there FROM pragma_table_info('jail') WHERE name = 'block'`,
  )!
  if (there === 0) return []
  return database
    .all<{ id: number; name: string; block: string }>('SELECT id, name, block FROM jail WHERE block IS NOT NULL')
    .flatMap(({ id, name, block }) => {
      const { sentence } = JSON.parse(block) as { readonly scope: Scope; readonly sentence?: BanSentence }
      return sentence ? [{ id, name, sentence }] : []
    })
}

interface Open {
  readonly from: string
  readonly where: string
}

function openBans(database: Database, jails: readonly Jail[], now: EpochMs): Open {
  const { open, rows } = database.first<{ open: number; rows: number }>(EXTENT)!
  const ids = jails.map(({ id }) => id).join()
  return {
    from: `FROM ban ${open * SEEK_COST > rows ? 'NOT INDEXED' : 'INDEXED BY ban_open'}`,
    where: `WHERE ended IS NULL AND (until IS NULL OR until > ${Math.floor(now)}) AND jail IN (${ids})`,
  }
}

/** To find one row by an index takes as long as to read so many in their order. */
const SEEK_COST = 4
const EXTENT = `SELECT (SELECT count(*) FROM ban INDEXED BY ban_open WHERE ended IS NULL) AS open,
  (SELECT ifnull(max(id) - min(id), 0) FROM ban) AS rows`

/** UFW adds no rule that differs from another only in its comment. @returns a condition that leaves such bans out */
function withoutTwins(database: Database, jails: readonly Jail[], { from, where }: Open): string {
  const groups = Map.groupBy(jails, ({ sentence }) => sentence.application?.name)
  const hidden = [...groups.values()].flatMap((group) => {
    if (group.length < 2) return []
    const ids = group.map(({ id }) => id).join()
    const { addresses } = database.first<{ addresses: string }>(
      `SELECT json_group_array(address) AS addresses ${from} ${where} AND jail IN (${ids})`,
    )!
    const twins = repeated(JSON.parse(addresses) as readonly string[])
    if (twins.length === 0) return []
    const sql = `SELECT id, address FROM ban ${where} AND jail IN (${ids})
      AND address IN (SELECT value FROM json_each(?)) ORDER BY id`
    const seen = new Set<string>()
    return database.all<{ id: number; address: string }>(sql, JSON.stringify(twins)).flatMap(({ id, address }) => {
      const isFirst = !seen.has(address)
      seen.add(address)
      return isFirst ? [] : [id]
    })
  })
  return hidden.length === 0 ? '' : `AND id NOT IN (${hidden.join()})`
}

function repeated(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  if (new Set(texts).size === texts.length) return []
  return texts.filter((text) => {
    const isTwin = seen.has(text)
    seen.add(text)
    return isTwin
  })
}
