/** Random patterns and texts over a small alphabet, so that they meet often. The same seed gives the same ones. */

export interface Chance {
  /** A whole number in [0, below). */
  below(below: number): number
  pick<T>(from: readonly T[]): T
}

/** Mulberry32, a generator of 32 bits of state; public domain. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return { below, pick: (from) => from[below(from.length)]! }
}

const CHARACTERS = [
  ...'aaabbbccdeK1 -.:[]"\n\r',
  '\u2028',
  '\u00a0',
  '\u0663',
  'ä',
  'Ä',
  '\ufeff',
  '\x1c',
  '😀',
  '𝒜',
  'ſ',
  'ı',
  '\u0301',
]

export function randomText({ below, pick }: Chance): string {
  const text = Array.from({ length: below(12) }, () => pick(CHARACTERS)).join('')
  return below(3) === 0 ? `${text}\n` : text
}

const ATOMS = [
  ...'aaabbbccde1 -:"',
  '.',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\W',
  '\\S',
  '\\.',
  '\\-',
  '\\[',
  '\\x61',
  '\\u00e4',
  'ä',
  '😀',
]
const SETS = [
  '[ab]',
  '[^a]',
  '[^"]',
  '[]a]',
  '[^]a]',
  '[a-c]',
  '[\\w.-]',
  '[^\\s:]',
  '[\\d:]',
  '[\\W1]',
  '[äÄ]',
  '[a-ÿ]',
  '[^\\S\\n]',
]
const ANCHORS = ['^', '$', '\\A', '\\Z', '\\b', '\\B']
const QUANTIFIERS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{,2}', '{1,}', '{1,2}?', '*+', '?+', '{1,2}+', '{x}']

/** A pattern of about `size` items with named groups, references, conditions, flags and what else Python has. */
export function randomPattern(from: Chance, size: number): string {
  const scope = { names: 0, closed: [] as number[] }
  const flags = from.below(6) === 0 ? from.pick(['(?i)', '(?s)', '(?m)', '(?x)', '(?is)', '(?a)']) : ''
  return flags + choice(from, size, scope)
}

interface Scope {
  names: number
  closed: number[]
}

function choice(from: Chance, size: number, scope: Scope): string {
  const branches = from.below(4) === 0 ? 2 : 1
  return Array.from({ length: branches }, () => sequence(from, Math.ceil(size / branches), scope)).join('|')
}

function sequence(from: Chance, size: number, scope: Scope): string {
  let text = ''
  for (let left = size; left > 0; left--) {
    const item = oneItem(from, left, scope)
    const quantifier = from.below(3) === 0 ? from.pick(QUANTIFIERS) : ''
    // Early releases of CPython 3.11 match a possessive repeat of a lookaround wrongly, and the oracle may be one.
    text += item + (/^\(\?<?[=!]/.test(item) && quantifier.endsWith('+') ? '*' : quantifier)
  }
  return text
}

function oneItem(from: Chance, size: number, scope: Scope): string {
  const kind = from.below(20)
  if (kind < 9 || size < 2) return from.pick(ATOMS)
  if (kind < 11) return from.pick(SETS)
  if (kind < 12) return from.pick(ANCHORS)
  const inner = Math.ceil(size / 2)
  if (kind < 14) return named(from, inner, scope)
  if (kind < 16) return `(?:${choice(from, inner, scope)})`
  if (kind < 17) return `${from.pick(['(?=', '(?!', '(?>', '(?i:', '(?s-i:', '('])}${choice(from, inner, scope)})`
  if (kind < 18) return `${from.pick(['(?<=', '(?<!'])}${from.pick([...ATOMS, ...SETS, 'ab', 'a|b'])})`
  const asked = scope.closed.length > 0 ? from.pick(scope.closed) : undefined
  if (asked === undefined) return named(from, inner, scope)
  return kind === 18 ? `(?P=g${asked})` : `(?(g${asked})${sequence(from, 1, scope)}|${sequence(from, 1, scope)})`
}

function named(from: Chance, size: number, scope: Scope): string {
  const name = ++scope.names
  const text = `(?P<g${name}>${choice(from, size, scope)})`
  scope.closed.push(name)
  return text
}

const TURNS = [
  'a',
  'b',
  'c',
  '\\w',
  '.',
  'ab',
  '\\s',
  '[ab]',
  '[^a]',
  'a+',
  'b*c',
  '(?=a).',
  '(?!b).',
  '\\b.',
  '.(?<=a)',
]

/** A loop whose turns may pass over named groups, with something before and behind it. */
export function randomLoop(from: Chance): string {
  let names = 0
  const branch = () => {
    const kind = from.below(3)
    const group = `(?P<g${++names}>${from.pick(TURNS)}${from.below(3) > 0 ? '' : `|${from.pick(TURNS)}`})`
    if (kind === 0) return from.pick(TURNS)
    return kind === 1 ? group + from.pick(TURNS) : `${from.pick(TURNS)}${group}${from.below(4) > 0 ? '' : '?'}`
  }
  const body = Array.from({ length: 1 + from.below(3) }, branch).join('|')
  const before = from.pick(['', '^', 'a?', '(?P<p>.*?)'])
  const behind = from.pick(['', '$', 'c', '.*', '(?P<t>b)?', '\\b'])
  return `${before}(?:${body})${from.pick(['*', '+', '*?', '+?'])}${behind}`
}

const PIECES = [
  ...'aAbkKsSiIß1_ \n\t.|?*+()[]^$-,#&~',
  ...[
    '\u017f',
    '\u0130',
    '\u0131',
    '\u212a',
    'σ',
    'ς',
    'Σ',
    '😀',
    '\u2028',
    '\u0663',
    'ä',
    'Ä',
    '\u1e9e',
    'ŉ',
    'ǰ',
    'ΐ',
    'µ',
    'μ',
  ],
  ...[
    '(?P<',
    '(?P=',
    '(?:',
    '(?=',
    '(?!',
    '(?<=',
    '(?<!',
    '(?>',
    '(?(',
    '(?P<x>',
    '(?P<y>a|b)',
    '(?(x)',
    '(?P=x)',
    '(?(1)',
  ],
  ...[
    '(?i)',
    '(?i:',
    '(?-i:',
    '(?s:',
    '(?m-s:',
    '(?a)',
    '(?a:',
    '(?u:',
    '(?x)',
    '(?x: a b)',
    '(?L)',
    '(?ims)',
    '(?i-s:',
    '(?#c)',
    '(?# ) )',
  ],
  ...[
    '{2,3}',
    '{,2}',
    '{2,}',
    '{,}',
    '{}',
    '{2',
    '{1}{2}',
    '{300}',
    '{4294967295}',
    '{3,2}',
    '{0}',
    '*?',
    '+?',
    '??',
    '*+',
    '++',
    '?+',
    '{1,2}+',
  ],
  ...[
    '[^',
    '[]',
    '[^]',
    '[a-c]',
    '[c-a]',
    '[\\w-a]',
    '[a-\\d]',
    '[[:alpha:]]',
    '[a&&b]',
    '[a||b]',
    '[a--b]',
    '[~~]',
    '[\\b]',
    '[\\B]',
    '[\\1]',
    '[\\8]',
    '[-a]',
    '[a-]',
  ],
  ...[
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\b',
    '\\B',
    '\\A',
    '\\Z',
    '\\z',
    '\\1',
    '\\2',
    '\\10',
    '\\0',
    '\\07',
    '\\101',
    '\\777',
    '\\400',
    '\\8',
    '\\08',
  ],
  ...[
    '\\x41',
    '\\x4',
    '\\u00e4',
    '\\u00e',
    '\\U0001F600',
    '\\U00110000',
    '\\N',
    '\\q',
    '\\-',
    '\\ ',
    '\\\n',
    '\\ä',
    '\\_',
    '\\',
  ],
  ...[
    '(a)',
    '(a|b)',
    '(?P<z>.)',
    '(?:a|)',
    '(|a)',
    '()',
    '(?:)',
    '^',
    '$',
    '(?=a)',
    '(?<!b)',
    '(?<=ab|c)',
    '(?<=a?)',
    '(?<=a{2})',
    '(?<=(?=b)a)',
  ],
]

/** Pieces of Python's syntax, mostly in an order that means something: what Python refuses must be refused as well. */
export function randomSyntax(from: Chance): string {
  const pieces = Array.from({ length: 1 + from.below(7) }, () => from.pick(PIECES)).join('')
  if (from.below(3) === 0) return pieces
  const open =
    pieces.replace(/\\.|\[[^\]]*\]/gs, '').split('(').length - pieces.replace(/\\.|\[[^\]]*\]/gs, '').split(')').length
  return pieces + ')'.repeat(Math.max(0, open))
}
