/** What is told of one line: the object that `rampart match --json` prints for it. Its names are a contract. */
import type { Failure } from '../../../filter/failure.ts'
import { foundId } from '../../../filter/found-id.ts'
import { type Fields, type FieldValue, textOf } from '../../../filter/groups.ts'
import type { Tried, TriedMatch } from '../../../filter/trial.ts'
import type { EpochMs } from '../../../world/clock.ts'

/** Every name is always there; what there is not is null. */
export interface Told {
  /** The line's number, from 1. */
  readonly n: number
  /** Whether it completes a failure. */
  readonly matched: boolean
  /** Whether an ignoreregex matched it. */
  readonly ignored: boolean
  /**
   * `failure`; `pending`: a session knows not yet whom it is of; `nofail`: it only adds to its session; `ignored`; `missed`;
   * `comment`: an empty line, or one that begins with #, is shown to no expression, as by fail2ban-regex.
   */
  readonly verdict: 'failure' | 'pending' | 'nofail' | 'ignored' | 'missed' | 'comment'
  /** Whom the line names, as it stands there; a host name is never looked up. */
  readonly id: string | null
  /** The id's canonical address, if it is one. */
  readonly ip: string | null
  /** When it happened, in seconds since 1970. Of a line without a date: null, unless an expression matched it. */
  readonly time: number | null
  /** Which failregex matched, from 0. */
  readonly regex: number | null
  /** Which ignoreregex matched, from 0. */
  readonly ignoreregex: number | null
  /** The expression's groups, with what the session knew: `user`, `users`, `port`, every F- value in lower case. */
  readonly fields: Fields
  /** Those that this line completes; none while its session is pending. */
  readonly failures: readonly ToldFailure[]
  /** What else is to be said: why the id is no canonical address, that the line was cut or left out. */
  readonly note: string | null
}

export interface ToldFailure {
  readonly id: string
  readonly ip: string | null
  readonly time: number
  /** Lines that it took. */
  readonly attempts: number
  readonly fields: Fields
  readonly note: string | null
}

/** @param note what is to be said of the line itself */
export function told(n: number, tried: Tried, now: EpochMs, note?: string): Told {
  const failures = tried.matches.filter(counts).map(({ failure }) => failure!)
  const [match] = tried.matches
  const whom = match?.failure
  const found = whom && foundId(whom)
  const ignored = tried.matches.length === 0 && tried.ignored !== undefined
  const notes = [note, found?.note].filter((one) => one !== undefined)
  return {
    n,
    matched: failures.length > 0,
    ignored,
    verdict: failures.length > 0 ? 'failure' : ignored ? 'ignored' : (match?.kind ?? 'missed'),
    id: whom?.id ?? null,
    ip: found?.ip ?? null,
    time: seconds(tried.date?.time ?? (match && (tried.time ?? now))),
    regex: match?.expression ?? null,
    ignoreregex: ignored ? tried.ignored! : null,
    fields: named(match?.all ?? {}),
    failures: failures.map((failure) => toldFailure(failure, now)),
    note: notes.length > 0 ? notes.join('; ') : null,
  }
}

/** A line that no expression was shown. */
export function untold(n: number, verdict: 'comment' | 'missed', note?: string): Told {
  return {
    ...{ n, matched: false, ignored: false, verdict, id: null, ip: null, time: null, regex: null, ignoreregex: null },
    ...{ fields: {}, failures: [], note: note ?? null },
  }
}

/** A running jail counts a line that is no failure by itself, if it is of no session. */
function counts({ kind, inSession, failure }: TriedMatch): boolean {
  return failure !== undefined && (kind === 'failure' || (kind === 'nofail' && !inSession))
}

function toldFailure(failure: Failure, now: EpochMs): ToldFailure {
  const { ip = null, note = null } = foundId(failure)
  const { id, time = now, attempts, fields } = failure
  return { id, ip, time: time / 1000, attempts, fields: named(fields), note }
}

function seconds(time: EpochMs | undefined): number | null {
  return time === undefined ? null : time / 1000
}

/** `<F-PORT>` goes by its own name too; gaps between lines are nobody's. */
function named(fields: Fields): Fields {
  const result: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(fields)) if (!/^skiplines\d+$/.test(name)) result[name] = value
  if (fields['fport'] !== undefined && fields['port'] === undefined) result['port'] = textOf(fields['fport'])
  return result
}
