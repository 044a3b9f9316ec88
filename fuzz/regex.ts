/**
 * Random text as a pattern: the translator may only end in an Expression or a Fault, soon, and what it makes may only
 * find something, nothing or a Fault. `node fuzz/regex.ts [COUNT] [SEED]`
 */
import { Fault } from '../src/base/fault.ts'
import { expression } from '../src/filter/regex/expression.ts'
import { withinLimit } from '../src/filter/regex/limit.ts'
import { type Chance, chance, randomPattern, randomText } from '../test/filter/regex/random.ts'

const PIECES = [
  ...'aAzZ09_ \n\t\\^$.|?*+()[]{}<>=!:#-,\'"&~ßäſİ\u2028😀\ud800\ufffd\0',
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
    '(?i)',
    '(?x',
    '(?-i:',
    '(?#',
    '{2,3}',
    '{,',
    '[^',
    '[]',
  ],
  ...[
    '\\d',
    '\\W',
    '\\b',
    '\\1',
    '\\777',
    '\\x',
    '\\u00e4',
    '\\N{',
    '*+',
    '??',
    'x>',
    '(?P<x>',
    '(?(x)',
    '(?P=x)',
    'a-z',
    '{999999999}',
  ],
]
/** Milliseconds for one pattern and its texts; a translation takes about one, the rest is for catastrophic matches. */
const LIMIT_MS = 500

const count = Number(process.argv[2] ?? 2000)
const from = chance(Number(process.argv[3] ?? 1))
const ends = new Map<string, number>()
for (let done = 0; done < count; done++) {
  const pattern = from.below(3) === 0 ? mutated(from) : soup(from)
  try {
    const end = withinLimit(LIMIT_MS, () => attempt(pattern))
    ends.set(end, (ends.get(end) ?? 0) + 1)
  } catch (thrown) {
    console.error(`${JSON.stringify(pattern)} ended in`, thrown)
    process.exitCode = 1
  }
}
console.log(`${count} patterns:`, Object.fromEntries(ends))

function attempt(pattern: string): string {
  let made: ReturnType<typeof expression>
  try {
    made = expression(pattern, { ignoreCase: from.below(4) === 0, multiline: from.below(4) === 0 })
  } catch (thrown) {
    if (thrown instanceof Fault && /^regex\.(syntax|unsupported)$/.test(thrown.code)) return thrown.code
    throw thrown
  }
  for (let texts = 0; texts < 3; texts++) made.search(randomText(from))
  return 'expression'
}

function soup(from: Chance): string {
  return Array.from({ length: from.below(30) }, () => from.pick(PIECES)).join('')
}

/** A pattern that is one, with a piece too many and one too few. */
function mutated(from: Chance): string {
  const pattern = randomPattern(from, 1 + from.below(8))
  const [added, removed] = [from.below(pattern.length + 1), from.below(pattern.length + 1)]
  const longer = pattern.slice(0, added) + from.pick(PIECES) + pattern.slice(added)
  return longer.slice(0, removed) + longer.slice(removed + 1)
}
