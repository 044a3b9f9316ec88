/** Tags, sessions and the order in which a filter asks its expressions. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { filter, type Verdict } from '../../src/filter/filter.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { expandTags } from '../../src/filter/tags.ts'
import { settingsOf } from './settings.ts'

const SETTINGS = settingsOf([])

/** What each line came to, in a word or two. */
function play(settings: Partial<FilterSettings>, lines: readonly string[]): string[] {
  const tried = filter({ ...SETTINGS, ...settings })
  return lines.map((line) => words(tried.match(line, line, 0)))
}

function words(verdict: Verdict | undefined): string {
  if (!verdict) return '-'
  if (verdict.kind !== 'failure') return verdict.kind
  const { id, kind, fields, lines } = verdict.failure
  const told = Object.entries(fields)
    .filter(([name]) => !PLAIN.has(name))
    .map(([name, value]) => ` ${name}=${value}`)
  return `${kind} ${id}${told.join('')}${lines.length > 1 ? ` of ${lines.length} lines` : ''}`
}

/** What every failure has of its own accord. */
const PLAIN = new Set(['fid', 'ip4', 'ip6', 'dns', 'cidr', 'mlfid', 'users', 'alt_user'])

const rows: readonly [sentence: string, settings: Partial<FilterSettings>, line: string, verdict: string][] = [
  ['<HOST> takes an IPv4 address', { failregex: ['^from <HOST>$'] }, 'from 192.0.2.1', 'ip 192.0.2.1'],
  [
    '<HOST> takes a mapped address as its IPv4 one',
    { failregex: ['^from <HOST>$'] },
    'from ::ffff:192.0.2.1',
    'ip 192.0.2.1',
  ],
  ['<HOST> takes IPv6, in brackets too', { failregex: ['^from <HOST> '] }, 'from [2001:db8::1] x', 'ip 2001:db8::1'],
  ['<HOST> takes no name when names are not used', { failregex: ['^from <HOST>$'] }, 'from example.org', '-'],
  [
    '<HOST> takes a name when they are',
    { failregex: ['^from <HOST>$'], usedns: 'warn' },
    'from example.org',
    'dns example.org',
  ],
  [
    'what only looks like an address is reported as found',
    { failregex: ['^from <ADDR>$'] },
    'from 999.2.3.4',
    'ip 999.2.3.4',
  ],
  ['<SUBNET> takes a network', { failregex: ['^from <SUBNET>$'] }, 'from 192.0.2.0/24', 'ip 192.0.2.0/24'],
  ['<F-ID> is any id', { failregex: ['^key <F-ID>\\w+</F-ID>$'] }, 'key abc', 'fid abc'],
  [
    '<F-USER> is told',
    { failregex: ['^<F-USER>\\S+</F-USER> from <ADDR>$'] },
    'bob from 192.0.2.1',
    'ip 192.0.2.1 user=bob',
  ],
  [
    '<F-ALT_USER> fills an empty user',
    { failregex: ['^(?:u=<F-USER>\\S+</F-USER>|a=<F-ALT_USER>\\S+</F-ALT_USER>) from <ADDR>$'] },
    'a=eve from 192.0.2.1',
    'ip 192.0.2.1 user=eve',
  ],
  [
    'the first expression that matches decides',
    { failregex: ['^(?P<a>x)? ?<ADDR>', '<ADDR>$'] },
    '192.0.2.1',
    'ip 192.0.2.1',
  ],
  ['an ignoreregex overrules', { failregex: ['^<ADDR>'], ignoreregex: ['friend'] }, '192.0.2.1 friend', 'ignored'],
  [
    'the prefregex narrows what the expressions see',
    { prefregex: '^sshd: <F-CONTENT>.+</F-CONTENT>$', failregex: ['^bad <ADDR>$'] },
    'sshd: bad 192.0.2.1',
    'ip 192.0.2.1',
  ],
  [
    'a line without the prefix is none',
    { prefregex: '^sshd: <F-CONTENT>.+</F-CONTENT>$', failregex: ['<ADDR>'] },
    'x 192.0.2.1',
    '-',
  ],
  ['the text ends in a newline that $ may stand before', { failregex: ['<ADDR>\\s$'] }, '192.0.2.1', 'ip 192.0.2.1'],
  [
    'a <F-NOFAIL> without a session is a failure, as it is for Fail2ban',
    { failregex: ['^<F-NOFAIL>ok</F-NOFAIL> <ADDR>'] },
    'ok 192.0.2.1',
    'ip 192.0.2.1 nofail=ok',
  ],
]

for (const [sentence, settings, line, verdict] of rows) {
  test(sentence, () => assert.deepEqual(play(settings, [line]), [verdict]))
}

describe('sessions', () => {
  const failregex = [
    '^<F-MLFID>\\d+</F-MLFID> <F-NOFAIL>connect</F-NOFAIL> <ADDR>$',
    '^<F-MLFID>\\d+</F-MLFID> wrong <F-USER>\\S+</F-USER>$',
    '^<F-MLFID>\\d+</F-MLFID> <F-MLFFORGET><F-MLFGAINED>accepted</F-MLFGAINED></F-MLFFORGET>',
    '^<F-MLFID>\\d+</F-MLFID> <F-NOFAIL><F-MLFFORGET>closed</F-MLFFORGET></F-NOFAIL>',
  ]
  const scripts: readonly [sentence: string, script: readonly [line: string, verdict: string][]][] = [
    [
      'a failure takes its address from the line before',
      [
        ['1 connect 192.0.2.1', 'noted'],
        ['1 wrong bob', 'ip 192.0.2.1 user=bob of 2 lines'],
        ['1 wrong bob', 'ip 192.0.2.1 user=bob'],
      ],
    ],
    [
      'a failure without an address waits for one',
      [
        ['1 wrong bob', 'noted'],
        ['1 connect 192.0.2.1', 'ip 192.0.2.1 user=bob of 2 lines'],
      ],
    ],
    [
      'what is closed is forgotten',
      [
        ['1 connect 192.0.2.1', 'noted'],
        ['1 closed', 'noted'],
        ['1 wrong bob', 'noted'],
      ],
    ],
    [
      'sessions do not mix',
      [
        ['1 connect 192.0.2.1', 'noted'],
        ['2 connect 192.0.2.2', 'noted'],
        ['1 wrong bob', 'ip 192.0.2.1 user=bob of 2 lines'],
      ],
    ],
    [
      'success is no failure',
      [
        ['1 connect 192.0.2.1', 'noted'],
        ['1 accepted', 'noted'],
      ],
    ],
  ]
  for (const [sentence, script] of scripts) {
    test(sentence, () => {
      const lines = script.map(([line]) => line)
      assert.deepEqual(
        play({ failregex }, lines),
        script.map(([, verdict]) => verdict),
      )
    })
  }
})

const refused: readonly [sentence: string, settings: Partial<FilterSettings>, code: string][] = [
  ['no failregex', {}, 'filter.no-expression'],
  ['an expression without an id', { failregex: ['^wrong$'] }, 'filter.no-id'],
  ['two addresses in one expression', { failregex: ['<ADDR> <HOST>'] }, 'regex.syntax'],
  ['a broken expression', { failregex: ['<ADDR> (x'] }, 'regex.syntax'],
]

for (const [sentence, settings, code] of refused) {
  test(`${sentence} is refused`, () => assert.throws(() => filter({ ...SETTINGS, ...settings }), { code }))
}

test('a fault names the line of the expression and, for two addresses, what is wrong', () => {
  const places = { failregex: { file: 'x.conf', line: 7 } }
  assert.throws(() => filter({ ...SETTINGS, failregex: ['<ADDR> by <HOST>'], places }), {
    code: 'regex.syntax',
    at: places.failregex,
    hint: /one address only/,
  })
})

test('tags that are unknown or were not opened stay as they are', () => {
  assert.equal(expandTags('<x> <FOO> </F-X> <F-A>a</F-A></F-A>', 'no'), '<x> <FOO> </F-X> (?P<a>a))')
})

test('needles never span the place of a date', () => {
  const { needles } = filter({ ...SETTINGS, failregex: ['^<ADDR> - \\[\\] "GET /bad'] })
  assert.deepEqual(needles[0], { any: ['"GET '], ignoreCase: false, also: [] })
})
