/** Every expression of the installed Fail2ban package, asked of the package itself, can be translated. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { type Expression, expression } from '../../../src/filter/regex/expression.ts'
import { INSTALLED_PYTHON, installedExpressions } from './installed.ts'
import { type Answer, askPython, type Found, type Row } from './python.ts'
import { type Chance, chance } from './random.ts'
import { TEXTS } from './rows.ts'
import { sample } from './sample.ts'

const stock = installedExpressions()
const skip = stock.length > 0 ? false : 'the package fail2ban is not installed'

test('no expression of the installed filters is refused', { skip }, () => {
  const refused = stock.flatMap((python) => {
    try {
      expression(python)
      return []
    } catch (thrown) {
      return [`${thrown instanceof Fault ? thrown.message : String(thrown)}: ${python}`]
    }
  })
  assert.deepEqual(refused, [])
})

test('most of them have literals', { skip }, () => {
  const without = stock.filter((python) => !expression(python).literals)
  assert.ok(without.length < stock.length / 10, without.join('\n'))
})

test('CPython finds the same with them, in texts made from them', { skip }, () => {
  const from = chance(911)
  const rows: Row[] = stock.map((pattern) => ({ pattern, texts: [...likely(pattern, from), ...TEXTS] }))
  const answers = askPython(rows, INSTALLED_PYTHON)
  let matches = 0
  for (const [index, { pattern, texts }] of rows.entries()) {
    const answer: Answer = answers[index]!
    if ('error' in answer) assert.fail(`${pattern}: ${answer.error}`)
    const own = expression(pattern)
    for (const [at, text] of texts.entries()) {
      const found = own.search(text)
      const expected: Found = answer.found[at]!
      const where = `${pattern} on ${JSON.stringify(text)}`
      assert.equal(found?.start, expected?.start, where)
      assert.equal(found?.end, expected?.end, where)
      assert.deepEqual({ ...found?.groups }, { ...expected?.groups }, where)
      if (found) matches++
      if (found && own.literals)
        assert.ok(
          own.literals.any.some((literal) => holds(text, literal, own)),
          where,
        )
    }
  }
  assert.ok(matches > 4 * stock.length, `only ${matches} matches`)
})

function likely(pattern: string, from: Chance): readonly string[] {
  const texts = Array.from({ length: 12 }, () => sample(pattern, from))
  return texts.flatMap((text) => [text, `${text}\n`, text.replace(/ /, '\u00a0'), `${text}x`])
}

function holds(text: string, literal: string, { literals }: Expression): boolean {
  return (literals?.ignoreCase ? text.replace(/[A-Z]/g, (one) => one.toLowerCase()) : text).includes(literal)
}
