/** The lines of the log, as Fail2ban 1.0.2 was seen to write them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GuardLog } from '../../../src/engine/log/guard-log.ts'
import { shortDuration } from '../../../src/engine/log/short-duration.ts'
import { fakeWorld } from '../../../src/world/fake.ts'

const NOW = new Date(2026, 10, 23, 5, 31, 13, 123).getTime()

function logOf(target: string, level = 'INFO') {
  const world = fakeWorld({ now: NOW })
  const printed = { out: '', err: '' }
  const log = new GuardLog(
    {
      world,
      pid: 77,
      streams: {
        out(text) {
          printed.out += text
        },
        err(text) {
          printed.err += text
        },
      },
      onFault: (fault) => assert.equal(fault, undefined),
    },
    { target, level, syslogSocket: 'auto' },
  )
  return { log, world, printed }
}

const LAID_OUT: readonly (readonly [target: string, line: string])[] = [
  ['STDOUT', '2026-11-23 05:31:13,123 fail2ban.actions        [77]: NOTICE  [b] Ban 7.7.7.7'],
  ['stdout', '2026-11-23 05:31:13,123 fail2ban.actions        [77]: NOTICE  [b] Ban 7.7.7.7'],
  ['STDOUT[padding=off]', '2026-11-23 05:31:13,123 fail2ban.actions[77]: NOTICE [b] Ban 7.7.7.7'],
  ['STDOUT[datetime=off]', 'fail2ban.actions        [77]: NOTICE  [b] Ban 7.7.7.7'],
  ['STDOUT[datetime=off, padding=off]', 'fail2ban.actions[77]: NOTICE [b] Ban 7.7.7.7'],
  ['SYSOUT', 'fail2ban.actions        [77]: NOTICE  [b] Ban 7.7.7.7'],
  ['STDOUT[format="%(levelname)9s|%(message)s|%(nope)s%%"]', '   NOTICE|[b] Ban 7.7.7.7|%(nope)s%'],
]
for (const [target, line] of LAID_OUT) {
  test(`logtarget = ${target}: ${line}`, () => {
    const { log, printed } = logOf(target)
    log.say('fail2ban.actions', 'NOTICE', '[b] Ban 7.7.7.7')
    log.flush()
    assert.equal(printed.out, `${line}\n`)
  })
}

test('lines are gathered for a moment, and written together', () => {
  const { log, world } = logOf('/var/log/fail2ban.log')
  for (let i = 0; i < 3; i++) log.say('fail2ban.filter', 'INFO', `[a] Found 192.0.2.${i}`)
  assert.equal(world.files.stat('/var/log/fail2ban.log'), undefined)
  world.advance(60)
  assert.equal(world.files.text('/var/log/fail2ban.log').split('\n').length, 4)
})

test('what an attacker wrote stays within its line', () => {
  const { log, printed } = logOf('STDOUT[format="%(message)s"]')
  log.say('fail2ban.filter', 'INFO', 'a\n2026-11-23 fail2ban.actions [1]: NOTICE [sshd] Ban 192.0.2.1\x1b[2J\u2028')
  log.flush()
  assert.equal(printed.out, 'a\\x0a2026-11-23 fail2ban.actions [1]: NOTICE [sshd] Ban 192.0.2.1\\x1b[2J\\u{2028}\n')
})

test('below its level nothing is told; a level that is none is refused, and the old one stays', () => {
  const { log, printed } = logOf('STDERR', 'notice')
  log.say('fail2ban.filter', 'INFO', 'Found')
  log.setLevel('INFO')
  log.say('fail2ban.filter', 'INFO', 'Found again')
  assert.throws(() => log.setLevel('loud'), { code: 'log.bad-level', message: "Invalid log level 'LOUD'" })
  log.flush()
  assert.match(printed.err, /^\S+ \S+ fail2ban.filter {9}\[77\]: INFO {4}Found again\n$/)
  assert.equal(log.level, 'INFO')
})

test('another target: the lines before are in the old one, and the new one says so', () => {
  const { log, world, printed } = logOf('STDOUT')
  log.say('fail2ban.filter', 'INFO', 'one')
  log.setTarget('/var/log/x.log[padding=off]')
  log.flush()
  assert.match(printed.out, /one\n$/)
  assert.match(
    world.files.text('/var/log/x.log'),
    /INFO Start Fail2ban v1\.0\.2\n.*INFO Changed logging target to \/var\/log\/x\.log for Fail2ban v1\.0\.2\n$/,
  )
  assert.equal(log.target, '/var/log/x.log')
})

test('flushlogs: a file is opened anew, a stream is not', () => {
  assert.equal(logOf('/var/log/fail2ban.log').log.reopen(), 'rolled over')
  assert.equal(logOf('STDOUT').log.reopen(), 'flushed')
})

const DURATIONS: readonly (readonly [seconds: number, text: string])[] = [
  ...([
    [6, '6s'],
    [59, '59s'],
    [60, '1m'],
    [61, '1m 1s'],
    [119, '1m 59s'],
    [3571, '59m 31s'],
    [3599, '1h'],
  ] as const),
  ...([
    [3600, '1h'],
    [3661, '1h 1m'],
    [7199, '2h'],
    [43_230, '12h'],
    [86_370, '23h 59m'],
    [86_399, '24h'],
  ] as const),
  ...([
    [86_400, '1d'],
    [90_061, '1d 1h 1m'],
    [603_000, '6d 23h 30m'],
    [604_799, '7d'],
    [604_800, '1w'],
  ] as const),
  ...([
    [700_000, '1w 1d 2h'],
    [1_209_599, '2w'],
    [2_592_000, '4w 2d'],
    [31_535_999, '52w 1d'],
  ] as const),
  ...([
    [31_536_000, '1y'],
    [99_999_999, '3y 8w 6d'],
  ] as const),
]
for (const [seconds, text] of DURATIONS) {
  test(`${seconds} s are ${text}`, () => assert.equal(shortDuration(seconds), text))
}
