import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { type Expression, expression, type Match } from '../../../src/filter/regex/expression.ts'
import { type Answer, askPython, type Found, noPython, type Row } from './python.ts'
import { chance, randomLoop, randomPattern, randomSyntax, randomText } from './random.ts'
import { PATTERNS, REFUSED, TEXTS } from './rows.ts'

const skip = noPython() ?? false

test('CPython finds the same in every row', { skip }, async (t) => {
  const rows = PATTERNS.map((row) => ({ ...row, texts: [...TEXTS, ...(row.texts ?? [])] }))
  const answers = askPython(rows)
  for (const [index, row] of rows.entries()) {
    await t.test(row.name, () => void compare(row, answers[index]!))
  }
})

test('CPython finds the same with random patterns', { skip }, () => {
  const from = chance(20260)
  compareRandom(2000, () => ({
    pattern: randomPattern(from, 1 + from.below(7)),
    ignoreCase: from.below(8) === 0,
    multiline: from.below(8) === 0,
    texts: Array.from({ length: 10 }, () => randomText(from)),
  }))
})

test('CPython finds the same with random loops that pass over groups', { skip }, () => {
  const from = chance(4711)
  compareRandom(1000, () => ({
    pattern: randomLoop(from),
    texts: Array.from({ length: 10 }, () => randomText(from) + from.pick(['', 'aab', 'abcab'])),
  }))
})

test('CPython finds or refuses the same in random pieces of syntax', { skip }, () => {
  const from = chance(3141)
  compareRandom(700, () => ({
    pattern: randomSyntax(from),
    ignoreCase: from.below(3) === 0,
    multiline: from.below(8) === 0,
    texts: Array.from(
      { length: 6 },
      () => randomText(from) + from.pick(['', 'aab', 'ſkKİiIıßẞ', 'σςΣµμ', 'A\b\x07@', 'ŉǰΐ']),
    ),
  }))
})

test('what CPython refuses as syntax is refused as syntax', { skip }, () => {
  const answers = askPython(REFUSED.map(({ pattern }) => ({ pattern, texts: [] })))
  for (const [index, { pattern, code }] of REFUSED.entries()) {
    assert.equal('error' in answers[index]!, code === 'regex.syntax', pattern.slice(0, 80))
  }
})

for (const { pattern, code, says } of REFUSED) {
  test(`${code} for ${JSON.stringify(pattern.slice(0, 40))}`, () => {
    assert.throws(
      () => expression(pattern),
      (thrown) => thrown instanceof Fault && thrown.code === code && says.test(thrown.message),
    )
  })
}

test('groups are named in order of appearance, and only those that took part are told', () => {
  const found = expression('(?P<one>a)|(x)(?P<two>b)')
  assert.deepEqual(found.groups, ['one', 'two'])
  const { groups } = found.search('_a')!
  assert.deepEqual({ ...groups }, { one: 'a' })
  assert.equal('constructor' in groups || 'toString' in groups, false)
})

test('a caller who knows the text to be ASCII gets the same', () => {
  const found = expression('^(?P<user>\\S+) \\b(?P<rest>.*)$')
  assert.deepEqual(found.search('root from 192.0.2.1\n', true), found.search('root from 192.0.2.1\n'))
})

test('a text of thousands of different characters is matched all the same', () => {
  const text = String.fromCodePoint(...Array.from({ length: 40_000 }, (_, index) => 0x20000 + index))
  assert.deepEqual({ ...expression('^\\w+$').search(text) }.end, 80_000)
  assert.equal(expression('\\s').search(text), undefined)
  const last = String.fromCodePoint(0x20000 + 39_999)
  assert.deepEqual({ ...expression('(?P<last>\\w)$').search(text)?.groups }, { last })
})

/** Runs all rows; what only the translator refuses must be unsupported, and rare. */
function compareRandom(count: number, make: () => Row): void {
  const rows = Array.from({ length: count }, make)
  const answers = askPython(rows)
  let refused = 0
  for (const [index, row] of rows.entries()) if (!compare(row, answers[index]!)) refused++
  assert.ok(refused < count / 10, `${refused} of ${count} were refused`)
}

/** Whether both have an answer; they must agree on it, and on whether the pattern is one at all. */
function compare(row: Row, answer: Answer): boolean {
  const own = attempt(row)
  const where = JSON.stringify(row.pattern)
  if ('error' in answer) {
    assert.ok(own instanceof Fault, `${where}: Python refuses it (${answer.error})`)
    return true
  }
  if (own instanceof Fault) {
    assert.equal(own.code, 'regex.unsupported', `${where}: ${own.message}`)
    return false
  }
  for (const [index, text] of row.texts.entries()) {
    const found: Match | undefined = own.search(text)
    const plain: Found = found ? { ...found, groups: Object.fromEntries(Object.entries(found.groups)) } : null
    const expected: Found = answer.found[index]!
    const same: Found = expected && { ...expected, groups: Object.fromEntries(Object.entries(expected.groups)) }
    assert.deepEqual(plain, same, `${where} on ${JSON.stringify(text)}`)
    if (found) holdsLiteral(own.literals, text, where)
  }
  return true
}

function holdsLiteral(literals: Expression['literals'], text: string, where: string): void {
  if (!literals) return
  const seen = literals.ignoreCase ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text
  const held = literals.any.some((literal) => seen.includes(literal))
  assert.ok(held, `${where} matches ${JSON.stringify(text)} without ${literals.any}`)
}

function attempt(row: Row): Expression | Fault {
  try {
    return expression(row.pattern, row)
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown
    throw thrown
  }
}
