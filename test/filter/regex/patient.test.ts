/** The second engine finds what CPython finds, in a time that grows with the text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../../src/filter/regex/parse.ts'
import { patient } from '../../../src/filter/regex/patient.ts'
import { askPython, type Found, noPython, type Row } from './python.ts'
import { chance, randomLoop, randomPattern, randomText } from './random.ts'
import { PATTERNS, TEXTS } from './rows.ts'

const skip = noPython() ?? false

test('CPython finds the same in every row', { skip }, () => {
  compare(PATTERNS.map((row) => ({ ...row, texts: [...TEXTS, ...(row.texts ?? [])] })))
})

test('CPython finds the same with random patterns', { skip }, () => {
  const from = chance(1984)
  compare(
    Array.from({ length: 700 }, () => ({
      pattern: from.below(4) === 0 ? randomLoop(from) : randomPattern(from, 1 + from.below(8)),
      ignoreCase: from.below(8) === 0,
      multiline: from.below(8) === 0,
      texts: Array.from({ length: 10 }, () => randomText(from) + from.pick(['', 'aab', 'abcab'])),
    })),
  )
})

function compare(rows: readonly Row[]): void {
  const answers = askPython(rows)
  for (const [index, row] of rows.entries()) {
    const answer = answers[index]!
    if ('error' in answer) continue
    const search = patient(parse(row.pattern, row))
    for (const [at, text] of row.texts.entries()) {
      const found = search(text)
      const plain: Found = found ? { ...found, groups: { ...found.groups } } : null
      const expected: Found = answer.found[at]!
      assert.deepEqual(plain, expected, `${JSON.stringify(row.pattern)} on ${JSON.stringify(text)}`)
    }
  }
}

const HOSTILE: readonly [name: string, pattern: string, text: string][] = [
  ['a loop in a loop', '^(?:a+)+$', `${'a'.repeat(20_000)}!`],
  ['words with optional blanks', '^(?:\\w+\\s?)*$', `${'word '.repeat(4000)}!`],
  ['branches that match the same', '^(?:a|aa|\\w)+$', `${'a'.repeat(20_000)}!`],
  ['loops one behind the other', '^.* from .* port .*x$', ' from  port '.repeat(1600)],
  ['a loop that may begin anywhere', '\\s+$', `${' '.repeat(20_000)}x`],
  ['a condition behind an ambiguous loop', '^(?P<q>")?(?:a+)+(?(q)"|$)', `${'a'.repeat(20_000)}!`],
  ['a guarded loop', '(?:(?! from ).)* from <', 'x'.repeat(20_000)],
]

for (const [name, pattern, text] of HOSTILE) {
  test(`${name}: 20 kB take at most 50 steps a character`, () => {
    assert.equal(patient(parse(pattern))(text, 50 * text.length), undefined)
  })
}

test('after the last step it gives up', () => {
  assert.throws(() => patient(parse('^(?:a+)+$'))('a'.repeat(100), 100), { code: 'regex.overrun' })
  assert.throws(() => patient(parse('^(?P<x>a+)+b(?P=x)$'))('a'.repeat(60)), { code: 'regex.overrun' })
})

test('what comes to too many turns is refused', () => {
  assert.throws(() => patient(parse('(?:a{1000}){1000}')), { code: 'regex.unsupported' })
})
