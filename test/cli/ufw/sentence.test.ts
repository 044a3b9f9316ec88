/** The grammar of ufw. The answers were recorded from ufw 0.36.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Fault } from '../../../src/base/fault.ts'
import type { Command } from '../../../src/cli/ufw/command.ts'
import { sentenceWords } from '../../../src/cli/ufw/print-sentence.ts'
import { parseSentence } from '../../../src/cli/ufw/sentence.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import { ANSWERS } from './answers.ts'
import { KNOWN } from './known-words.ts'
import { wordsOf } from './words-of.ts'

test('a rule means what UFW takes it for, and what is wrong with one is told in its words', () => {
  for (const [sentence, answer] of Object.entries(ANSWERS)) assert.equal(answerTo(sentence), answer, sentence)
})

test('a rule that was made is made again by the sentence that it prints', () => {
  for (const sentence of Object.keys(ANSWERS)) {
    for (const rule of rulesOf(sentence)) {
      const again = rulesOf(sentenceWords(rule))
      const made = again.some((one) => isDeepStrictEqual(one, rule))
      assert.ok(made, `${sentence}: ${sentenceWords(rule).join(' ')}`)
    }
  }
})

const COMMANDS: Readonly<Record<string, Command | string>> = {
  enable: { kind: 'enable' },
  DISABLE: { kind: 'disable' },
  Reload: { kind: 'reload' },
  reset: { kind: 'reset' },
  confirm: { kind: 'confirm' },
  'enable x': '? Invalid syntax',
  version: { kind: 'version' },
  '--version': { kind: 'version' },
  'version x': '? Invalid syntax',
  help: { kind: 'help' },
  '-h': { kind: 'help' },
  '-V': '? Invalid syntax',
  '': '? not enough args',
  '--dry-run': '? not enough args',
  '--force': '? Invalid syntax',
  'default deny': { kind: 'default', policy: 'deny', path: 'in' },
  'default Reject OUTPUT': { kind: 'default', policy: 'reject', path: 'out' },
  'default allow routed more words': { kind: 'default', policy: 'allow', path: 'forward' },
  'default limit': '? Invalid syntax',
  'default deny in': '? Invalid syntax',
  'default incoming deny': '? Invalid syntax',
  'logging on': { kind: 'logging', level: 'on' },
  'Logging MEDIUM x': { kind: 'logging', level: 'medium' },
  logging: '? Invalid syntax',
  'logging 1': '? Invalid syntax',
  status: { kind: 'status', form: 'plain' },
  'status Verbose numbered': { kind: 'status', form: 'verbose' },
  'status foo': '? Invalid syntax',
  'show RAW': { kind: 'show', what: 'raw' },
  'show added x': { kind: 'show', what: 'added' },
  show: '? Invalid syntax',
  'app list': { kind: 'app-list' },
  'app LIST all': '? Invalid syntax',
  'App list': '? Invalid syntax',
  'app info all': { kind: 'app-info', name: 'all' },
  "app info 'Nginx Full' x": { kind: 'app-info', name: 'Nginx Full' },
  'app info -x': '! Invalid profile name',
  'app default SKIP': { kind: 'app-default', policy: 'skip' },
  'app default limit': '? Invalid syntax',
  'app update all': { kind: 'app-update', name: 'all', addNew: false },
  'app update --add-new SSH x': { kind: 'app-update', name: 'SSH', addNew: true },
  'app update SSH --add-new': { kind: 'app-update', name: 'SSH', addNew: false },
  'app update --add-new all': "! Cannot specify 'all' with '--add-new'",
  'delete 01 x': { kind: 'delete-number', number: 1 },
  'rule DELETE +1_0': { kind: 'delete-number', number: 10 },
  'delete -5': "! Could not find rule ''",
  'delete 99999999999999999999999': "! Could not find rule '99999999999999999999999'",
  'route Delete 1': { kind: 'delete-number', number: 1 },
  'Route allow 22': '? Invalid syntax',
  'rule route allow 22': '? Invalid syntax',
}

for (const [sentence, expected] of Object.entries(COMMANDS)) {
  test(`'${sentence}' is ${typeof expected === 'string' ? expected : `the command ${JSON.stringify(expected)}`}`, () => {
    const answer = answerTo(sentence)
    assert.deepEqual(typeof answer === 'string' ? answer : answer.command, expected)
  })
}

const OPTIONS: Readonly<Record<string, string>> = {
  '--dry-run --force enable': 'dryRun force',
  '--DRY-RUN enable': 'dryRun',
  '-f enable': 'force',
  '--force --dry-run enable': '? Invalid syntax',
  '--force --force enable': '? Invalid syntax',
  'enable --force': '? Invalid syntax',
  '--force deny 22': '? Invalid syntax',
  '--force app list': "! Unsupported action 'list'",
  '--force app default deny': '! Unsupported default policy',
  '--force delete 1': 'force',
  'status --json': 'json',
  '--json status verbose': 'json',
  '--rollback 60 enable': 'rollback=60',
  '--force --json --rollback 5 enable': 'force json rollback=5',
  '--rollback enable': "! Invalid number of seconds 'enable'",
  '--rollback 0 enable': "! Invalid number of seconds '0'",
  'status --datadir=/x --rootdir=/y': '',
}

for (const [sentence, expected] of Object.entries(OPTIONS)) {
  test(`'${sentence}' is ${/^[!?]/.test(expected) ? expected : `said with: ${expected || 'nothing'}`}`, () => {
    const answer = answerTo(sentence)
    if (typeof answer === 'string') return assert.equal(answer, expected)
    const { command, rollback, ...flags } = answer
    const given = Object.keys(flags).filter((name) => flags[name as keyof typeof flags])
    assert.equal([...given.toSorted(), ...(rollback === undefined ? [] : [`rollback=${rollback}`])].join(' '), expected)
  })
}

test('a rule is forced behind rule, route, insert and prepend', () => {
  for (const before of ['rule', 'route', 'prepend', 'insert 1']) rulesOf(`--force ${before} allow 22`)
})

test('a position counts from 1; none is the end', () => {
  const place = (position: string) => {
    const command = parse(['insert', position, 'allow', '22']).command
    return command.kind === 'rule' && command.place
  }
  assert.deepEqual(place('1'), { insert: 1 })
  assert.deepEqual(place('01_0'), { insert: 10 })
  assert.equal(place('00'), 'append')
  assert.equal(place(''), 'append')
})

test('a host without IPv6 has rules of IPv4 alone', () => {
  const without = { ...KNOWN, ipv6: false }
  const families = (words: string[]) => {
    const { command } = parseSentence(words, without)
    return 'rules' in command ? command.rules.map(({ family }) => family) : []
  }
  assert.deepEqual(families(['allow', '22']), [4])
  assert.deepEqual(families(['delete', 'allow', 'MSN']), [4])
  assert.deepEqual(families(['delete', 'allow', 'from', '::1', 'to', 'any', 'app', 'MSN']), [6])
  assert.throws(() => families(['allow', 'from', '::1']), { message: 'IPv6 support not enabled' })
  assert.throws(() => families(['allow', 'from', '::1', 'to', 'any', 'app', 'MSN']), {
    message: 'IPv6 support not enabled\nError applying application rules. Attempted rules successfully unapplied.',
  })
})

test('what is deleted may have a profile that is not there any more, in one rule a family', () => {
  const deleted = (sentence: string) => rulesOf(sentence).map(printTuple)
  assert.deepEqual(deleted('delete allow Gone'), [
    'allow any any 0.0.0.0/0 any 0.0.0.0/0 Gone - in',
    'allow any any ::/0 any ::/0 Gone - in',
  ])
  assert.deepEqual(deleted('delete deny out from ::1 to any app msn'), ['deny any any ::/0 any ::1 MSN - out'])
})

test('a name that two profiles have, but for upper and lower case, is neither', () => {
  assert.equal(answerTo('allow Ssh_udp'), "! Found multiple matches for 'Ssh_udp'. Please use exact profile name")
  assert.equal(answerTo('allow ssh_udp'), '46 allow udp 22 * any * ssh_udp - in')
})

test('a service of neither tcp nor udp is none', () => {
  assert.equal(answerTo('allow nbp'), "! Unsupported protocol ''")
})

// UFW lets all of these into its files: the first of each breaks the line, iptables knows nothing of the others.
const REFUSED = ['allow 22\n', 'allow ２２', 'allow from 192.0.2.0/24\n', 'allow in on eth0\n', 'allow in on a out b']

for (const sentence of REFUSED) {
  test(`refused, though UFW takes it: ${JSON.stringify(sentence)}`, () => {
    assert.throws(() => parse(sentence.split(' ')), Fault)
  })
}

function parse(words: readonly string[]) {
  return parseSentence(words, KNOWN)
}

function rulesOf(said: string | readonly string[]) {
  const answer = answerTo(said)
  if (typeof answer !== 'string') return 'rules' in answer.command ? answer.command.rules : []
  if (!/^[46]/.test(answer)) return []
  const { command } = parse(typeof said === 'string' ? wordsOf(said) : said)
  return 'rules' in command ? command.rules : []
}

/** Of a rule that is added, or of a fault, as ANSWERS has it. */
function answerTo(said: string | readonly string[]) {
  try {
    const sentence = parse(typeof said === 'string' ? wordsOf(said) : said)
    return sentence.command.kind === 'rule' ? printed(sentence.command) : sentence
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return `${thrown.code === 'ufw.syntax' ? '?' : '!'} ${thrown.message}`
  }
}

function printed({ rules, warnings }: Extract<Command, { kind: 'rule' }>): string {
  const families = [...new Set(rules.map(({ family }) => family))]
  const tuples = rules.filter(({ family }) => family === families[0]).map(printTuple)
  const short = tuples.map((tuple) => tuple.replaceAll(/(?<=^| )(?:0\.0\.0\.0\/0|::\/0)(?= )/g, '*'))
  return `${families.join('')} ${[...new Set(short)].join(' | ')}${warnings.length > 0 ? ' (changed)' : ''}`
}
