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

export type BanLines = Readonly<Record<4 | 6, string>>

/** All of it raises the Faults of `Database`. */
export interface UfwBans {
  readonly jails: readonly UfwJail[]
  /** Newest first; of bans that UFW could not tell apart, as of two jails, the first that was made. */
  all(): readonly UfwBan[]
  /** The bans of this address or network, however many jails have one. */
  of(address: string): readonly UfwBan[]
  /** The lines of each family, in the order of `all`. @param print each ban's lines, by its sentence */
  lines(print: (sentence: BanSentence, family: 4 | 6) => readonly BanLine[]): BanLines
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

/** One that runs, and whose bans are UFW's. */
export interface UfwJail {
  readonly name: string
  readonly sentence: BanSentence
}

interface Jail extends UfwJail {
  readonly id: number
}

function ufwBans(database: Database, now: EpochMs): UfwBans {
  const jails = jailsOf(database)
  const open = openBans(database, jails, now)
  const of = rowsOf(database, jails)
  const twins = () => withoutTwins(database, jails, open, subjectsOf(database, jails, open))
  return {
    jails,
    all: () => (jails.length === 0 ? [] : of(`${open.from} ${open.where} ${twins()} ORDER BY id DESC`)),
    of: (address) => (jails.length === 0 ? [] : of(`FROM ban ${open.where} AND address = ? ORDER BY id DESC`, address)),
    lines(print) {
      if (jails.length === 0) return { 4: '', 6: '' }
      const { subjects, ...lines } = linesOf(database, jails, open, print)
      const hidden = withoutTwins(database, jails, open, subjects)
      if (hidden === '') return lines
      return linesOf(database, jails, { ...open, where: `${open.where} ${hidden}` }, print)
    },
    close: () => database.close(),
  }
}

/** In one look at the table. */
function linesOf(
  database: Database,
  jails: readonly Jail[],
  { from, where }: Open,
  print: (sentence: BanSentence, family: 4 | 6) => readonly BanLine[],
): BanLines & { readonly subjects: readonly string[] } {
  const values: string[] = []
  const cases = ([4, 6] as const).map((family) => {
    const lines = jails.map(({ id, sentence }) => `WHEN ${id} THEN ${lineOf(print(sentence, family), values)}`)
    return `WHEN ${family} THEN CASE jail ${lines.join(' ')} END`
  })
  const rows = `SELECT family, ${subjectOf(jails)} AS subject, CASE family ${cases.join(' ')} END AS line ${from} ${where} ORDER BY id DESC`
  const text = (family: 4 | 6) =>
    `ifnull(group_concat(line, '') FILTER (WHERE family = ${family}), '') AS text${family}`
  const sql = `SELECT ${text(4)}, ${text(6)}, json_group_array(subject) AS subjects FROM (${rows})`
  const { text4, text6, subjects } = database.first<{ text4: string; text6: string; subjects: string }>(sql, ...values)!
  return { 4: text4, 6: text6, subjects: jails.length < 2 ? [] : (JSON.parse(subjects) as string[]) }
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

/** One text after the other, joined by SQL: `printf` and `replace` would take half as long again. */
function lineOf(lines: readonly BanLine[], values: string[]): string {
  return lines
    .flatMap(({ before, comment }) => {
      const [first = '', ...more] = comment.split(/(<failures>|<ip>|<bancount>)/)
      const pieces = [before, PADDED, ` # ${first}`, ...more.map((piece) => TAGS.get(piece) ?? piece), '\n']
      return pieces.map((piece) => {
        if (COLUMNS.has(piece)) return piece
        values.push(piece)
        return '?'
      })
    })
    .join(' || ')
}

const PADDED = `substr(address || '${' '.repeat(26)}', 1, max(26, length(address)))`
const TAGS = new Map([
  ['<failures>', 'failures'],
  ['<ip>', 'address'],
  ['<bancount>', 'count'],
])
const COLUMNS: ReadonlySet<string> = new Set([PADDED, ...TAGS.values()])

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

/** Of two bans with the same one UFW would have made one rule: it adds none that differs only in its comment. */
function subjectOf(jails: readonly Jail[]): string {
  const names = jails.flatMap(({ id, sentence: { application } }) =>
    application ? [`WHEN ${id} THEN address || ' ${application.name.replaceAll("'", "''")}'`] : [],
  )
  return names.length === 0 ? 'address' : `CASE jail ${names.join(' ')} ELSE address END`
}

function subjectsOf(database: Database, jails: readonly Jail[], { from, where }: Open): readonly string[] {
  if (jails.length < 2) return []
  const sql = `SELECT json_group_array(${subjectOf(jails)}) AS subjects ${from} ${where}`
  return JSON.parse(database.first<{ subjects: string }>(sql)!.subjects) as readonly string[]
}

/** @returns a condition that leaves out all but the first of the same subject */
function withoutTwins(
  database: Database,
  jails: readonly Jail[],
  { where }: Open,
  subjects: readonly string[],
): string {
  const twins = repeated(subjects)
  if (twins.length === 0) return ''
  const addresses = JSON.stringify(twins.map((subject) => subject.split(' ')[0]))
  const sql = `SELECT id, ${subjectOf(jails)} AS subject FROM ban ${where}
    AND address IN (SELECT value FROM json_each(?)) ORDER BY id`
  const seen = new Set<string>()
  const hidden = database.all<{ id: number; subject: string }>(sql, addresses).filter(({ subject }) => {
    const isTwin = seen.has(subject)
    seen.add(subject)
    return isTwin
  })
  return `AND id NOT IN (${hidden.map(({ id }) => id).join()})`
}

function repeated(texts: readonly string[]): readonly string[] {
  if (new Set(texts).size === texts.length) return []
  const seen = new Set<string>()
  return texts.filter((text) => {
    const isTwin = seen.has(text)
    seen.add(text)
    return isTwin
  })
}
