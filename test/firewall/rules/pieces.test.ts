import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { cutIntoPieces } from '../../../src/firewall/rules/pieces.ts'
import { printRuleset } from '../../../src/firewall/rules/print.ts'
import type { Rule } from '../../../src/firewall/rules/rule.ts'
import { printChange, printReplacement } from '../../../src/firewall/rules/transaction.ts'
import { end, rule, ruleset } from './rulesets.ts'

const fingerprint = (text: string) => createHash('sha1').update(text).digest('hex').slice(0, 12)
const pieces = (rules: readonly Rule[]) => cutIntoPieces(rules, { logging: 'low' }, fingerprint)
const deny = (index: number) => rule({ action: 'deny', from: end(`10.0.${index >> 8}.${index & 255}`) })
const allow = (index: number) =>
  rule({ protocol: 'tcp', from: end(`10.0.${index >> 8}.${index & 255}`), to: end(undefined, String(index + 1)) })
const many = (count: number, make: (index: number) => Rule) => Array.from({ length: count }, (_, index) => make(index))

const SHAPES: readonly (readonly [sentence: string, rules: readonly Rule[], shape: string])[] = [
  ['no rules are no pieces', [], ''],
  ['a few denied sources are rules', many(7, deny), 'rules 7'],
  ['more of them are a set', many(8, deny), 'sources 8'],
  [
    'what differs in its ports is no part of the set',
    [...many(8, deny), rule(), ...many(8, deny)],
    'sources 8, rules 1, sources 8',
  ],
  [
    'networks are no part of a set',
    [...many(9, deny), rule({ action: 'deny', from: end('10.0.0.0/8') })],
    'sources 9, rules 1',
  ],
  ['logged ones are no part of a set', many(9, (index) => ({ ...deny(index), log: 'log' as const })), 'rules 9'],
  ['limited ones are no part of a set', many(9, (index) => ({ ...deny(index), action: 'limit' as const })), 'rules 9'],
  ['other comments do not matter', many(9, (index) => ({ ...deny(index), comment: String(index) })), 'sources 9'],
]
for (const [sentence, rules, shape] of SHAPES) {
  test(sentence, () => {
    const found = pieces(rules).map(({ isRun, rules: of }) => `${isRun ? 'sources' : 'rules'} ${of.length}`)
    assert.equal(found.join(', '), shape)
  })
}

test('pieces have all rules in their order', () => {
  const rules = many(3000, (index) => (Math.floor(index / 50) % 3 === 0 ? allow(index) : deny(index)))
  assert.deepEqual(
    pieces(rules).flatMap((piece) => piece.rules),
    rules,
  )
})

for (const [sentence, make] of [
  ['allowed ports', allow],
  ['denied sources', deny],
] as const) {
  test(`a rule more or less anywhere in 5,000 ${sentence} changes two pieces at most, and few lines`, () => {
    const rules = many(5000, make)
    const names = new Set(pieces(rules).map(({ name }) => name))
    for (const at of [0, 1, 1234, 2500, 4999, 5000]) {
      const other = new Set(pieces([...rules.slice(0, at), make(60_000), ...rules.slice(at)]).map(({ name }) => name))
      assert.ok([...other].filter((name) => !names.has(name)).length <= 2)
      assert.ok([...names].filter((name) => !other.has(name)).length <= 2)
    }
  })
}

test('what the kernel has already is not sent again, and what is not wanted any more goes', () => {
  const before = printRuleset(ruleset(many(5000, allow)), fingerprint)
  const present = {
    chains: new Set([
      before.fixed.mark,
      ...[...before.fixed.chains, ...before.pieces.chains, ...before.calls].map(({ name }) => name),
    ]),
    sets: new Set([...before.fixed.sets, ...before.pieces.sets].map(({ name }) => name)),
  }
  const same = printChange(before, present)
  assert.ok(
    same.every((line) => !/^(add rule.* (accept|drop)|delete)/.test(line)),
    'nothing but the calls',
  )
  const less = printChange(printRuleset(ruleset(many(4999, allow)), fingerprint), present)
  assert.ok(less.filter((line) => line.startsWith('add rule')).length < 700)
  assert.ok(less.some((line) => line.startsWith('delete chain inet rampart rules-')))
  const level = printChange(printRuleset(ruleset(many(5000, allow), { logging: 'medium' }), fingerprint), present)
  assert.ok(level.some((line) => line === `delete chain inet rampart ${before.fixed.mark}`))
  assert.ok(!level.some((line) => /add rule inet rampart rules-/.test(line)))
  assert.deepEqual(printReplacement(before).slice(0, 2), ['add table inet rampart', 'delete table inet rampart'])
})
