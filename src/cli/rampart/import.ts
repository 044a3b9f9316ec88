/** `rampart import fail2ban`: what Fail2ban knew becomes the running guard's. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { readServer } from '../../config/read-server.ts'
import { ask } from '../../control/client.ts'
import { printForeignBans } from '../../control/foreign-text.ts'
import type { TakenOver } from '../../engine/history/take-over.ts'
import type { ForeignBan } from '../../store/fail2ban/foreign-ban.ts'
import { type ForeignBans, openForeignBans } from '../../store/fail2ban/foreign-bans.ts'
import { paint, printJson, table, thousands } from '../print.ts'
import type { Setting } from '../setting.ts'

export interface ImportOptions {
  readonly database?: string
  readonly dryRun: boolean
  readonly json?: boolean
  readonly config: readonly string[]
  readonly socket: string
}

/** What `--json` prints: names and meanings stay. */
interface Told extends TakenOver {
  readonly database: string
  readonly schema: number | undefined
  readonly dryRun: boolean
  /** Rows that are no bans. */
  readonly unusable: number
  /** Why not all of it could be read. */
  readonly fault: { readonly code: string; readonly message: string } | undefined
}

/** @returns 0 if every ban in force is the guard's now, else 1 */
export async function importFail2ban(setting: Setting, options: ImportOptions): Promise<number> {
  const database = options.database ?? databaseOf(setting, options.config)
  if (!setting.world.files.stat(database)) throw absent(database)
  // Without a guard nothing need be read.
  await ask(options.socket, { verb: 'ping' })
  const foreign = openForeignBans(database)
  try {
    const told = await handOver(foreign, database, options)
    setting.terminal.out(options.json ? printJson(told) : print(setting, told))
    return told.fault || told.bans.some(({ done }) => !done) ? 1 : 0
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
  return new Fault('import.absent', `${path} is not there: Fail2ban has left no database`, {
    hint: 'name it: --database FILE (dbfile in fail2ban.conf)',
    at: { file: path },
  })
}

async function handOver(foreign: ForeignBans, database: string, { socket, dryRun }: ImportOptions): Promise<Told> {
  const bans: TakenOver['bans'][number][] = []
  let [past, left] = [0, 0]
  for await (const batch of foreign.bans()) {
    for (const text of messages(batch)) {
      const taken = await ask(socket, { verb: 'import', bans: text, dryRun })
      bans.push(...taken.bans)
      past += taken.past
      left += taken.left
    }
  }
  const { rows: unusable, fault } = foreign.left
  const why = fault && { code: fault.code, message: fault.message }
  return { database, schema: foreign.schema, dryRun, bans, past, left, unusable, fault: why }
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
  const { dryRun, bans, past, left, unusable, fault, database } = told
  const shown = [...bans].sort((a, b) => Number(a.done) - Number(b.done)).slice(0, MAX_SHOWN)
  const rows = shown.map(({ jail, address, done, words }) => [
    { text: printable(address), colour: done ? ('green' as const) : ('yellow' as const) },
    printable(jail),
    printable(words),
  ])
  const taken = bans.filter(({ done }) => done).length
  const lines = [
    table(terminal, rows).trimEnd(),
    bans.length > shown.length && `... and ${thousands(bans.length - shown.length)} more (--json prints all)`,
    `${thousands(taken)} of ${thousands(bans.length)} bans in force ${dryRun ? 'would be taken' : 'are taken'} over from ${printable(database)}`,
    past > 0 && `${thousands(past)} bans that are over ${dryRun ? 'would count' : 'count'} for bantime.increment`,
    left > 0 && `${thousands(left)} bans that are over are left: no address, or no jail of their name runs here`,
    unusable > 0 && `${thousands(unusable)} rows are no bans`,
    fault && paint(terminal, 'yellow', `not all of it could be read: ${printable(fault.message)}`),
  ]
  return lines.map((line) => (line ? `${line}\n` : '')).join('')
}

const MAX_SHOWN = 200
