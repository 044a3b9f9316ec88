/** What each level logs, beside what the installed UFW 0.36.2 has in its chains for each (recorded from `iptables -S`). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printRuleset } from '../../../src/firewall/rules/print.ts'
import type { LogLevel } from '../../../src/firewall/rules/ruleset.ts'
import { printRule } from '../../../src/firewall/rules/statements.ts'
import { end, rule, ruleset } from './rulesets.ts'

/** L: at most three a minute after ten; L5: after five. */
const RECORDED: Readonly<Record<LogLevel, Readonly<Record<string, readonly string[]>>>> = {
  off: { 'user-limit': ['-j REJECT'] },
  low: {
    'after-logging-input': ['L [UFW BLOCK]'],
    'after-logging-forward': ['L [UFW BLOCK]'],
    'logging-allow': ['L [UFW ALLOW]'],
    'logging-deny': ['INVALID L RETURN', 'L [UFW BLOCK]'],
    'user-limit': ['L5 [UFW LIMIT BLOCK]', '-j REJECT'],
  },
  medium: {
    'before-logging-input': ['NEW L [UFW AUDIT]'],
    'before-logging-output': ['NEW L [UFW AUDIT]'],
    'before-logging-forward': ['NEW L [UFW AUDIT]'],
    'after-logging-input': ['L [UFW BLOCK]'],
    'after-logging-output': ['L [UFW ALLOW]'],
    'after-logging-forward': ['L [UFW BLOCK]'],
    'logging-allow': ['L [UFW ALLOW]'],
    'logging-deny': ['INVALID L [UFW AUDIT INVALID]', 'L [UFW BLOCK]'],
    'user-limit': ['L5 [UFW LIMIT BLOCK]', '-j REJECT'],
  },
  high: {
    'before-logging-input': ['L [UFW AUDIT]'],
    'before-logging-output': ['L [UFW AUDIT]'],
    'before-logging-forward': ['L [UFW AUDIT]'],
    'after-logging-input': ['[UFW BLOCK]'],
    'after-logging-output': ['[UFW ALLOW]'],
    'after-logging-forward': ['[UFW BLOCK]'],
    'logging-allow': ['[UFW ALLOW]'],
    'logging-deny': ['INVALID [UFW AUDIT INVALID]', '[UFW BLOCK]'],
    'user-limit': ['L5 [UFW LIMIT BLOCK]', '-j REJECT'],
  },
  full: {
    'before-logging-input': ['[UFW AUDIT]'],
    'before-logging-output': ['[UFW AUDIT]'],
    'before-logging-forward': ['[UFW AUDIT]'],
    'after-logging-input': ['[UFW BLOCK]'],
    'after-logging-output': ['[UFW ALLOW]'],
    'after-logging-forward': ['[UFW BLOCK]'],
    'logging-allow': ['[UFW ALLOW]'],
    'logging-deny': ['INVALID [UFW AUDIT INVALID]', '[UFW BLOCK]'],
    'user-limit': ['L5 [UFW LIMIT BLOCK]', '-j REJECT'],
  },
}

for (const level of Object.keys(RECORDED) as LogLevel[]) {
  test(`level ${level} logs as UFW does, in both families`, () => {
    const { fixed } = printRuleset(ruleset([], { logging: level }), String)
    for (const family of [4, 6] as const) {
      const ufw = `filter${family}-ufw${family === 6 ? '6' : ''}-`
      const found = fixed.chains.flatMap(({ name, rules }) =>
        name.startsWith(ufw) && /logging|limit$/.test(name) && rules.length > 0
          ? [[name.slice(ufw.length), rules.map(inShort)] as const]
          : [],
      )
      const before = found.filter(([name]) => !/^user-logging/.test(name))
      assert.deepEqual(Object.fromEntries(before), RECORDED[level])
    }
  })
}

test('a policy that rejects is logged as BLOCK, one that allows from medium on as ALLOW', () => {
  const rules = (level: LogLevel) =>
    printRuleset(ruleset([], { logging: level, policies: { in: 'reject', out: 'drop', forward: 'accept' } }), String)
      .fixed.chains.filter(({ name }) => /^filter4-ufw-after-logging/.test(name))
      .map((chain) => chain.rules.map(inShort).join())
  assert.deepEqual(rules('low'), ['L [UFW BLOCK]', 'L [UFW BLOCK]', ''])
  assert.deepEqual(rules('high'), ['[UFW BLOCK]', '[UFW BLOCK]', '[UFW ALLOW]'])
})

const tcp = { protocol: 'tcp', to: end(undefined, '22') } as const
const LOGGED: readonly (readonly [sentence: string, of: Parameters<typeof rule>[0], rules: readonly string[]])[] = [
  ['allow log', { ...tcp, log: 'log' }, ['tcp dport 22 NEW L [UFW ALLOW]', 'tcp dport 22 counter accept']],
  ['deny log', { ...tcp, log: 'log', action: 'deny' }, ['tcp dport 22 NEW L [UFW BLOCK]', 'tcp dport 22 counter drop']],
  [
    'reject log-all',
    { ...tcp, log: 'log-all', action: 'reject' },
    ['tcp dport 22 L [UFW BLOCK]', 'tcp dport 22 counter reject with tcp reset'],
  ],
  [
    'limit log',
    { ...tcp, log: 'log', action: 'limit' },
    ['tcp dport 22 NEW L [UFW LIMIT]', 'tcp dport 22 NEW jump limit4', 'tcp dport 22 counter accept'],
  ],
]
for (const [sentence, of, rules] of LOGGED) {
  test(`${sentence}: ${rules[0]}, not at level off`, () => {
    assert.deepEqual(printRule(rule(of), { logging: 'full' }).map(inShort), rules)
    assert.deepEqual(printRule(rule(of), { logging: 'off' }).map(inShort), rules.slice(1))
  })
}

function inShort(line: string): string {
  return line
    .replace('limit rate 3/minute burst 10 packets', 'L')
    .replace('limit rate 3/minute burst 5 packets', 'L5')
    .replace('ct state invalid', 'INVALID')
    .replace('ct state new', 'NEW')
    .replace(/log prefix "(.*) "/, '$1')
    .replace('L return', 'L RETURN')
    .replace(/^counter reject with icmpx port-unreachable$/, '-j REJECT')
}
