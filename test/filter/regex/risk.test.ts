import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '../../../src/filter/regex/parse.ts'
import { type Risk, risk } from '../../../src/filter/regex/risk.ts'

const ROWS: readonly [name: string, pattern: string, expected: Risk][] = [
  ['words apart are linear', '^\\S+ \\S+ \\S+$', 'linear'],
  ['quoted fields are linear', '^"[^"]*" "[^"]*"$', 'linear'],
  ['a list of distinct fields is linear', '^(?:\\w=[^,]*, )*$', 'linear'],
  ['a guarded loop is linear', '^(?:(?! from ).)* from', 'linear'],
  ['a short text anywhere is linear', 'abc \\d{1,3}', 'linear'],
  ['an alternative of distinct characters is linear', '^(?:a|b)*$', 'linear'],
  ['few turns are a constant factor', '^(?:[0-9a-f]{1,4}:){1,7}x', 'linear'],
  ['a comparison with a fixed text is linear', '^(?P<q>["\'])x(?P=q)', 'linear'],
  ['two loops that share characters are polynomial', '^\\s+\\s+$', 'polynomial'],
  ['so are loops with a text between that both can match', '^.* from .*x$', 'polynomial'],
  ['a loop in an expression without ^ is polynomial', 'foo.*bar', 'polynomial'],
  ['a loop that begins an expression without ^ too', '\\s+$', 'polynomial'],
  ['a branch without ^ is enough', '^a|b+c', 'polynomial'],
  ['a loop under a lookahead that may be asked anywhere', '(?=.*a)b', 'polynomial'],
  ['a loop under a lookahead in a loop', '^(?:(?=a*b)[ab])*$', 'polynomial'],
  ['a comparison with what a loop found', '^(?P<q>a+)b(?P=q)', 'polynomial'],
  ['many turns count as a loop', '^\\w{0,500}\\w{0,500}!', 'polynomial'],
  ['few turns of a loop share their text', '^(?:a*b?){2}$', 'polynomial'],
  ['a loop in a loop', '^(?:a+)+$', 'exponential'],
  ['words with optional blanks between', '^(?:\\w+\\s?)*$', 'exponential'],
  ['branches that match the same', '^(?:a|aa)+$', 'exponential'],
  ['branches that overlap by case', '(?i)^(?:ab|A.)+$', 'exponential'],
  ['branches that share what is beyond ASCII', '^(?:ä|\\w)+$', 'exponential'],
  ['a field whose value may hold the sign', '^(?: \\S+=\\S*)*$', 'exponential'],
  ['an ambiguous loop under a lookahead', '^(?=(?:a|a)*b)', 'exponential'],
]

for (const [name, pattern, expected] of ROWS) {
  test(`${name}: ${expected}`, () => assert.equal(risk(parse(pattern).root), expected))
}

test('an expression too large to be judged is said to be exponential, soon', () => {
  assert.equal(risk(parse(`${'(?:'.repeat(60)}a${'){2}'.repeat(60)}`).root), 'exponential')
  const words = Array.from({ length: 2000 }, (_, index) => `w${index}`).join('|')
  assert.equal(risk(parse(`^(?:${words})*$`).root), 'exponential')
})
