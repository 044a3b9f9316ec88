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
  /** Adds a line to its session, `fields.mlfid`. */
  merge(fields: Fields, names: readonly string[], lines: readonly string[], now: EpochMs): Known
  /** The line just merged was a failure, but nothing says yet of whom: it counts once an address is known. */
  pend(): void
}

interface Session {
  readonly since: EpochMs
  fields: Record<string, FieldValue>
  names: string[]
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
      const session = enter(open, fields, names, now)
      last = session
      return settle(session, fields, lines)
    },
    pend() {
      if (last) last.pending = true
    },
  }
}

/** The line's session with the line's data in it. */
function enter(open: Map<string, Session>, fields: Fields, names: readonly string[], now: EpochMs): Session {
  const id = textOf(fields['mlfid']!)
  const known = fresh(open, id, now)
  const forget = isSet(fields['mlfforget'])
  const session = known ?? begin(now)
  // A session that ends with its first line has no users.
  if (isSet(fields['user']) && (known || !forget) && session.users.size < MOST_USERS) {
    session.users.add(textOf(fields['user']!))
  }
  if (known) absorb(session, fields, names)
  else {
    session.fields = { ...fields }
    session.names = names.filter((name) => name !== 'mlfforget')
    if (session.users.size > 0) session.names.push('users')
  }
  delete session.fields['mlfforget']
  if (forget) open.delete(id)
  else if (!known) keep(open, id, session, now)
  return session
}

function begin(since: EpochMs): Session {
  return { since, fields: {}, names: [], users: new Set(), pending: false, told: NONE, quiet: NONE }
}

function fresh(open: Map<string, Session>, id: string, now: EpochMs): Session | undefined {
  const session = open.get(id)
  if (session && isFresh(session, now)) return session
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

function absorb(session: Session, fields: Fields, names: readonly string[]): void {
  const { nofail, mlfgained, ...rest } = session.fields
  if (isSet(fields['mlfgained'])) session.pending = false
  // Lines of a failure that was told already are not told again.
  if (!isSet(nofail) && !isSet(mlfgained) && !session.pending) session.told = NONE
  session.fields = { ...rest, ...fields }
  const order = session.names.filter((name) => name !== 'nofail' && name !== 'mlfgained')
  if (session.users.size > 0 && !order.includes('users')) order.push('users')
  for (const name of names) if (name in fields && name !== 'mlfforget' && !order.includes(name)) order.push(name)
  session.names = order
}

function settle(session: Session, own: Fields, lines: readonly string[]): Known {
  const { fields } = session
  if (isSet(own['mlfgained']) && !isSet(own['nofail'])) fields['nofail'] = own['mlfgained']!
  let quiet = isSet(own['mlfgained']) || isSet(own['nofail'])
  // A second user name in one connection is a try of its own, and so is what waited for its address.
  if (session.pending || session.users.size > 1) {
    quiet = false
    delete fields['nofail']
    delete fields['mlfgained']
    session.names = session.names.filter((name) => name !== 'nofail' && name !== 'mlfgained')
  }
  session.pending = false
  if (!quiet) {
    session.told = more(more(session.quiet, session.told), { lines, count: lines.length })
    session.quiet = NONE
  } else if (!isSet(own['mlfforget'])) {
    session.quiet = more(session.quiet, { lines, count: lines.length })
  }
  const { names, told } = session
  const users = session.users.size > 0 ? session.users : NOBODY
  return { fields: { ...fields }, names, users, ...told, quiet: isSet(fields['nofail']) }
}

function more(before: Kept, after: Kept): Kept {
  return { lines: [...before.lines, ...after.lines].slice(-MOST_LINES), count: before.count + after.count }
}

/** An empty group says nothing. */
function isSet(value: FieldValue | undefined): boolean {
  return value !== undefined && value.length > 0
}
