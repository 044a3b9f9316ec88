/**
 * The texts without which an expression cannot match: of all sets of which one text is required, those that ordinary
 * lines hold least often. What is told is always true; where the tree does not make it certain, nothing is told.
 */
import { byWorth, type Worth, worthOf } from './rarity.ts'
import type { Node, Repeat, SetItem } from './tree.ts'

export interface Literals {
  /**
   * Every text that matches holds at least one of these. None is empty, none has a control character (so that they
   * stand in the raw line as well) nor U+FFFD (which stands for bytes that were no UTF-8).
   */
  readonly any: readonly string[]
  /** They are in lower case then, and ASCII letters match in either case; others never do. */
  readonly ignoreCase: boolean
  /** Further sets, each required as well: a line that ordinary visitors write may hold one of them, hardly all. */
  readonly also: readonly Omit<Literals, 'also'>[]
}

/** Sets told. The scan looks for a thousand texts nearly as fast as for one (bench/prefilter.ts). */
const MAX_SETS = 5
const MAX_LITERALS = 256
/** Of words that are grown on, letter by letter. */
const MAX_WORDS = 64
const MAX_LENGTH = 64
/** A set of more characters is not spelled out. */
const MAX_SET = 8
/** Repeats of a fixed text are spelled out this many times. */
const MAX_TURNS = 4

/** Undefined if there are none, or only such as nearly every line holds. */
export function literals(root: Node): Literals | undefined {
  const [first, ...others] = all(look(root, { known: new Map(), turns: new Map() }))
  if (!first || first.chance >= 1) return undefined
  return { ...spelled(first), also: others.filter(({ telling }) => telling).map(spelled) }
}

/** As the scan looks for them. */
function spelled({ words }: Candidate): Omit<Literals, 'also'> {
  const ignoreCase = words.some(({ folded }) => folded)
  const texts = words.map(({ text }) => (ignoreCase ? asciiLower(text) : text))
  const strange = Object.entries(STRANGE)
    .filter(([letter]) => words.some(({ text, folded }) => folded && text.includes(letter)))
    .flatMap(([, letters]) => letters)
  return { any: withoutLonger([...new Set([...texts, ...strange])]), ignoreCase }
}

/** A text that holds another one of them adds nothing. */
function withoutLonger(any: readonly string[]): readonly string[] {
  return any.filter((text) => !any.some((other) => other !== text && text.includes(other)))
}

interface Word {
  readonly text: string
  /** Some of its letters match in either case; they are in lower case here. */
  readonly folded: boolean
}

/** A set of which one is required. */
interface Candidate extends Worth {
  readonly words: readonly Word[]
}

interface Knowledge {
  /** All texts that the node can match, if they are few. */
  readonly words: readonly Word[] | undefined
  /**
   * Sets of which one text stands in every text where the node matched, beside what follows from its words; the rarest
   * first.
   */
  readonly required: readonly Candidate[]
}

/** What is known already: nested repeats ask again and again for the same. */
interface Memory {
  readonly known: Map<Node, Knowledge>
  readonly turns: Map<Node, Turns>
}

/** A repeat's first turns, and (`tail`) all that its last one can be if that may be a later one. */
type Turns = Knowledge & { readonly tail: readonly Word[] | undefined }

const NOTHING: Knowledge = { words: undefined, required: [] }
const EMPTY_WORD: Word = { text: '', folded: false }

function look(node: Node, memory: Memory): Knowledge {
  const known = memory.known.get(node) ?? learn(node, memory)
  memory.known.set(node, known)
  return known
}

function learn(node: Node, memory: Memory): Knowledge {
  switch (node.kind) {
    case 'char':
      return { words: one(node.code, node.fold !== 'none'), required: [] }
    case 'set':
      return { words: node.negated ? undefined : spell(node.items, node.fold !== 'none'), required: [] }
    case 'seq':
      return lookSequence(node.items, memory)
    case 'choice':
      return either(node.branches.map((branch) => look(branch, memory)))
    case 'condition':
      return either([look(node.yes, memory), look(node.no, memory)])
    case 'repeat':
      return lookRepeat(node, memory)
    case 'group':
    case 'atomic':
      return look(node.body, memory)
    case 'look':
      // It takes no room, but what it demands stands in the text.
      return { words: [EMPTY_WORD], required: node.negated ? [] : all(look(node.body, memory)) }
    case 'anchor':
      return { words: [EMPTY_WORD], required: [] }
    case 'reference':
    case 'never':
      return NOTHING
    default:
      return node satisfies never
  }
}

/** A character as words, if it can stand in a literal. Letters beyond ASCII have cases that a byte scan knows not. */
function one(code: number, folded: boolean): readonly Word[] | undefined {
  const char = String.fromCodePoint(code)
  if (/[\p{Cc}\p{Cs}\ufffd]/u.test(char)) return undefined
  if (!folded) return [{ text: char, folded }]
  if (code > 0x7f) return char.toLowerCase() === char.toUpperCase() ? [{ text: char, folded: false }] : undefined
  return [{ text: char.toLowerCase(), folded: /[a-z]/i.test(char) }]
}

function spell(items: readonly SetItem[], folded: boolean): readonly Word[] | undefined {
  const words: Word[] = []
  for (const item of items) {
    if (item.kind === 'class' || item.to - item.from >= MAX_SET) return undefined
    for (let code = item.from; code <= item.to; code++) {
      const word = one(code, folded)
      if (!word || words.length >= MAX_SET) return undefined
      words.push(...word)
    }
  }
  return words.length > 0 ? words : undefined
}

/** Grows words along the items for as long as they stay few; each time they cannot grow on they are a candidate. */
function lookSequence(items: readonly Node[], memory: Memory): Knowledge {
  let words: readonly Word[] = [EMPTY_WORD]
  let required: readonly Candidate[] = []
  let whole = true
  for (const item of items) {
    const { tail, ...known } =
      item.kind === 'repeat' ? lookTurns(item, memory) : { ...look(item, memory), tail: undefined }
    required = rarest([...required, ...known.required])
    const grown = known.words && cross(words, known.words)
    if (!grown || tail) whole = false
    if (grown && !tail) {
      words = grown
      continue
    }
    required = rarest([...required, ...candidate(grown ?? words), ...(grown ? [] : candidate(known.words))])
    words = tail ?? known.words ?? [EMPTY_WORD]
  }
  return whole ? { words, required } : { words: undefined, required: rarest([...required, ...candidate(words)]) }
}

/** A repeat within a sequence: its first turns follow what stands before it, its last one what comes behind. */
function lookTurns(node: Repeat, memory: Memory): Turns {
  const turns = memory.turns.get(node) ?? learnTurns(node, memory)
  memory.turns.set(node, turns)
  return turns
}

function learnTurns(node: Repeat, memory: Memory): Turns {
  const body = look(node.body, memory)
  const fixed = node.min === node.max && node.max <= MAX_TURNS
  if (!body.words || node.min === 0 || fixed) return { ...lookRepeat(node, memory), tail: undefined }
  return { ...lookSequence(copies(node.body, Math.min(node.min, MAX_TURNS)), memory), tail: body.words }
}

function lookRepeat(node: Repeat, memory: Memory): Knowledge {
  if (node.max === 0) return { words: [EMPTY_WORD], required: [] }
  const body = look(node.body, memory)
  if (node.min === 0) {
    return { words: node.max === 1 && body.words ? few([...body.words, EMPTY_WORD]) : undefined, required: [] }
  }
  if (node.min === node.max && node.max <= MAX_TURNS) return lookSequence(copies(node.body, node.max), memory)
  return { words: undefined, required: all(body) }
}

function copies(node: Node, count: number): readonly Node[] {
  return Array.from({ length: count }, () => node)
}

function either(branches: readonly Knowledge[]): Knowledge {
  const words = branches.every((branch) => branch.words) ? few(branches.flatMap((branch) => branch.words!)) : undefined
  const bests = branches.map((branch) => all(branch)[0])
  return {
    words,
    required: bests.every((best) => best !== undefined) ? candidate(bests.flatMap(({ words }) => words)) : [],
  }
}

function all({ words, required }: Knowledge): readonly Candidate[] {
  return rarest([...required, ...candidate(words)])
}

/** Those that tell most: an ordinary line is least likely to hold them. A set whose texts are parts of another's tells nothing new. */
function rarest(sets: readonly Candidate[]): readonly Candidate[] {
  const kept: Candidate[] = []
  for (const set of sets.toSorted(byWorth)) {
    if (kept.length < MAX_SETS && !kept.some((other) => within(set, other) || within(other, set))) kept.push(set)
  }
  return kept
}

function within(set: Candidate, other: Candidate): boolean {
  return set.words.every(({ text }) => other.words.some((longer) => longer.text.includes(text)))
}

function cross(left: readonly Word[], right: readonly Word[]): readonly Word[] | undefined {
  if (left.length * right.length > MAX_WORDS) return undefined
  const grown = left.flatMap((a) => right.map((b) => ({ text: a.text + b.text, folded: a.folded || b.folded })))
  return grown.every(({ text }) => text.length <= MAX_LENGTH) ? few(grown) : undefined
}

/** The same words, each once, if they are few enough. */
function few(words: readonly Word[]): readonly Word[] | undefined {
  const each = new Map(words.map((word) => [`${word.folded} ${word.text}`, word]))
  return each.size <= MAX_WORDS ? [...each.values()] : undefined
}

/**
 * What else Python lets these letters match under (?i), as text of its own: a line that holds one of those rare letters
 * is a match for all we know. So ordinary literals may have these letters too.
 */
const STRANGE: Readonly<Record<string, readonly string[]>> = { i: ['\u0130', '\u0131'], k: ['\u212a'], s: ['\u017f'] }

/** Words as a set of literals, or none if one is empty or they are too many. */
function candidate(words: readonly Word[] | undefined): readonly Candidate[] {
  if (!words || words.length === 0 || words.some(({ text }) => text === '')) return []
  const each = [...new Map(words.map((word) => [`${word.folded} ${word.text}`, word])).values()]
  if (each.length > MAX_LITERALS) return []
  return [{ words: each, ...worthOf(each) }]
}

/** ASCII alone: the scan knows bytes. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
