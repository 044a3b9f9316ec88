/** Dates that an expression or a jail does not find. Rules: `lint.date-cut`, `lint.no-date`, `lint.prefix-misses`. */
import type { Finding } from './finding.ts'
import { canMatchForm, piecesOf } from './known-forms.ts'
import { aboutLogpath, nameOf, orElse, placeOf, placeOfExpression, type Subject } from './subject.ts'

/** The expressions are shown the line without its date. */
export function dateCut(subject: Subject): readonly Finding[] {
  const { logs, tries, filter } = subject
  const known = logs.map(({ kind, access, lines }) => ({ pieces: piecesOf(kind, access), lines }))
  const finds = (uncut: boolean) =>
    known.some(({ pieces, lines }) =>
      pieces
        ? canMatchForm(tries, pieces, { uncut })
        : lines.slice(-MOST_LINES).some((line) => matchesLine(subject, line, uncut)),
    )
  if (finds(false) || !finds(true)) return []
  const [text = ''] = tries.prefix ? [filter.prefregex] : filter.failregex
  return [
    {
      code: 'lint.date-cut',
      severity: 'error',
      jail: subject.jail?.name,
      at: placeOfExpression(subject, tries.prefix ? 'prefregex' : 'failregex', text),
      message: `${nameOf(subject)}: the expression asks for the date, which is cut out before it sees the line: it bans nobody`,
      why: 'What surrounds the date stays: of [22/Nov/2026:20:43:28 +0000] the brackets are left, of a date at the start of the line the blank behind it.',
      source: { text, from: 0, to: text.length },
      better: String.raw`write \[\] where the date stood in brackets, and ^\s* where it stood at the start of the line`,
    },
  ]
}

function matchesLine({ tries }: Subject, line: string, uncut: boolean): boolean {
  if (!uncut) return tries.line(line).matched !== undefined
  const shown = `${line}\n`
  return tries.prefix
    ? tries.prefix.expression.search(shown) !== undefined
    : tries.fail.some(({ expression }) => expression.search(shown))
}

/** Lines of a log of another program's prove nothing of a filter; that none has a date does. */
export function undated(subject: Subject): readonly Finding[] {
  const { logs, tries, filter } = subject
  const lines = logs.flatMap(({ lines }) => lines.slice(-MOST_LINES))
  if (lines.length === 0 || /^\s*\{NONE\}\s*$/i.test(filter.datepattern ?? '')) return []
  const dated = lines.some((line) => tries.date(line) !== undefined)
  if (!dated) {
    const own = filter.datepattern !== undefined
    const text = `datepattern = ${filter.datepattern ?? ''}`
    return [
      {
        ...(own
          ? {
              jail: subject.jail?.name,
              at: placeOf(subject, 'datepattern'),
              source: { text, from: 'datepattern = '.length, to: text.length },
            }
          : aboutLogpath(subject)),
        code: 'lint.no-date',
        severity: 'warning',
        message: `${nameOf(subject)}: ${own ? 'the date pattern finds' : 'the usual date patterns find'} no date in any of the last ${lines.length} lines`,
        why: 'The failures then count as happening now, also those of last week when the log is read at a start; and the date stays in the text, where an anchored expression meets it.',
        example: { line: lines.at(-1)!, does: 'is the last line' },
        ...(own
          ? betterPattern(lines)
          : { better: 'set datepattern to the form of its dates, or {NONE} if it has none' }),
      },
    ]
  }
  const prefixed = !tries.prefix || orElse(true, () => lines.some((line) => tries.line(line).prefix))
  return prefixed ? [] : [prefixMisses(subject, lines)]
}

const MOST_LINES = 300

function betterPattern([line = '']: readonly string[]): Pick<Finding, 'better' | 'write'> {
  const isNginx = /^\d{4}\/\d\d\/\d\d \d/.test(line)
  return isNginx
    ? { write: 'datepattern = ^%%Y/%%m/%%d %%H:%%M:%%S' }
    : { better: 'leave datepattern out: the usual patterns are tried then' }
}

function prefixMisses(subject: Subject, lines: readonly string[]): Finding {
  return {
    jail: subject.jail?.name,
    at: placeOf(subject, 'prefregex'),
    code: 'lint.prefix-misses',
    severity: 'hint',
    message: `${nameOf(subject)}: prefregex matches none of the last ${lines.length} lines`,
    why: 'No failure can be found in lines that it does not match. That may be right in a quiet log that others write to as well.',
    example: { line: lines.at(-1)!, does: 'is the last line' },
  }
}
