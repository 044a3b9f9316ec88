/** A template: one form of a date, where it may stand in a line, and how its parts become a moment. */
import { asFault } from '../../base/fault.ts'
import type { EpochMs } from '../../world/clock.ts'
import { type Anchors, anchors } from './anchor.ts'
import { type Clockwork, moment, type Parts, plainNumber } from './moment.ts'
import { labelled, tokens } from './token.ts'
import { edge, translate } from './translate.ts'

export interface Template {
  /** As Fail2ban lists it: the pattern with a word for each token. */
  readonly name: string
  /** The pattern as it was written, with the mark of its place. */
  readonly pattern: string
  /** Preference where several templates hit: a date at the line's begin is more likely the line's own. */
  readonly weight: number
  /** It stands at the line's begin or end and nowhere else. */
  readonly anchored: boolean
  readonly stock: TemplateText['stock']
  readonly behind: TemplateText['behind']
  /** The first hit at or after `from`, in the text before `to`. */
  search(line: string, from: number, to: number, how: Flavour): Hit | undefined
  /** undefined where the parts are no date: the 30th of February, a zone that nobody knows. */
  time(hit: Hit, clockwork: Clockwork): EpochMs | undefined
  /** Whether its moment was told with a zone, its own or the given one. */
  isWhole(hit: Hit, zone: number | undefined): boolean
}

export interface Hit {
  /** What is cut out of the line. */
  readonly start: number
  readonly end: number
  /** Where the expression began to match: before `start` where blanks or brackets stand before the date. */
  readonly from: number
  /** The texts of all groups, the whole first. */
  readonly groups: readonly (string | undefined)[]
  /** The names of the groups, without the whole. */
  readonly names: readonly string[]
}

export interface Flavour {
  /** The line holds more than ASCII. */
  readonly wide: boolean
  /** What `%ExY` takes. */
  readonly years: string
}

export interface TemplateText {
  readonly pattern: string
  /** `line`: up to two characters that belong to no word may stand before it, and nothing else. */
  readonly begin: 'word' | 'line' | 'free'
  readonly end: 'word' | 'free'
  readonly weight: number
  readonly kind: 'tokens' | 'epoch' | 'long epoch' | 'tai64n'
  /**
   * One of the default forms, whose shape is known: it looks at no more than a few characters beyond its end. `closed`:
   * no other form's date can hold one of it, or share its time, whatever its digits.
   */
  readonly stock?: 'open' | 'closed' | undefined
  /** One of the default forms, which stands right behind the line's first such character and nowhere else. */
  readonly behind?: string | undefined
  /** The name, if it is not the pattern's own. */
  readonly name?: string
}

/** @throws Fault `date.pattern` */
export function template(text: TemplateText): Template {
  // Around an epoch there is always a group of the whole.
  const shape = anchors(text.pattern, text.begin, text.end, text.kind === 'tokens' ? 'own' : 'whole')
  if (text.stock === undefined) check(text, shape)
  let narrow: Compiled | undefined
  let wide: Compiled | undefined
  const compiled = (how: Flavour): Compiled => {
    const held = how.wide ? wide : narrow
    if (held?.flavour.years === how.years) return held
    const fresh = compile(text, shape, how)
    if (how.wide) wide = fresh
    else narrow = fresh
    return fresh
  }
  const mark = shape.begin === 'line' ? '{^LN-BEG}' : ''
  return {
    name: text.name ?? `${mark}${labelled(text.pattern, tokens(ANY_YEAR))}`,
    pattern: `${mark}${text.pattern}`,
    weight: text.weight,
    anchored: shape.anchored,
    stock: text.stock,
    behind: text.behind,
    search: (line, from, to, how) => search(compiled(how), line, from, to),
    time: (hit, clockwork) => timeOf(text.kind, hit, clockwork),
    isWhole: (hit, zone) =>
      text.kind === 'tai64n' || (text.kind === 'tokens' && (zone !== undefined || namesZone(hit))),
  }
}

const ANY_YEAR = '20[0-9]\\d'

/** A bad pattern is told of now, with its places in the text as it was written; then in both forms that will be used. */
function check(text: TemplateText, shape: Anchors): void {
  const plain: Anchors = { ...shape, body: shape.plain, ownGroup: shape.ownGroup === 'none' ? 'none' : 'first' }
  compile(text, plain, { wide: false, years: ANY_YEAR })
  for (const wide of [false, true]) compile(text, shape, { wide, years: ANY_YEAR })
}

interface Compiled {
  readonly regex: RegExp
  readonly flavour: Flavour
  /** The pattern may start after up to two characters of no word; tried by hand, to spare the groups. */
  readonly lead: boolean
  readonly cut: Anchors['ownGroup']
  readonly names: readonly string[]
}

// In order: ten or eleven digits and a fraction of three to six; the same with milli- or microseconds glued on; libtai's.
const EPOCH = '\\d{10,11}\\b(?:\\.\\d{3,6})?'
const LONG_EPOCH = '\\d{10,11}(?:\\d{3}(?:\\.\\d{1,6}|\\d{3})?)?'
const WORDS: Readonly<Record<TemplateText['kind'], ReadonlyMap<string, string>>> = {
  tokens: new Map(),
  epoch: new Map([['EPOCH', `(${EPOCH})`]]),
  'long epoch': new Map([
    ['EPOCH', `(${LONG_EPOCH})`],
    ['LEPOCH', `(${LONG_EPOCH})`],
  ]),
  tai64n: new Map([['TAI64N', '(@[0-9a-f]{24})']]),
}

function compile(text: TemplateText, shape: Anchors, how: Flavour): Compiled {
  const own = shape.ownGroup
  const { source, flags, groups } = translate(shape.body, {
    tokens: text.kind === 'tokens' ? tokens(how.years) : undefined,
    words: WORDS[text.kind],
    wide: how.wide,
    groupsBefore: own === 'none' ? 1 : own === 'first' ? 0 : -1,
  })
  const lead = shape.begin === 'line'
  const before = shape.begin === 'word' ? edge(how.wide) : ''
  const after = shape.end === 'word' ? edge(how.wide) : ''
  try {
    return {
      regex: new RegExp(`${before}(?:${source})${after}`, `${flags}${lead ? 'y' : 'g'}${own === 'first' ? 'd' : ''}`),
      flavour: how,
      lead,
      cut: own,
      names: groups,
    }
  } catch (thrown) {
    throw asFault(thrown, 'date.pattern')
  }
}

function search(compiled: Compiled, line: string, from: number, to: number): Hit | undefined {
  const text = to < line.length ? line.slice(0, to) : line
  if (!compiled.lead) return hitAt(compiled, text, from)
  if (compiled.flavour.wide) return searchWide(compiled, text)
  for (let at = wordless(text); at >= 0; at--) {
    const hit = hitAt(compiled, text, at)
    if (hit) return hit
  }
  return undefined
}

/** How many characters at the begin, at most two, belong to no word. */
function wordless(text: string): number {
  for (let at = 0; at < 2; at++) {
    const code = text.charCodeAt(at)
    const word = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
    if (word || Number.isNaN(code)) return at
  }
  return 2
}

function searchWide(compiled: Compiled, text: string): Hit | undefined {
  const lead = /^(?:([^\p{L}\p{N}_])[^\p{L}\p{N}_]?)?/u.exec(text)!
  const two = hitAt(compiled, text, lead[0].length)
  if (two || lead[0] === '') return two
  return hitAt(compiled, text, lead[1]!.length) ?? hitAt(compiled, text, 0)
}

function hitAt({ regex, lead, cut, names }: Compiled, text: string, at: number): Hit | undefined {
  regex.lastIndex = at
  const groups = regex.exec(text)
  if (!groups) return undefined
  const { index } = groups
  const end = index + groups[0].length
  const from = lead ? 0 : index
  if (cut === 'none') return { start: index, end, from, groups, names }
  if (cut === 'second') {
    const start = index + groups[1]!.length
    return { start, end: start + groups[2]!.length, from, groups, names }
  }
  // A group that took no part cuts nothing.
  const [start, stop] = groups.indices?.[1] ?? [index, index]
  return { start, end: stop, from, groups, names }
}

function timeOf(kind: TemplateText['kind'], { groups, names }: Hit, clockwork: Clockwork): EpochMs | undefined {
  if (kind === 'tokens') return moment(partsOf(groups, names), clockwork)
  // The first group: the number's own, or one around it; Fail2ban takes no other for a time.
  const number = groups[1]
  if (number === undefined) return undefined
  if (kind === 'tai64n') return Number.parseInt(number.slice(2, 17), 16) * 1000
  if (!NUMBER.test(number)) return undefined
  return milliseconds(kind === 'epoch' ? number : withPoint(number))
}

const NUMBER = /^\p{Nd}+(?:\.\p{Nd}+)?$/u

function namesZone({ groups, names }: Hit): boolean {
  return names.some((name, at) => (name === 'z' || name === 'Z') && groups[at + 1] !== undefined)
}

function partsOf(groups: Hit['groups'], names: Hit['names']): Parts {
  const parts: Record<string, string | undefined> = {}
  for (let at = 0; at < names.length; at++) {
    const name = names[at]!
    if (name !== '') parts[name] = groups[at + 1]
  }
  return parts
}

/** Moves the point in the text: a double would lose digits on the way. */
function milliseconds(seconds: string): EpochMs {
  const [whole = '', fraction = ''] = seconds.split('.')
  return plainNumber(`${whole}${fraction.slice(0, 3).padEnd(3, '0')}.${fraction.slice(3)}`)
}

/** `1700000000123456` and `1700000000123.456` are seconds with a fraction; ten or eleven digits are whole seconds. */
function withPoint(text: string): string {
  const plain = text.replace('.', '')
  if (plain.length <= 11) return plain
  const whole = text.indexOf('.') < 0 ? ((plain.length - 10) % 3 === 0 ? 10 : 11) : text.indexOf('.') - 3
  return `${plain.slice(0, whole)}.${plain.slice(whole)}`
}
