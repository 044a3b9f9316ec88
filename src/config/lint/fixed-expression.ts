/** A better form of an expression: candidates are tried until one finds what the old one found and withstands the attacks. */
import { Fault } from '../../base/fault.ts'
import type { Repeat } from '../../filter/regex/tree.ts'
import { madeUpAttacks, nginxAttack } from './attack.ts'
import { PEER } from './log-piece.ts'
import type { LogLine } from './nginx-lines.ts'
import { shapeOf } from './shape.ts'
import { quantifierSpan } from './spot.ts'
import { orElse, type Subject } from './subject.ts'
import { type Tries, tries } from './tries.ts'

/** undefined if none of the candidates is proven better. @param lines of nginx's, empty if the log is of another kind */
export function fixedExpression(subject: Subject, index: number, lines: readonly LogLine[]): string | undefined {
  const found = lines.filter((line) => subject.tries.line(line.text(), index).id === PEER)
  return candidates(subject, index, lines[0]?.kind).find((text) =>
    orElse(false, () => isBetter(subject, { text, index, lines, found })),
  )
}

interface Candidate {
  readonly text: string
  readonly index: number
  readonly lines: readonly LogLine[]
  readonly found: readonly LogLine[]
}

function isBetter(subject: Subject, { text, index, lines, found }: Candidate): boolean {
  const { filter, host } = subject
  // Alone: the others are as they were.
  const tried = tries({ ...filter, failregex: [text] }, host.world.clock.now())
  const { anchored, leading } = shapeOf(tried.fail[0]!.tree)
  if (!anchored || leading) return false
  if (lines.length > 0) {
    const same = found.every((line) => tried.line(line.text()).id === PEER)
    return same && found.length > 0 && !nginxAttack(tried, 0, lines) && !oldAttack(subject, tried, index, lines)
  }
  const real = realLines(subject, index)
  const same = real.every((line) => tried.line(line).id === subject.tries.line(line, index).id)
  return same && real.length > 0 && madeUpAttacks(tried, 0).length === 0
}

/** Only a log's own lines tell what may stand around the address. */
function realLines({ tries, logs }: Subject, index: number): readonly string[] {
  const lines = logs.flatMap(({ lines }) => lines)
  return lines.filter((line) => tries.line(line, index).matched !== undefined).slice(0, MOST_LINES)
}

const MOST_LINES = 50

/** What the old expression asks an attacker to write. */
function oldAttack({ tries: old }: Subject, tried: Tries, index: number, lines: readonly LogLine[]): boolean {
  const attack = nginxAttack(old, index, lines)
  return attack !== undefined && ![PEER, undefined].includes(tried.line(attack).id)
}

/** What a program writes first, once the date is gone; the strictest that still fits is found by trying. */
const BEGINNINGS = {
  error: [String.raw`\s*`, String.raw`\s*\[[a-z]+\] \d+#\d+: \*\d+ `, '[^"]*'],
  access: ['', '[^"]*'],
  kernel: [String.raw`\s*`, String.raw`\s*(?:\S+ )?kernel: (?:\[\s*[\d.]+\] )?`],
  other: ['', String.raw`\s*`, String.raw`\s*\S+ \S+: `],
} as const

function candidates({ tries, filter }: Subject, index: number, kind: LogLine['kind'] | undefined): readonly string[] {
  const { written, tree } = tries.fail[index]!
  const { anchored, leading, before } = shapeOf(tree)
  const beginnings = BEGINNINGS[kind ?? 'other']
  const inner = ['[^"]*', '[^",]*', String.raw`\S+`, '.*?']
  const ends = kind === undefined ? ['$', String.raw`\s*$`] : ['']
  const middle = before.filter((repeat) => repeat !== leading)
  const result: string[] = []
  for (const beginning of leading || !anchored ? beginnings : [undefined]) {
    for (const set of middle.length > 0 && (kind === 'access' || kind === 'error') ? inner : [undefined]) {
      const edits = edited(written, filter.usedns, { leading, middle, beginning, set })
      const start = anchored || beginning === undefined ? edits : `^${leading ? '' : beginning}${edits}`
      for (const end of start.endsWith('$') ? [''] : ends) result.push(plain(start + end))
    }
  }
  return [...new Set(result)].filter((text) => text !== written)
}

interface Edit {
  readonly leading: Repeat | undefined
  readonly middle: readonly Repeat[]
  readonly beginning: string | undefined
  readonly set: string | undefined
}

function edited(
  written: string,
  usedns: Subject['filter']['usedns'],
  { leading, middle, beginning, set }: Edit,
): string {
  const edits = [
    ...(leading && beginning !== undefined ? [{ repeat: leading, by: beginning }] : []),
    ...(set === undefined ? [] : middle.map((repeat) => ({ repeat, by: set }))),
  ]
  const spans = edits.flatMap(({ repeat, by }) => {
    const span = quantifierSpan(written, usedns, repeat.at)
    return span ? [{ ...span, by }] : []
  })
  let text = written
  for (const { from, to, by } of spans.sort((a, b) => b.from - a.from)) text = text.slice(0, from) + by + text.slice(to)
  return text
}

/** `.*$` and `.*` at the end ask for nothing; of two ways that became one, one is left. */
function plain(text: string): string {
  const short = text.replace(/(?<!\\)\.\*\$?$/, '').replace(/\(\?:([^()|]*)\|\1\)/g, '$1')
  // A file's value loses the blanks at its end.
  if (/(?<!\\) $/.test(short)) return `${short.slice(0, -1)}\\s`
  if (short === '') throw new Fault('lint.empty', 'nothing is left of the expression')
  return short
}

/** As a value of a file has it. */
export function asValue(expression: string): string {
  return expression.replaceAll('%', '%%')
}
