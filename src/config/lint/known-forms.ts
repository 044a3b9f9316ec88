/** Which logs of a known form a filter can match at all. */
import { canMatch } from './can-match.ts'
import { accessPieces, errorPieces, lineOf, type Piece, syslogPieces, withoutSpan, withSpan } from './log-piece.ts'
import { type AccessLog, COMBINED } from './nginx-writes.ts'
import type { Subject } from './subject.ts'

export interface Forms {
  readonly access: boolean
  readonly error: boolean
}

/** Nginx's access log in its usual format, and its error log. @param index of one failregex; undefined: any of them */
export function knownForms({ tries }: Subject, index?: number): Forms {
  const can = (pieces: readonly Piece[]) => canMatchForm(tries, pieces, { index })
  return { access: can(accessPieces(COMBINED)!), error: can(errorPieces()) }
}

/** The pieces of a log of this kind; undefined where its form is not known. */
export function piecesOf(
  kind: 'access' | 'error' | 'syslog' | undefined,
  access: AccessLog | undefined,
): readonly Piece[] | undefined {
  if (kind === 'access') return access && accessPieces(access)
  if (kind === 'error') return errorPieces()
  return kind === 'syslog' ? syslogPieces() : undefined
}

export interface How {
  /** One failregex; undefined: any of them. */
  readonly index?: number | undefined
  /** As if the date were not cut out. */
  readonly uncut?: boolean
}

/** Whether any expression of the filter could match a line of this form: `false` is certain. */
export function canMatchForm(
  { fail, prefix, date }: Subject['tries'],
  pieces: readonly Piece[],
  how: How = {},
): boolean {
  const found = date(lineOf(pieces))
  const shown = found ? (how.uncut ? withSpan(pieces, found) : withoutSpan(pieces, found)) : pieces
  if (prefix) return canMatch(prefix.tree, shown)
  return fail.some(({ tree }, number) => (how.index === undefined || number === how.index) && canMatch(tree, shown))
}
