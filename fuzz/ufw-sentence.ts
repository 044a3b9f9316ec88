/**
 * Random words behind `ufw` → a sentence or a Fault, never another exception; what a rule prints makes that rule again.
 * Run: `runtime/node fuzz/ufw-sentence.ts [SECONDS] [SEED]`; prints the seed, and the words that broke it.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { printSentence, sentenceWords } from '../src/cli/ufw/print-sentence.ts'
import { parseSentence, type Vocabulary } from '../src/cli/ufw/sentence.ts'
import { printTuple } from '../src/config/ufw/tuple.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const WORDS = [
  ...['allow', 'deny', 'reject', 'limit', 'delete', 'insert', 'prepend', 'route', 'rule', 'app', 'default', 'status'],
  ...[
    'in',
    'out',
    'on',
    'log',
    'log-all',
    'proto',
    'from',
    'to',
    'port',
    'app',
    'comment',
    'any',
    'all',
    '-1',
    '0',
    '1',
  ],
  ...[
    '--dry-run',
    '--force',
    '--json',
    '--rollback',
    '--add-new',
    '--datadir=',
    '--',
    '',
    ' ',
    "it's",
    '\0',
    '\n',
    'é',
    '٣',
  ],
  ...['22', '80,443', '1:2', ':', ',', '1,', '22/tcp', '53/udp', '/tcp', 'ssh', 'ssh/udp', 'tcp', 'udp', 'esp', 'igmp'],
  ...[
    '10.0.0.1',
    '10.1.2.3/8',
    '10.0.0.0/255.0.255.0',
    '::1',
    '2001:DB8::1/32',
    '::ffff:10.0.0.1',
    '0.0.0.0/0',
    '::/0',
  ],
  ...[
    'eth0',
    'eth0:1',
    '!x',
    'a/b',
    'eth+',
    'Web Full',
    'web full',
    'Two',
    'Gone',
    '99999999999999999999',
    '1_0',
    '__proto__',
  ],
]

/** Good ones, to be broken: words drawn blindly seldom get far. */
const SENTENCES = [
  'allow in on eth0 log from 10.1.2.3/8 port 1:2 to any port 80,443 proto tcp comment x',
  'route insert 1 deny in on eth0 log-all out on eth1 from ::1 to 2001:DB8::1/32 port ssh',
  'delete limit out 22/tcp',
  'prepend reject from 10.0.0.0/255.0.255.0 to any app Two',
  'rule allow from any app Two to any app Two comment x',
  'allow proto esp from 10.0.0.1',
]

const VOCABULARY: Vocabulary = {
  services: (name) => (name === 'ssh' ? { port: 22, protocol: 'tcp' } : undefined),
  profiles: () =>
    new Map(
      ['Web Full', 'Two'].map((name) => [
        name,
        { name, title: name, description: name, ports: name === 'Two' ? ['53', '80,443/tcp'] : ['443,80/tcp'] },
      ]),
    ),
  ipv6: true,
}

/** One round with its own seed. @throws AssertionError, or whatever broke out */
export function fuzzUfwSentence(seed: number): void {
  const next = random(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!
  const words =
    next() < 0.3 ? Array.from({ length: Math.floor(next() * 12) }, () => one(WORDS)) : one(SENTENCES).split(' ')
  for (let changes = Math.floor(next() * 5); changes > 0; changes--) {
    words.splice(Math.floor(next() * words.length), Math.floor(next() * 2), ...(next() < 0.6 ? [one(WORDS)] : []))
  }
  onlyFaults(() => {
    const { command } = parseSentence(words, VOCABULARY)
    if (command.kind === 'rule' && !command.unfit) for (const rule of command.rules) checkRule(rule, words)
  })
}

function checkRule(rule: Parameters<typeof printSentence>[0], words: readonly string[]): void {
  const said = JSON.stringify(words)
  assert.ok(!/\n/.test(printTuple(rule)), `${said} breaks a line`)
  assert.equal(typeof printSentence(rule), 'string')
  const { command } = parseSentence(sentenceWords(rule), VOCABULARY)
  const again = command.kind === 'rule' ? command.rules : []
  assert.ok(
    again.some((one) => isDeepStrictEqual(one, rule)),
    `${said} is printed as ${printSentence(rule)}`,
  )
}

if (import.meta.main) rounds(fuzzUfwSentence)
