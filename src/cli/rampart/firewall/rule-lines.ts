/**
 * Rules as lines that make them again: ufw's own sentences, in the order of the rules. Each is read once more before it is
 * trusted: what no sentence makes, such as a rule that was written by hand, stands as UFW's files keep it.
 */
import { printable } from '../../../base/printable.ts'
import { printTuple } from '../../../config/ufw/tuple.ts'
import type { Rule } from '../../../firewall/rules/rule.ts'
import { printSentence } from '../../ufw/print-sentence.ts'
import { commonOrder } from './difference.ts'
import { subjectOf } from './subject.ts'
import type { WantedContext } from './wanted-context.ts'
import { readWantedLine } from './wanted-line.ts'

export function ruleLines(rules: readonly Rule[], context: WantedContext): readonly string[] {
  const [units4, units6] = [unitsOf(rules, 4), unitsOf(rules, 6)]
  const pairs = pairsOf(units4, units6, context)
  const lines: string[] = []
  let next6 = 0
  const six = (end: number) => {
    for (; next6 < end; next6++) lines.push(...linesOf(units6[next6]!, context))
  }
  for (const [index, unit] of units4.entries()) {
    const twin = pairs.get(index)
    if (twin === undefined) lines.push(...linesOf(unit, context))
    else {
      six(twin)
      lines.push(unit.sentence!)
      next6 = twin + 1
    }
  }
  six(units6.length)
  return lines
}

/** Rules of one family that one sentence makes. */
interface Unit {
  /** undefined: of these rules it would say something else, or has said it of others. */
  readonly sentence: string | undefined
  readonly rules: readonly Rule[]
}

function unitsOf(rules: readonly Rule[], family: 4 | 6): readonly Unit[] {
  const runs: { readonly sentence: string; readonly rules: Rule[] }[] = []
  for (const rule of rules) {
    if (rule.family !== family) continue
    const sentence = printSentence(rule)
    const last = runs.at(-1)
    // A profile has as many rules as lists of ports.
    const isMore = last?.sentence === sentence && (rule.to.profile !== undefined || rule.from.profile !== undefined)
    if (isMore) last.rules.push(rule)
    else runs.push({ sentence, rules: [rule] })
  }
  const counts = new Map<string, number>()
  for (const subject of runs.flatMap(subjectsIn)) counts.set(subject, (counts.get(subject) ?? 0) + 1)
  return runs.map((run) => {
    const isClear =
      printable(run.sentence) === run.sentence && subjectsIn(run).every((subject) => counts.get(subject) === 1)
    return isClear ? run : { ...run, sentence: undefined }
  })
}

/** What a file may speak of once, and the sentence, which a profile's rules apart from each other would have twice. */
function subjectsIn({ sentence, rules }: { readonly sentence: string; readonly rules: readonly Rule[] }): string[] {
  return [...new Set([`sentence ${sentence}`, ...rules.map(subjectOf)])]
}

/** Which sentences are said of both families: as many as stand in the same order. */
function pairsOf(
  units4: readonly Unit[],
  units6: readonly Unit[],
  context: WantedContext,
): ReadonlyMap<number, number> {
  const twins = new Map(units6.map((unit) => [unit.sentence, unit]))
  const isBoth = ({ sentence, rules }: Unit) => {
    const twin = sentence === undefined ? undefined : twins.get(sentence)
    return twin !== undefined && makes(sentence!, [...rules, ...twin.rules], context)
  }
  const both = new Set(units4.filter(isBoth).map(({ sentence }) => sentence))
  const keys = (units: readonly Unit[]) =>
    units.map(({ sentence }, index) => (both.has(sentence) ? sentence! : `\0${index}`))
  return commonOrder(
    keys(units6),
    keys(units4).map((key) => (key.startsWith('\0') ? '\0' : key)),
  )
}

/** Of one family alone. */
function linesOf({ sentence, rules }: Unit, context: WantedContext): readonly string[] {
  const sentences = sentence === undefined ? [] : [sentence, printSentence(rules[0]!, { oneFamily: true })]
  const line = sentences.find((one) => makes(one, rules, context))
  return line === undefined ? rules.map((rule) => `tuple ${rule.family} ${printTuple(rule)}`) : [line]
}

function makes(line: string, rules: readonly Rule[], context: WantedContext): boolean {
  try {
    const read = readWantedLine(line, context)
    if (read?.kind !== 'sentence' || read.rules.length !== rules.length) return false
    return rules.every(
      (rule, i) => rule.family === read.rules[i]!.family && printTuple(rule) === printTuple(read.rules[i]!),
    )
  } catch {
    return false
  }
}
