/** What becomes of the rules when some are added, inserted or taken away, and what is told of it. Pure. */
import { Fault } from '../../base/fault.ts'
import type { End, Rule } from '../../firewall/rules/rule.ts'
import type { Place } from './command.ts'
import { withoutTwins } from './listed.ts'
import { insertAt, type Position, position4, position6 } from './positions.ts'
import { deed, isSameSubject, profileSubject } from './same-rule.ts'

export interface Change {
  /** IPv4's, then IPv6's. */
  readonly rules: readonly Rule[]
  /** One for each rule that was looked at, in UFW's order; what is told of a family is its last. */
  readonly steps: readonly Step[]
}

export interface Step {
  readonly family: 4 | 6
  readonly rule: Rule
  readonly outcome: Outcome
  /** The family's, afterwards. */
  readonly rules: readonly Rule[]
}

export type Outcome =
  | 'added'
  | 'inserted'
  | 'updated'
  | 'deleted'
  /** It is there, as it shall be. */
  | 'exists'
  /** It is there, perhaps with another action: what exists is not inserted once more. */
  | 'exists-elsewhere'
  /** There is nothing to delete. */
  | 'absent'
  /** No rule is of this profile. */
  | 'absent-profile'

type Rules = Readonly<Record<4 | 6, readonly Rule[]>>

/** @param wanted of a profile one for each of its lists of ports @throws Fault `ufw.position` */
export function addRules(rules: readonly Rule[], wanted: readonly Rule[], place: Place): Change {
  const before = byFamily(rules)
  const added = byFamily(wanted)
  if (typeof place === 'object') checkPosition(place.insert, before, added)
  const target = targets(before, added, place)
  // As UFW inserts them: each before the one that was inserted last.
  const isBackwards = place !== 'append'
  const ordered = (family: 4 | 6) => (isBackwards ? added[family].toReversed() : added[family])
  const [now4, steps4] = put(before[4], ordered(4), target(4, before[4]), isBackwards)
  const [now6, steps6] = put(before[6], ordered(6), target(6, now4), isBackwards)
  return { rules: [...now4, ...now6], steps: interleave(steps4, steps6) }
}

/**
 * A comment that is named has to be theirs; of a profile all rules are meant, whatever ports they have.
 * @param ipv6 with `IPV6=no` UFW tells of both families that a profile has no rules
 */
export function deleteRules(rules: readonly Rule[], wanted: readonly Rule[], ipv6 = true): Change {
  const before = byFamily(rules)
  const families = ([4, 6] as const).filter((family) => wanted.some((rule) => rule.family === family))
  const doomed = wanted.some((rule) => profileSubject(rule) !== undefined)
    ? profileRules(before, wanted, families)
    : byFamily(wanted)
  if (families.every((family) => doomed[family].length === 0)) {
    const asked = ipv6 ? wanted : wanted.flatMap(inBothFamilies)
    const steps = asked.map((rule) => ({ family: rule.family, rule, outcome: 'absent-profile', rules }) as const)
    return { rules, steps }
  }
  const [now4, steps4] = remove(before[4], doomed[4], 4)
  const [now6, steps6] = remove(before[6], doomed[6], 6)
  return { rules: [...now4, ...now6], steps: interleave(steps4, steps6) }
}

function inBothFamilies(rule: Rule): Rule[] {
  const isAny = rule.from.network === undefined && rule.to.network === undefined
  return isAny && rule.family === 4 ? [rule, { ...rule, family: 6 }] : [rule]
}

/** As `ufw status numbered` counts; of a profile, all its rules of that family. @throws Fault `ufw.number` */
export function ruleByNumber(rules: readonly Rule[], number: number): Rule {
  const found = numbered(rules)[number - 1]
  if (!found) throw new Fault('ufw.number', `Could not find rule '${number}'`)
  return found
}

export function numbered(rules: readonly Rule[]): readonly Rule[] {
  const { 4: rules4, 6: rules6 } = byFamily(rules)
  return [...withoutTwins(rules4), ...withoutTwins(rules6)]
}

function byFamily(rules: readonly Rule[]): Rules {
  return { 4: rules.filter(({ family }) => family === 4), 6: rules.filter(({ family }) => family === 6) }
}

function checkPosition(number: number, before: Rules, added: Rules): void {
  const shown = { 4: withoutTwins(before[4]).length, 6: withoutTwins(before[6]).length }
  const isWithin = number <= shown[4] + shown[6]
  const isOther = added[6].length === 0 ? number > shown[4] : added[4].length === 0 && number <= shown[4]
  if (!isWithin) throw badPosition(number, false)
  if (isOther) throw badPosition(number, added[4].length + added[6].length > 1)
}

/** @param areSeveral of a profile's rules UFW says that none was left behind */
function badPosition(number: number, areSeveral: boolean): Fault {
  const undone = areSeveral ? '\nError applying application rules. Attempted rules successfully unapplied.' : ''
  return new Fault('ufw.position', `Invalid position '${number}'${undone}`)
}

/** Where a family's rules go; it is asked before each. */
type Target = (now: readonly Rule[]) => Position

/** The rules that are given are those of IPv4: as they were for 4, as they are now for 6. */
function targets(before: Rules, added: Rules, place: Place) {
  return (family: 4 | 6, rules4: readonly Rule[]): Target => {
    if (place === 'append') return () => 0
    if (place === 'prepend') return (now) => (now.length > 0 ? 1 : 0)
    const position = insertion(before, added, place.insert, family, rules4)
    if (family === 6 && added[6].length > 0 && position > before[6].length)
      throw badPosition(position, added[6].length > 1)
    return () => position
  }
}

function insertion(before: Rules, added: Rules, number: number, family: 4 | 6, rules4: readonly Rule[]): Position {
  if (added[4].length === 0) return number - withoutTwins(before[4]).length
  return family === 4 ? position4(number, before[4], before[6]) : position6(number, rules4, before[6])
}

/** Rules of one family. They come to stand together. */
function put(
  rules: readonly Rule[],
  added: readonly Rule[],
  target: Target,
  isBackwards: boolean,
): [readonly Rule[], Step[]] {
  let now = rules
  let last: Rule | undefined
  const steps: Step[] = []
  for (const rule of added) {
    // Those before which one was inserted have moved on, perhaps behind a profile's rules.
    const position = last ? now.indexOf(last) + 1 : target(now)
    const [next, outcome] = position === 0 ? append(now, rule) : insert(now, rule, position)
    // Appended rules of IPv6 UFW leaves in this order.
    if (outcome === 'inserted' || (outcome === 'added' && isBackwards && rule.family === 4)) last = rule
    now = next
    steps.push({ family: rule.family, rule, outcome, rules: now })
  }
  return [now, steps]
}

function insert(rules: readonly Rule[], rule: Rule, position: Position): [readonly Rule[], Outcome] {
  if (rules.some((other) => isSameSubject(other, rule))) return [rules, 'exists-elsewhere']
  return [insertAt(rules, position, [rule]), 'inserted']
}

function append(rules: readonly Rule[], rule: Rule): [readonly Rule[], Outcome] {
  const at = rules.findIndex((other) => isSameSubject(other, rule))
  const there = rules[at]
  if (!there) return [[...rules, rule], 'added']
  if (deed(there) === deed(rule) && (there.comment ?? '') === (rule.comment ?? '')) return [rules, 'exists']
  return [rules.with(at, rule), 'updated']
}

function remove(rules: readonly Rule[], doomed: readonly Rule[], family: 4 | 6): [readonly Rule[], Step[]] {
  let now = rules
  const steps = doomed.map((rule): Step => {
    const at = now.findIndex((other) => isMeant(other, rule))
    if (at >= 0) now = now.toSpliced(at, 1)
    return { family, rule, outcome: at >= 0 ? 'deleted' : 'absent', rules: now }
  })
  return [now, steps]
}

function isMeant(rule: Rule, wanted: Rule): boolean {
  if (!isSameSubject(rule, wanted)) return false
  // A rate need not be named.
  const { rate: _, ...rateless } = rule
  if (deed(wanted.rate ? rule : rateless) !== deed(wanted)) return false
  return wanted.comment === undefined || rule.comment === wanted.comment
}

/** UFW looks for them in the first family alone, and expects the same in the other. */
function profileRules(before: Rules, wanted: readonly Rule[], families: readonly (4 | 6)[]): Rules {
  const first = families[0]!
  const sample = wanted.find(({ family }) => family === first)!
  // Whatever they do: each is then looked for with the action that was named.
  const found = before[first].filter((rule) => profileSubject(rule) === profileSubject(sample))
  const of = (family: 4 | 6) => {
    const own = wanted.find((rule) => rule.family === family)
    return own ? found.map((rule) => withPorts(own, rule)) : []
  }
  return { 4: of(4), 6: of(6) }
}

/** What was named, with the ports that a rule of the first family has. */
function withPorts(wanted: Rule, { protocol, from, to }: Rule): Rule {
  const end = (side: 'from' | 'to', { ports }: End) => ({ ...wanted[side], ports })
  return { ...wanted, protocol, from: end('from', from), to: end('to', to), comment: undefined }
}

function interleave(steps4: readonly Step[], steps6: readonly Step[]): Step[] {
  const length = Math.max(steps4.length, steps6.length)
  return Array.from({ length }, (_, i) => [steps4[i], steps6[i]].filter((step) => step !== undefined)).flat()
}
