/**
 * Sessions: lines of one connection (`<F-MLFID>`) that make a failure together. A line may carry data without being a
 * failure (`<F-NOFAIL>`), end the session (`<F-MLFFORGET>`) or tell of success (`<F-MLFGAINED>`), which clears what was
 * pending. Source: observed behaviour of Fail2ban 1.0, facts section 1.3; 100 sessions are kept, for 5 minutes.
 */
import type { EpochMs } from '../world/clock.ts'

/** What one line gave: the groups that took part, and the line itself. */
export interface Piece {
  readonly fields: Readonly<Record<string, string>>
  readonly lines: readonly string[]
}

export interface Sessions {
  /** The failure that this line completes, with all that its session knows; undefined while there is none. */
  merge(piece: Piece, now: EpochMs): Piece | undefined
  /** The line was a failure, but nothing says yet of whom: it counts once an address is known. */
  pend(id: string): void
}

interface Session {
  since: EpochMs
  fields: Record<string, string>
  readonly users: Set<string>
  pending: boolean
  /** Whether the last line was none of a failure. */
  quiet: boolean
  lines: readonly string[]
  quietLines: readonly string[]
}

const MOST_SESSIONS = 100
const LONGEST_MS = 5 * 60 * 1000
const MOST_LINES = 100

export function sessions(): Sessions {
  const open = new Map<string, Session>()
  return {
    merge(piece, now) {
      const id = piece.fields['mlfid']!
      const known = fresh(open, id, now)
      const forget = 'mlfforget' in piece.fields
      const session = known ?? begin(now)
      if (known) absorb(session, piece)
      else session.fields = { ...piece.fields }
      if (forget) open.delete(id)
      else if (!known) keep(open, id, session)
      return settle(session, piece)
    },
    pend(id) {
      const session = open.get(id)
      if (session) session.pending = true
    },
  }
}

function fresh(open: Map<string, Session>, id: string, now: EpochMs): Session | undefined {
  const session = open.get(id)
  if (session && now - session.since <= LONGEST_MS) return session
  open.delete(id)
  return undefined
}

function begin(now: EpochMs): Session {
  return { since: now, fields: {}, users: new Set(), pending: false, quiet: false, lines: [], quietLines: [] }
}

function keep(open: Map<string, Session>, id: string, session: Session): void {
  if (open.size >= MOST_SESSIONS) open.delete(open.keys().next().value!)
  open.set(id, session)
}

function absorb(session: Session, { fields }: Piece): void {
  if ('mlfgained' in fields) session.pending = false
  // Lines of a failure that was told already are not told again.
  if (!session.quiet && !session.pending) session.lines = []
  const { nofail: _nofail, mlfgained: _gained, ...rest } = session.fields
  session.fields = { ...rest, ...fields }
}

function settle(session: Session, { fields, lines }: Piece): Piece | undefined {
  for (const name of ['user', 'alt_user']) if (fields[name]) session.users.add(fields[name])
  const gained = 'mlfgained' in fields
  let quiet = gained || 'nofail' in fields
  // A second user name in one connection is a try of its own, and so is what waited for its address.
  const overruled = quiet && (session.pending || session.users.size > 1)
  if (overruled) quiet = false
  if (session.pending) session.pending = false
  session.quiet = quiet
  if (quiet) {
    session.quietLines = [...session.quietLines, ...lines].slice(-MOST_LINES)
    return undefined
  }
  const own = gained && !overruled ? [] : lines
  session.lines = [...session.lines, ...session.quietLines, ...own].slice(-MOST_LINES)
  session.quietLines = []
  return { fields: session.fields, lines: session.lines }
}
