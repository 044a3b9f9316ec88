/** How journalctl is asked for the entries of a journal. */
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Start } from './input.ts'
import { ENTRY_FIELDS } from './journal-line.ts'
import type { Cursor } from './position.ts'

/** Which entries of which journal. */
export interface JournalChoice {
  /** journalctl's: `FIELD=value` (all must hold, of one field any), `+` between alternatives. */
  readonly matches?: readonly string[]
  /** Instead of the system's journal: paths, or patterns of them. */
  readonly files?: readonly string[]
  readonly folder?: string
  readonly namespace?: string
  /** Whose entries; default `system`. */
  readonly of?: 'system' | 'user' | 'all'
}

/** The whole command line. Values never stand where journalctl looks for options. */
export function journalArguments(choice: JournalChoice, start: Start | Cursor, since: EpochMs): string[] {
  const argv = ['journalctl', '--follow', '--quiet', '--no-pager', '--output=export']
  argv.push(`--output-fields=${ENTRY_FIELDS.join(',')}`)
  // Not `--after-cursor`: where the entry is gone that would leave out the first one after it.
  if (typeof start === 'object') argv.push('--no-tail', `--cursor=${start.cursor}`)
  else if (start === 'begin') argv.push('--no-tail')
  // By the time, not by `--lines=0`: a child that ends before the first entry leaves no gap.
  else argv.push('--no-tail', `--since=@${(Math.floor(since * 1000) / 1e6).toFixed(6)}`)
  for (const file of choice.files ?? []) argv.push(`--file=${file}`)
  if (choice.folder !== undefined) argv.push(`--directory=${choice.folder}`)
  if (choice.namespace !== undefined) argv.push(`--namespace=${choice.namespace}`)
  // Unless it is said, entries of users' own journals are not asked for, as Fail2ban does not.
  const { of = 'system' } = choice
  if (!choice.files?.length && choice.folder === undefined && of !== 'all') argv.push(`--${of}`)
  return [...argv, '--', ...(choice.matches ?? [])]
}

/** @throws Fault `source.bad-match` */
export function checkMatches(matches: readonly string[]): void {
  for (const match of matches) {
    if (match === '+' || match.startsWith('/') || /^[A-Z0-9_]{1,64}=/.test(match)) continue
    throw new Fault('source.bad-match', `"${match}" is not a match of a journal`, {
      hint: 'write FIELD=value, as _SYSTEMD_UNIT=ssh.service',
    })
  }
}
