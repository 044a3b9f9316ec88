/** What a jail's settings say about logs, as source/ takes it. */
import { parseBackend } from '../../config/backend.ts'
import { shellWords } from '../../config/commands/shell-words.ts'
import type { JailSettings, LogSettings } from '../../config/settings.ts'
import type { JournalChoice } from '../../source/journal-arguments.ts'
import type { Wanted } from '../../source/source.ts'
import { STANDARD_INPUT } from '../../source/stream.ts'

export interface WantedLog {
  /** As `status` shows it while nothing has been read: the path or pattern, `journal:NAME`, `kmsg`. */
  readonly name: string
  readonly wanted: Wanted
}

/** @throws Fault `config.bad-quotes` for a journalmatch that is none */
export function wantedBy({ name, backend, logs, filter, options }: JailSettings): WantedLog[] {
  const { name: kind, parameters } = parseBackend(backend)
  if (kind !== 'systemd') return logs.map((log) => wantedFile(log, kind === 'polling'))
  const choice = { matches: matchesOf(filter.journalmatch), ...journalOf(parameters) }
  // A journal may hold years: what is older than findtime would not count anyway.
  const wanted = { kind: 'journal', name, choice, start: 'end', backSeconds: options.findtime } as const
  return [{ name: `journal:${name}`, wanted }]
}

function wantedFile({ path, tail }: LogSettings, poll: boolean): WantedLog {
  const start = tail ? 'end' : 'begin'
  if (path === '/dev/kmsg') return { name: 'kmsg', wanted: { kind: 'kernel', start: 'end' } }
  if (path === '-' || path === STANDARD_INPUT) return { name: STANDARD_INPUT, wanted: { kind: 'input' } }
  // Played again: what it was before it was packed is read as a file.
  if (path.endsWith('.gz')) return { name: path, wanted: { kind: 'packed', pattern: path } }
  return { name: path, wanted: { kind: 'file', pattern: path, start, poll } }
}

/** Lines are alternatives. */
function matchesOf(journalmatch: readonly string[]): string[] {
  return journalmatch.flatMap((line, index) => [...(index > 0 ? ['+'] : []), ...shellWords(line)])
}

/** Flags of the journal, as Fail2ban takes their number from python-systemd. Source: sd_journal_open(3) */
const SYSTEM_ONLY = 4
const CURRENT_USER = 8

function journalOf(parameters: ReadonlyMap<string, string>): JournalChoice {
  const folder = parameters.get('journalpath')
  const files = parameters.get('journalfiles')?.split(/[\s,]+/)
  const namespace = parameters.get('namespace')
  const flags = parameters.get('journalflags')
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(files === undefined ? {} : { files: files.filter((file) => file !== '') }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(flags === undefined ? {} : { of: ownersOf(Number(flags)) }),
  }
}

function ownersOf(flags: number): 'system' | 'user' | 'all' {
  if ((flags & SYSTEM_ONLY) !== 0) return 'system'
  return (flags & CURRENT_USER) === 0 ? 'all' : 'user'
}
