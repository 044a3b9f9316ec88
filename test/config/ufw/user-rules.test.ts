/** user.rules and user6.rules: as the installed ufw writes them, and read again as they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { strayLines } from '../../../src/config/ufw/stray-lines.ts'
import { printUserRules, readUserRules } from '../../../src/config/ufw/user-rules.ts'
import type { LogLevel, Policy } from '../../../src/firewall/rules/ruleset.ts'
import { askUfw, NO_UFW } from './ask-ufw.ts'
import { randomRule } from './random-rules.ts'

const FILES = { 4: '/etc/ufw/user.rules', 6: '/etc/ufw/user6.rules' }
const LEVELS: readonly LogLevel[] = ['off', 'low', 'medium', 'high', 'full']
const POLICIES: readonly Policy[] = ['accept', 'drop', 'reject']
const noServices = () => undefined

test('what is printed is read again as it was', () => {
  const next = random(1)
  for (let turn = 0; turn < 300; turn++) {
    const family = turn % 2 ? 4 : 6
    const rules = Array.from({ length: 5 }, () => randomRule(family, next))
    const policies = { in: 'drop', out: 'accept', forward: 'drop' } as const
    const text = printUserRules({ rules, policies, logging: 'low' }, family)
    assert.deepEqual(readUserRules(text, family, noServices), { rules, warnings: [] })
  }
})

test('300 rules and every log level under every policy are the bytes that ufw writes', { skip: NO_UFW }, () => {
  const next = random(2)
  const one = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!
  const states = LEVELS.flatMap((logging) =>
    [1, 2, 3].map(() => ({
      logging,
      policies: { in: one(POLICIES), out: one(POLICIES), forward: one(POLICIES) },
      rules: ([4, 6] as const).flatMap((family) => Array.from({ length: 10 }, () => randomRule(family, next))),
    })),
  )
  const answers = askUfw(
    states.map((state) => ({
      files: {
        // As any program might have left them: ufw writes its own lines.
        [FILES[4]]: tuplesOf(printUserRules(state, 4)),
        [FILES[6]]: tuplesOf(printUserRules(state, 6)),
        '/etc/default/ufw': defaults(state.policies),
      },
      commands: [['logging', state.logging]],
      read: Object.values(FILES),
    })),
  )
  for (const [index, state] of states.entries()) {
    assert.equal(answers[index]?.answers[0]?.err, '')
    for (const family of [4, 6] as const) {
      assert.equal(printUserRules(state, family), answers[index]!.files[FILES[family]])
    }
  }
})

function tuplesOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('### '))
    .join('\n')
}

function defaults({ in: input, out, forward }: Readonly<Record<'in' | 'out' | 'forward', Policy>>): string {
  const lines = Object.entries({ INPUT: input, OUTPUT: out, FORWARD: forward }).map(
    ([name, policy]) => `DEFAULT_${name}_POLICY="${policy.toUpperCase()}"\n`,
  )
  return `IPV6=yes\n${lines.join('')}`
}

test('lines that no tuple stands for are found, with their place', () => {
  const next = random(3)
  const rules = Array.from({ length: 20 }, () => randomRule(4, next))
  const policies = { in: 'drop', out: 'accept', forward: 'drop' } as const
  const text = printUserRules({ rules, policies, logging: 'low' }, 4)
  const stray = (of: string) => strayLines(of, rules)
  assert.deepEqual(stray(text), [])
  const added = '-A ufw-user-input -s 192.0.2.1 -j DROP'
  assert.deepEqual(stray(text.replace('### RULES ###\n', `### RULES ###\n${added}\n`)), [{ line: 19, text: added }])
})
