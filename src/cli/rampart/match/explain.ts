/** `rampart match --explain`: why a line got its verdict, for a person to read. All that is shown is escaped. */
import { printable } from '../../../base/printable.ts'
import type { Explainer, Explanation, Looked } from '../../../filter/explain.ts'
import type { FieldValue } from '../../../filter/groups.ts'
import type { Tried } from '../../../filter/trial.ts'
import { folded, marked, type Span } from '../../marked.ts'
import { type Colour, paint, type Terminal, wrap } from '../../print.ts'
import type { MatchedLine } from './line-matcher.ts'
import type { Told } from './told.ts'

export function printExplanation(
  terminal: Terminal,
  { told, text, tried }: MatchedLine,
  { explain }: Explainer,
): string {
  const head = `${paint(terminal, 'bold', `line ${told.n}`)}  ${verdictWords(terminal, told)}\n`
  if (!tried) return `${head}${plain(terminal, text)}\n`
  const explanation = explain(text, tried)
  return [
    head,
    dateWords(terminal, text, tried),
    prefixWords(terminal, explanation),
    decidedWords(terminal, explanation),
    nearestWords(terminal, explanation),
    missingWords(terminal, explanation),
    groupWords(terminal, told),
    idWords(terminal, told),
    '\n',
  ].join('')
}

const VERDICTS: Readonly<Record<Told['verdict'], readonly [colour: Colour, words: string]>> = {
  failure: ['red', 'is a failure'],
  pending: ['yellow', 'is part of a session that names no address yet'],
  nofail: ['yellow', 'is no failure by itself: it adds to its session'],
  ignored: ['yellow', 'is ignored'],
  missed: ['green', 'is no failure'],
  comment: ['dim', 'is empty or a comment: no expression is shown it'],
}

function verdictWords(terminal: Terminal, { verdict, note, id }: Told): string {
  const [colour, words] = VERDICTS[verdict]
  const said = id === null && note !== null ? ` (${printable(note)})` : ''
  return paint(terminal, colour, words + said)
}

const INDENT = 2
/** Where what is said of a label stands. */
const COLUMN = 15

function label(terminal: Terminal, name: string, words: string): string {
  const said = wrap(terminal, words, COLUMN)
  return `${' '.repeat(INDENT)}${paint(terminal, 'dim', name.padEnd(COLUMN - INDENT))}${said}\n`
}

function plain(terminal: Terminal, text: string): string {
  return marked(terminal, text, INDENT, undefined)
}

function dateWords(terminal: Terminal, text: string, { date, time }: Tried): string {
  if (!date) {
    const when = time === undefined ? 'it counts as happening now' : 'it counts as happening with the line before it'
    return plain(terminal, text) + label(terminal, 'date', `none was found: ${when}`)
  }
  const line = marked(terminal, text, INDENT, { start: date.start, end: date.end, colour: 'blue' })
  const moment = date.time === undefined ? 'looks like one, but there is no such moment' : iso(date.time)
  return (
    line + label(terminal, 'date', `${moment}, by the template`) + folded(terminal, date.template, COLUMN, MOST_ROWS)
  )
}

function iso(time: number): string {
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? String(time / 1000) : `${at.toISOString().replace('.000Z', 'Z')} (${time / 1000})`
}

function prefixWords(terminal: Terminal, { prefix }: Explanation): string {
  if (!prefix) return ''
  if (!prefix.match) {
    return (
      label(terminal, 'prefregex', 'did not match, so no failregex was asked; it came this far:') +
      reachLines(terminal, prefix)
    )
  }
  const content = prefix.match.groups['content']
  const rest = content === undefined ? '' : ': the expressions see its content'
  return label(terminal, 'prefregex', `matched${rest}`)
}

function decidedWords(terminal: Terminal, { decided }: Explanation): string {
  if (!decided) return ''
  const { option, index, of, match, needle } = decided
  const span: Span | undefined = match && { start: match.start, end: match.end, colour: 'green' }
  return [
    label(terminal, option, `${index + 1} of ${of} matched${needle ? `; ${needleWords(needle)}` : ''}`),
    folded(terminal, decided.python, COLUMN, MOST_ROWS),
    marked(terminal, shownText(decided), COLUMN, span),
  ].join('')
}

/** Of a text that is shown whole. */
const MOST_ROWS = 6

function needleWords({ any, here }: NonNullable<Looked['needle']>): string {
  return here.length > 0 ? `the line holds ${list(here, 'and')}` : `the prefilter finds no ${list(any, 'or')}`
}

function nearestWords(terminal: Terminal, { nearest, of, decided, unseen, prefix }: Explanation): string {
  if (decided || (prefix && !prefix.match)) return ''
  const near = nearest.filter(({ reach }) => reach!.literal > 0 || of <= FEW)
  const parts = near.map((looked) => {
    const words = `${looked.index + 1} of ${looked.of} came this far:`
    return label(terminal, looked.option, words) + reachLines(terminal, looked)
  })
  if (near.length === 0) {
    parts.push(
      label(terminal, 'failregex', of === 1 ? 'did not come anywhere near' : `none of ${of} came anywhere near`),
    )
    if (nearest[0]) parts.push(marked(terminal, shownText(nearest[0]), COLUMN, undefined))
  }
  if (unseen > 0) parts.push(label(terminal, '', `there was no time to look at ${unseen} others`))
  return parts.join('')
}

/** So few are shown even where nothing of them was found. */
const FEW = 3

/** The expression, and what it was shown, each with a mark where they part. */
function reachLines(terminal: Terminal, looked: Looked): string {
  const { python, reach } = looked
  if (!reach) return marked(terminal, python, COLUMN, undefined)
  // A mark between two characters of the expression counts those that take two units.
  const at = [...python].slice(0, reach.expression).join('').length
  return (
    marked(terminal, python, COLUMN, { start: at, end: at, colour: 'green' }) +
    marked(terminal, shownText(looked), COLUMN, { start: reach.text, end: reach.text, colour: 'green' })
  )
}

/** Without the newline at its end, which every text has. */
function shownText({ text }: Looked): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

const MOST_SETS = 3

function missingWords(terminal: Terminal, { missing, of }: Explanation): string {
  if (missing.length === 0) return ''
  const count = missing.reduce((sum, { expressions }) => sum + expressions, 0)
  const who =
    count === of
      ? of === 1
        ? 'it is not even asked'
        : 'none of them is even asked'
      : `${count} of ${of} are not even asked`
  const lacks = missing.slice(0, MOST_SETS).map(({ any }) => any[0]!)
  const such = missing.length === 1 && missing[0]!.any.length === 1 ? 'holds no' : 'holds nothing such as'
  return label(terminal, 'prefilter', `${who}, since the line ${such} ${list(lacks, 'or')}`)
}

const MOST_LITERALS = 3

function list(texts: readonly string[], word: 'and' | 'or'): string {
  const shown = texts.slice(0, MOST_LITERALS).map((text) => `"${printable(text.trim() || text)}"`)
  if (texts.length > MOST_LITERALS) shown.push(`${texts.length - MOST_LITERALS} more`)
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`
}

function groupWords(terminal: Terminal, { fields, failures }: Told): string {
  const all = failures[0]?.fields ?? fields
  const names = Object.keys(all)
  const width = Math.min(16, Math.max(0, ...names.map((name) => name.length)))
  return names
    .map((name, index) => {
      const value = printable(shownValue(all[name]!))
      const words = `${printable(name).padEnd(width)}  ${value === '' ? '(empty)' : value}`
      return label(terminal, index === 0 ? 'groups' : '', words)
    })
    .join('')
}

function shownValue(value: FieldValue): string {
  return typeof value === 'string' ? value : value.map((one) => one ?? '').join(', ')
}

function idWords(terminal: Terminal, { id, ip, note }: Told): string {
  if (id === null) return ''
  const bannable = ip === null ? 'no ban could be of it' : `a ban would be of ${ip}`
  return label(terminal, 'id', [printable(id), ...(note === null ? [] : [printable(note)]), bannable].join('; '))
}
