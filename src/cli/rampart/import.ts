/** `rampart import fail2ban`: what Fail2ban knew, and the rules of ufw that it left behind, become the running guard's. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { readServer } from '../../config/read-server.ts'
import { ask } from '../../control/client.ts'
import { printForeignBans } from '../../control/foreign-text.ts'
import type { TakenOver } from '../../engine/history/take-over.ts'
import type { ForeignBan } from '../../store/fail2ban/foreign-ban.ts'
import { type ForeignBans, openForeignBans } from '../../store/fail2ban/foreign-bans.ts'
import { paint, plural, printJson, table, thousands } from '../print.ts'
import type { Setting } from '../setting.ts'
import type { LeftOutcome, LeftRule } from './left-rules.ts'

export interface ImportOptions {
  readonly database?: string
  readonly dryRun: boolean
  readonly json?: boolean
  readonly config: readonly string[]
  readonly socket: string
}

/** What `--json` prints: names and meanings stay. */
interface Told extends TakenOver {
  /** undefined: there is none, only rules are left. */
  readonly database: string | undefined
  readonly schema: number | undefined
  readonly dryRun: boolean
  /** Rows that are no bans. */
  readonly unusable: number
  /** Rules of ufw that it left behind. */
  readonly rules: readonly LeftOutcome[]
  /** Why not all of it could be read. */
  readonly fault: { readonly code: string; readonly message: string } | undefined
}

/** @returns 0 if every ban in force is the guard's now, else 1 */
export async function importFail2ban(setting: Setting, options: ImportOptions): Promise<number> {
  const { leftRules, takeOverRules } = await import('./left-rules.ts')
  const left = leftRules(setting)
  const database = databaseHere(setting, options, left)
  // Without a guard nothing need be read.
  await ask(options.socket, { verb: 'ping' })
  const known = new Map<string, ForeignBan>()
  const bans = database === undefined ? NO_BANS : await takeOverBans(database, left, known, options)
  const rules = left.length === 0 ? [] : await takeOverRules(setting, known, options)
  const told: Told = { database, dryRun: options.dryRun, ...bans, rules }
  setting.terminal.out(options.json ? printJson(told) : print(setting, told))
  return told.fault || [...told.bans, ...rules].some(({ done }) => !done) ? 1 : 0
}

const NO_BANS = { schema: undefined, bans: [], past: 0, left: 0, unusable: 0, fault: undefined }

/** undefined: there is none, but rules are left. @throws Fault `import.none`, `import.absent` */
function databaseHere(setting: Setting, options: ImportOptions, left: readonly LeftRule[]): string | undefined {
  const isNamed = options.database !== undefined
  try {
    const database = options.database ?? databaseOf(setting, options.config)
    const found = database === '' ? undefined : setting.world.files.stat(database)
    if (!found) throw absent(database)
    // A pipe would be waited for without end.
    if (found.kind !== 'file') throw noFile(database)
    return database
  } catch (thrown) {
    if (isNamed || left.length === 0 || !(thrown instanceof Fault)) throw thrown
    return undefined
  }
}

/** @param known is told what it says last of the bans whose rules are left */
async function takeOverBans(
  database: string,
  left: readonly LeftRule[],
  known: Map<string, ForeignBan>,
  options: ImportOptions,
) {
  const { leftKey } = await import('./left-rules.ts')
  const wanted = new Set(left.map(leftKey))
  const foreign = openForeignBans(database)
  const note = (ban: ForeignBan) => {
    if (ban.isLast && wanted.has(leftKey(ban))) known.set(leftKey(ban), ban)
  }
  try {
    return await handOver(foreign, note, options)
  } finally {
    foreign.close()
  }
}

/** Where fail2ban.conf says that it is. @throws Fault `import.none` if Fail2ban keeps none */
function databaseOf({ world, stockFolder }: Setting, config: readonly string[]): string {
  const folders = [stockFolder, ...config.filter((folder) => world.files.stat(folder) !== undefined)]
  const { dbfile } = readServer(world, folders).server
  if (dbfile.startsWith('/')) return dbfile
  throw new Fault('import.none', `fail2ban.conf says dbfile = ${dbfile}: Fail2ban keeps no database`, {
    hint: 'name one: --database FILE',
  })
}

function absent(path: string): Fault {
  return new Fault(
    'import.absent',
    `${path === '' ? 'a file without a name' : path} is not there: Fail2ban has left no database`,
    {
      hint: 'name it: --database FILE (dbfile in fail2ban.conf)',
      at: { file: path },
    },
  )
}

function noFile(path: string): Fault {
  return new Fault('import.not-fail2ban', `${path} is no file`, {
    hint: "name Fail2ban's database: --database FILE (dbfile in fail2ban.conf)",
    at: { file: path },
  })
}

async function handOver(
  foreign: ForeignBans,
  note: (ban: ForeignBan) => void,
  { socket, dryRun }: ImportOptions,
): Promise<Omit<Told, 'database' | 'dryRun' | 'rules'>> {
  const bans: TakenOver['bans'][number][] = []
  let [past, left] = [0, 0]
  for await (const batch of foreign.bans()) {
    batch.forEach(note)
    for (const text of messages(batch)) {
      const taken = await ask(socket, { verb: 'import', bans: text, dryRun })
      bans.push(...taken.bans)
      past += taken.past
      left += taken.left
    }
  }
  const { rows: unusable, fault } = foreign.left
  const why = fault && { code: fault.code, message: fault.message }
  return { schema: foreign.schema, bans, past, left, unusable, fault: why }
}

/** Texts that fit into a message each. */
function* messages(bans: readonly ForeignBan[]): Generator<string> {
  let text = ''
  for (const ban of bans) {
    const line = printForeignBans([ban])
    if (text !== '' && text.length + line.length > MAX_LETTERS) {
      yield text
      text = ''
    }
    text += line
  }
  if (text !== '') yield text
}

/** Escaped they take four bytes each at most, and a message may have a megabyte. */
const MAX_LETTERS = 150_000

function print({ terminal }: Setting, told: Told): string {
  const { dryRun, bans, past, left, unusable, fault, database, rules } = told
  const all = [...bans, ...rules.filter(({ done }) => !done)]
  const shown = [...all].sort((a, b) => Number(a.done) - Number(b.done)).slice(0, MAX_SHOWN)
  const rows = shown.map(({ jail, address, done, words }) => [
    { text: printable(address), colour: done ? ('green' as const) : ('yellow' as const) },
    printable(jail),
    printable(words),
  ])
  const taken = bans.filter(({ done }) => done).length
  const lines = [
    table(terminal, rows).trimEnd(),
    all.length > shown.length && `... and ${thousands(all.length - shown.length)} more (--json prints all)`,
    database !== undefined &&
      `${thousands(taken)} of ${thousands(bans.length)} bans in force ${dryRun ? 'would be taken' : 'are taken'} over from ${printable(database)}`,
    past > 0 && `${plural(past, 'ban')} of the past ${dryRun ? 'would count' : 'taken over'} for bantime.increment`,
    left > 0 && `${plural(left, 'ban')} of the past left out: no address, or no jail of their name runs here`,
    unusable > 0 && `${thousands(unusable)} rows are no bans`,
    rules.length > 0 &&
      `${thousands(rules.filter(({ done }) => done).length)} of ${thousands(rules.length)} rules that Fail2ban left behind in ufw ${dryRun ? 'would become' : 'became'} bans, or ${dryRun ? 'go' : 'went'} with one that is over`,
    fault && paint(terminal, 'yellow', `not all of it could be read: ${printable(fault.message)}`),
  ]
  return lines.map((line) => (line ? `${line}\n` : '')).join('')
}

const MAX_SHOWN = 200
