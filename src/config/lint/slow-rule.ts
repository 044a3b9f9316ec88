/** Expressions that a line can keep busy. Rule: `lint.slow`. */
import { isLoop } from '../../filter/regex/automaton.ts'
import { type Expression, expression } from '../../filter/regex/expression.ts'
import { parse } from '../../filter/regex/parse.ts'
import { type Node, type Repeat, walk } from '../../filter/regex/tree.ts'
import { expandTags } from '../../filter/tags.ts'
import { example } from './example.ts'
import type { Finding } from './finding.ts'
import { asValue } from './fixed-expression.ts'
import { quantifierSpan } from './spot.ts'
import { steps } from './steps.ts'
import { nameOf, orElse, placeOfExpression, type Subject } from './subject.ts'
import type { Compiled } from './tries.ts'

export function slowRule(subject: Subject): readonly Finding[] {
  const { fail, ignore, prefix } = subject.tries
  const all = [
    ...fail.map((one) => ['failregex', one] as const),
    ...ignore.map((one) => ['ignoreregex', one] as const),
    ...(prefix ? [['prefregex', prefix] as const] : []),
  ]
  return all.flatMap(([option, one]) => judge(subject, option, one))
}

function judge(subject: Subject, option: 'failregex' | 'ignoreregex' | 'prefregex', one: Compiled): readonly Finding[] {
  const { risk } = one.expression
  const found = risk === 'exponential' ? doubling(one) : risk === 'polynomial' ? cubing(one) : undefined
  if (!found) return []
  const { repeat, line, how } = found
  const span = quantifierSpan(one.written, subject.filter.usedns, repeat.at)
  const sure = how === 'doubles' && line !== undefined
  return [
    {
      code: 'lint.slow',
      severity: sure ? 'error' : 'hint',
      jail: subject.jail?.name,
      at: placeOfExpression(subject, option, one.written),
      message: `${nameOf(subject)}: ${MESSAGES[how]}`,
      why: `${WHY[how]} Such a line holds up all jails of Fail2ban; Rampart stops the expression and tries it another way.`,
      source: { text: one.written, ...(span ?? { from: 0, to: 0 }) },
      example: line === undefined ? undefined : { line, does: DOES[how] },
      ...(how === 'grows' ? { better: FEWER } : saferOrAdvice(subject, one, repeat)),
    },
  ]
}

interface Slow {
  readonly repeat: Repeat
  /** undefined: none was found, though there may be one. */
  readonly line: string | undefined
  readonly how: 'doubles' | 'may double' | 'grows'
}

const MESSAGES: Readonly<Record<Slow['how'], string>> = {
  doubles: 'the time that an expression takes doubles with each turn of a repeat in it',
  'may double': 'the time that an expression takes may double with each turn of a repeat in it',
  grows: 'the time that an expression takes grows with the third power of the length of a line, or faster',
}
const WHY: Readonly<Record<Slow['how'], string>> = {
  doubles: 'A repeat stands within a repeat, and both can take the same text.',
  'may double': 'A repeat stands within a repeat, and perhaps both can take the same text.',
  grows: 'Several repeats can share the same text out between them.',
}
const DOES: Readonly<Record<Slow['how'], string>> = {
  doubles: 'takes more than a million steps, twice as many with each turn more',
  'may double': '',
  grows: 'takes eight times as many steps when it is twice as long',
}
const FEWER = 'let each repeat end at a mark that it cannot hold: [^"]*" for .*", \\S+ for .+'

function doubling(one: Compiled): Slow | undefined {
  const nested = nestedRepeats(one.tree.root)
  for (const repeat of nested) {
    const line = hostileLine(one, repeat)
    if (line !== undefined) return { repeat, line, how: 'doubles' }
  }
  return nested[0] && { repeat: nested[0], line: undefined, how: 'may double' }
}

/** Steps of a line twice as long as a short one that are no trouble, whatever their growth. */
const FEW_STEPS = 10_000

function cubing(one: Compiled): Slow | undefined {
  const whole = example(one.tree.root).slice(0, 8)
  for (const repeat of loops(one.tree.root).slice(0, MOST_LOOPS)) {
    for (const turn of ['x', ' ', example(repeat.body), whole]) {
      const line = TURNS_TRIED.map((turns) => pumped(one, repeat, turn.repeat(turns)))
      const taken = line.map((text) => (text === undefined || turn === '' ? 0 : steps(one.tree.root, text, ENOUGH)))
      // A cube's share is 8; what is lower is left out here and there.
      const at = taken.findIndex((many, index) => many > FEW_STEPS && many >= 6.5 * (taken[index - 1] ?? many))
      if (at >= 0) return { repeat, line: line[at], how: 'grows' }
    }
  }
  return undefined
}

/** Each twice the one before. */
const TURNS_TRIED = [5, 10, 20, 40] as const
const MOST_LOOPS = 12
/** Steps that are counted; a cube of forty is a few times less. */
const ENOUGH = 200_000

function loops(root: Node): readonly Repeat[] {
  return walk(root).filter((node): node is Repeat => node.kind === 'repeat' && isLoop(node))
}

/** The text before the loop, its turns, and what fits nowhere behind it. */
function pumped(
  { tree }: Compiled,
  repeat: Repeat,
  turns: string,
  branch: 'first' | 'last' = 'first',
): string | undefined {
  const text = example(tree.root, { fill: new Map([[repeat, turns]]), branch })
  const at = text.indexOf(turns)
  return at < 0 ? undefined : `${text.slice(0, at + turns.length)}\x01`
}

/** Loops with a loop, or with two ways to take a character, inside. */
function nestedRepeats(root: Node): readonly Repeat[] {
  return loops(root).filter(({ body }) =>
    walk(body).some((node) => (node.kind === 'repeat' && node.min !== node.max) || node.kind === 'choice'),
  )
}

const TURNS = 30
/** Steps; an expression without such trouble takes some thousand for such a line. */
const MANY = 1_000_000

function hostileLine(one: Compiled, repeat: Repeat): string | undefined {
  for (const branch of ['first', 'last'] as const) {
    const turn = example(repeat.body, { branch }) || 'x'
    const line = pumped(one, repeat, turn.repeat(TURNS), branch)
    if (line !== undefined && steps(one.tree.root, `${line}\n`, MANY) >= MANY) return line
  }
  return undefined
}

function saferOrAdvice(subject: Subject, one: Compiled, repeat: Repeat): Pick<Finding, 'better' | 'write'> {
  const write = safer(subject, one, repeat)
  if (write !== undefined) return { write: asValue(write) }
  return {
    better:
      'let each turn of the outer repeat begin with a mark that its inside cannot hold, (?:, [^,]*)* for (?:,? .*)*, and no two alternatives match the same text',
  }
}

/** One character, or a set. */
const ATOM = String.raw`\\.|\[[^\]]*\]|[^\\()[\]]`

/** Candidates that take the ambiguity out, tried for being quick and finding the same ordinary text. */
function safer({ filter }: Subject, { written, tree, expression: old }: Compiled, repeat: Repeat): string | undefined {
  const span = quantifierSpan(written, filter.usedns, repeat.at)
  if (!span) return undefined
  const outer = written.slice(span.from, span.to)
  const texts = [
    example(tree.root),
    example(tree.root, { full: true }),
    example(tree.root, { fill: new Map([[repeat, twice(repeat)]]) }),
  ]
  const candidates = [
    // (?:x+)* is x*, (x+)* is (x)*
    outer.replace(/^\((\?:)?((?:\\.|\[[^\]]*\]|[^\\()[\]]))[*+]\)([*+])$/, (_, plain, atom, turns) =>
      plain ? atom + turns : `(${atom}${turns})`,
    ),
    // (?:x+,?)+ is x+(?:,x+)*,? where x is no comma
    outer.replace(new RegExp(String.raw`^\(\?:(${ATOM})\+(${ATOM})([?*])\)([*+])$`), (_, x, mark, many, turns) => {
      const same = `${x}+(?:${mark}${many === '*' ? '+' : ''}${x}+)*${mark}${many}`
      return turns === '+' ? same : `(?:${same})?`
    }),
    // (.*,)* is (.*,)?
    outer.replace(/^(\((?:\?:)?\.\*[^\\()[\]|]\))[*+]$/, (all, turn) => (all.endsWith('*') ? `${turn}?` : turn)),
    // A separator that may be missing must stand.
    outer.replace(/(\\s|\\W| |,|;)[?*](?=\))/, '$1'),
    outer.replace(/(\\s|\\W| |,|;)\*/g, '$1'),
    outer.replace(/[*+](?=\)[*+]$)/, ''),
  ].map((inner) => written.slice(0, span.from) + inner + written.slice(span.to))
  return candidates.find(
    (candidate) => candidate !== written && orElse(false, () => isSafe(candidate, filter.usedns, old, texts)),
  )
}

function twice({ body }: Repeat): string {
  return example(body).repeat(2)
}

function isSafe(
  candidate: string,
  usedns: Subject['filter']['usedns'],
  old: Expression,
  texts: readonly string[],
): boolean {
  const python = expandTags(candidate, usedns)
  const one: Compiled = { written: candidate, tree: parse(python), expression: expression(python) }
  if (nestedRepeats(one.tree.root).some((repeat) => hostileLine(one, repeat) !== undefined)) return false
  const found = texts.filter((text) => old.search(text))
  return found.length > 0 && found.every((text) => one.expression.search(text)?.end === old.search(text)?.end)
}
