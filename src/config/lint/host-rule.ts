/** Whose address is it that an expression finds? Rules: `lint.third-party-ban`, `lint.unanchored`, `lint.open-end`. */
import type { Repeat } from '../../filter/regex/tree.ts'
import { type MadeUp, madeUpAttacks, nginxAttack } from './attack.ts'
import type { Finding } from './finding.ts'
import { asValue, fixedExpression } from './fixed-expression.ts'
import { linesFor } from './lines-for.ts'
import { PEER, VICTIM } from './log-piece.ts'
import type { LogLine } from './nginx-lines.ts'
import { type Shape, shapeOf, takesAll } from './shape.ts'
import { quantifierSpan, type Span } from './spot.ts'
import { nameOf, orElse, placeOfExpression, type Subject } from './subject.ts'

export function hostRule(subject: Subject): readonly Finding[] {
  if (subject.filter.maxlines > 1) return []
  return subject.tries.fail.flatMap((_, index) => orElse([], () => judge(subject, index)))
}

function judge(subject: Subject, index: number): readonly Finding[] {
  const { tree } = subject.tries.fail[index]!
  const shape = shapeOf(tree)
  if (shape.id === undefined) return []
  const lines = linesFor(subject, index)
  const attack = nginxAttack(subject.tries, index, lines)
  if (attack !== undefined) return [thirdParty(subject, index, { shape, lines, attack, sure: true })]
  const made = lines.length > 0 ? [] : madeUpAttacks(subject.tries, index)
  const inside = made.find(({ within }) => typeof within === 'object' && within !== shape.leading)
  if (inside) return [thirdParty(subject, index, { shape, lines, attack: inside.line, sure: false })]
  if (!shape.anchored || shape.leading) return [unanchored(subject, index, shape, made)]
  const behind = made.find(({ within }) => within === 'behind')
  return behind && shape.open && shape.before.length > 0 ? [openEnd(subject, index, shape, behind)] : []
}

interface Proof {
  readonly shape: Shape
  readonly lines: readonly LogLine[]
  readonly attack: string
  /** The log is one whose form is known; else a client must be able to write there. */
  readonly sure: boolean
}

function thirdParty(subject: Subject, index: number, { shape, lines, attack, sure }: Proof): Finding {
  return {
    ...about(subject, index, shape.before.findLast(takesAll) ?? shape.before.at(-1) ?? shape.leading),
    code: 'lint.third-party-ban',
    severity: sure ? 'error' : 'warning',
    message: sure
      ? `${nameOf(subject)}: an attacker can have anyone banned, by what he writes`
      : `${nameOf(subject)}: an attacker may have anyone banned, by what he writes`,
    why: sure
      ? 'A repeat of anything stands before the address, so that the address may be one that a client wrote.'
      : `Where this line has ${VICTIM}, the expression lets anything be: if a client can write there, he chooses who is banned.`,
    example: { line: attack, does: `counts against ${VICTIM}; ${PEER} caused it` },
    ...remedy(subject, index, lines, shape.anchored && lines[0]?.kind === 'error' ? ADVICE_ERROR_LOG : ADVICE),
  }
}

/** A path is written decoded: a quote in it looks as if nginx had written it. */
const ADVICE_ERROR_LOG =
  'count the request in the access log in its place: there nginx escapes quotes, so that no text can pass for another field'
const ADVICE =
  'begin with ^ and write what really stands there, or a set that leaves out the mark behind it: [^"]* for .* before a quote'

function unanchored(subject: Subject, index: number, shape: Shape, made: readonly MadeUp[]): Finding {
  const proof = made.find(({ within }) => within === 'before' || within === shape.leading) ?? made[0]
  // With a fixed end the last address of the line counts, wherever the expression begins.
  const severity = shape.leading && shape.anchored && !proof ? 'hint' : 'warning'
  const what = shape.leading ? 'begins with a repeat of anything' : 'is not anchored at the start of the line'
  return {
    ...about(subject, index, shape.leading),
    code: 'lint.unanchored',
    severity,
    message: `${nameOf(subject)}: an expression ${what}`,
    why: "It then matches in the middle of a line too, where the text may be of a client's choice, and is slower.",
    example: proof && { line: proof.line, does: `would count against ${VICTIM}; ${PEER} caused it` },
    ...remedy(subject, index, linesFor(subject, index), 'begin with ^ and what the program writes before the address'),
  }
}

function openEnd(subject: Subject, index: number, shape: Shape, { line }: MadeUp): Finding {
  return {
    ...about(subject, index, shape.before.at(-1)),
    code: 'lint.open-end',
    severity: 'hint',
    message: `${nameOf(subject)}: of several addresses in a line the last one counts`,
    why: "A greedy repeat stands before the address and nothing says how the line ends. If text of a client's can follow, he chooses who is banned.",
    example: { line, does: `would count against ${VICTIM}; ${PEER} caused it` },
    better: 'end the expression with what the program writes behind the address, and $',
  }
}

function remedy(subject: Subject, index: number, lines: readonly LogLine[], advice: string) {
  const write = fixedExpression(subject, index, lines)
  return write === undefined ? { better: advice } : { write: asValue(write) }
}

function about(subject: Subject, index: number, repeat: Repeat | undefined) {
  const { written } = subject.tries.fail[index]!
  const span: Span = (repeat && quantifierSpan(written, subject.filter.usedns, repeat.at)) ?? { from: 0, to: 1 }
  return {
    jail: subject.jail?.name,
    at: placeOfExpression(subject, 'failregex', written),
    source: { text: written, ...span },
  }
}
