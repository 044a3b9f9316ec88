/**
 * Sessions: lines of one connection (`<F-MLFID>`) that make a failure together. A line may carry data without being a
 * failure (`<F-NOFAIL>`), end the session (`<F-MLFFORGET>`) or tell of success (`<F-MLFGAINED>`), which clears what was
 * pending. Source: the behaviour of Fail2ban 1.0, compared line by line with the installed program.
 */
import type { EpochMs } from '../world/clock.ts'
import { type Fields, type FieldValue, textOf } from './groups.ts'

/** What is known with a line: all of its session's groups and the lines that belong to the failure. */
export interface Known {
  readonly fields: Fields
  /** All names in Fail2ban's order, those of groups that took no part among them; empty unless asked for. */
  readonly names: readonly string[]
  /** All users of the session; more may come with the same line, if all expressions are asked. */
  readonly users: ReadonlySet<string>
  readonly lines: readonly string[]
  /** How many lines there were, those that are not kept included. */
  readonly count: number
  /** The line is none of a failure. */
  readonly quiet: boolean
}

export interface Sessions {
  /**
   * Adds a line to its session, `fields.mlfid`.
   * @param fields the session's from now on: it changes them in place, and what comes back is valid until the next line
   */
  merge(fields: Record<string, FieldValue>, names: readonly string[], lines: readonly string[], now: EpochMs): Known
  /** The line just merged was a failure, but nothing says yet of whom: it counts once an address is known. */
  pend(): void
}

interface Session {
  readonly since: EpochMs
  fields: Record<string, FieldValue>
  names: readonly string[]
  readonly users: Set<string>
  pending: boolean
  told: Kept
  /** Lines that are none of a failure, until one is. */
  quiet: Kept
}

interface Kept {
  readonly lines: readonly string[]
  readonly count: number
}

const MOST_SESSIONS = 100
const LONGEST_MS = 5 * 60 * 1000
/** Limits of our own: no line may make a session grow for ever. */
const MOST_LINES = 100
const MOST_USERS = 1000

export const NOBODY: ReadonlySet<string> = new Set()
const NONE: Kept = { lines: [], count: 0 }

export function sessions(): Sessions {
  const open = new Map<string, Session>()
  let last: Session | undefined
  return {
    merge(fields, names, lines, now) {
      const said = saidIn(fields)
      last = enter(open, { fields, names, said }, now)
      return settle(last, said, lines)
    },
    pend() {
      if (last) last.pending = true
    },
  }
}

/** What a line says of its session. */
interface Said {
  readonly forget: boolean
  readonly gained: boolean
  /** The line alone would be none of a failure. */
  readonly quiet: boolean
}

function saidIn(fields: Record<string, FieldValue>): Said {
  const forget = isSet(fields['mlfforget'])
  delete fields['mlfforget']
  const gained = isSet(fields['mlfgained'])
  if (gained && !isSet(fields['nofail'])) fields['nofail'] = fields['mlfgained']!
  return { forget, gained, quiet: isSet(fields['nofail']) }
}

interface Piece {
  readonly fields: Record<string, FieldValue>
  readonly names: readonly string[]
  readonly said: Said
}

/** The line's session with the line's data in it. */
function enter(open: Map<string, Session>, { fields, names, said }: Piece, now: EpochMs): Session {
  const id = textOf(fields['mlfid']!)
  const known = fresh(open, id, now)
  const session = known ?? begin(fields, now)
  // A session that ends with its first line has no users.
  if (isSet(fields['user']) && (known || !said.forget) && session.users.size < MOST_USERS) {
    session.users.add(textOf(fields['user']!))
  }
  if (known) absorb(session, fields, said)
  if (names.length > 0) session.names = namesWith(session, known ? names.filter((name) => name in fields) : names)
  if (said.forget) open.delete(id)
  else if (!known) keep(open, id, session, now)
  return session
}

function begin(fields: Record<string, FieldValue>, since: EpochMs): Session {
  return { since, fields, names: [], users: new Set(), pending: false, told: NONE, quiet: NONE }
}

function fresh(open: Map<string, Session>, id: string, now: EpochMs): Session | undefined {
  const session = open.get(id)
  if (!session || isFresh(session, now)) return session
  open.delete(id)
  return undefined
}

function isFresh({ since }: Session, now: EpochMs): boolean {
  return now - since < LONGEST_MS
}

/** The oldest make room: all that are too old, and one that is not. */
function keep(open: Map<string, Session>, id: string, session: Session, now: EpochMs): void {
  if (open.size >= MOST_SESSIONS) {
    for (const [oldest, other] of open) {
      open.delete(oldest)
      if (isFresh(other, now)) break
    }
  }
  open.set(id, session)
}

function absorb(session: Session, fields: Record<string, FieldValue>, { gained }: Said): void {
  const all = session.fields
  if (gained) session.pending = false
  // Lines of a failure that was told already are not told again.
  if (!isSet(all['nofail']) && !isSet(all['mlfgained']) && !session.pending) session.told = NONE
  unquiet(session)
  for (const name in fields) all[name] = fields[name]!
}

function unquiet(session: Session): void {
  delete session.fields['nofail']
  delete session.fields['mlfgained']
  if (session.names.length > 0) {
    session.names = session.names.filter((name) => name !== 'nofail' && name !== 'mlfgained')
  }
}

/** In the order in which they became known. */
function namesWith({ names, users }: Session, more: readonly string[]): readonly string[] {
  const isNew = names.length === 0
  const first = users.size > 0 && !isNew ? [...names, 'users'] : names
  const last = users.size > 0 && isNew ? ['users'] : []
  return [...new Set([...first, ...more, ...last])].filter((name) => name !== 'mlfforget')
}

function settle(session: Session, said: Said, lines: readonly string[]): Known {
  let { quiet } = said
  // A second user name in one connection is a try of its own, and so is what waited for its address.
  if (session.pending || session.users.size > 1) {
    quiet = false
    unquiet(session)
  }
  session.pending = false
  const own = { lines, count: lines.length }
  if (!quiet) {
    session.told = more(more(session.quiet, session.told), own)
    session.quiet = NONE
  } else if (!said.forget) {
    session.quiet = more(session.quiet, own)
  }
  const { fields, names, told } = session
  return { fields, names, users: session.users.size > 0 ? session.users : NOBODY, ...told, quiet }
}

function more(before: Kept, after: Kept): Kept {
  if (before.count === 0) return after
  if (after.count === 0) return before
  return { lines: [...before.lines, ...after.lines].slice(-MOST_LINES), count: before.count + after.count }
}

/** An empty group says nothing. */
function isSet(value: FieldValue | undefined): boolean {
  return value !== undefined && value.length > 0
}
