/** Bytes of a log to failures: candidates, dates, forged records, and lines that take too long. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Filter, filter } from '../../src/filter/filter.ts'
import { type LogMatcher, logMatcher, type Reading } from '../../src/filter/log-matcher.ts'
import { settingsOf } from './settings.ts'

process.env['TZ'] = 'UTC' // nginx's error log has local time.

const NOW = Date.UTC(2026, 10, 22, 18, 0, 0)
const STAMP = '[22/Nov/2026:17:59:30 +0000]'

function matcher(expressions: Readonly<Record<string, string>>, findtime?: number): LogMatcher {
  return logMatcher(readings(expressions, findtime))
}

function readings(expressions: Readonly<Record<string, string>>, findtime = 600): Reading[] {
  return Object.entries(expressions).map(([jail, failregex]) => {
    return { jail, filter: filter(settingsOf([failregex])), findtime }
  })
}

function found(match: LogMatcher, text: string | Uint8Array, live = false): string[] {
  const { failures } = match.match(Buffer.from(text), NOW, live)
  return failures.map(({ jail, failure }) => `${jail} ${failure.id} ${(failure.time - NOW) / 1000}`)
}

const WRONG = '^<ADDR> .*wrong'

test('a failure has the moment of its line, and every jail that matches it', () => {
  const match = matcher({ a: WRONG, b: '^<ADDR> .*very wrong' })
  const text = `192.0.2.1 ${STAMP} wrong\n192.0.2.2 ${STAMP} fine\n192.0.2.3 ${STAMP} very wrong\n`
  assert.deepEqual(found(match, text), ['a 192.0.2.1 -30', 'a 192.0.2.3 -30', 'b 192.0.2.3 -30'])
  assert.equal(match.match(Buffer.from(text), NOW, false).lines, 3)
})

test('while catching up what is older than findtime does not count', () => {
  assert.deepEqual(found(matcher({ a: WRONG }, 10), `192.0.2.1 ${STAMP} wrong\n`), [])
})

const BYTES: readonly (readonly [name: string, before: string, after: string])[] = [
  ['a byte order mark before it', '\xef\xbb\xbf', ''],
  ['NULs before it', '\0\0\0', ''],
  ['NUL, ESC and other control bytes in it', '', '\0\x1b[2J\x0b\x0c\x1c\x7f'],
  ['a carriage return in it, and one at its end', '', 'a\rb\r'],
  ['bytes of latin-1', '', 'caf\xe9'],
  ['half a pair of surrogates and overlong forms', '', '\xed\xa0\x80\xc0\xaf'],
  ['separators of Unicode', '', '\xe2\x80\xa8\xe2\x80\xa9\xc2\x85'],
]
for (const [name, before, after] of BYTES) {
  test(`a line with ${name} is matched`, () => {
    const line = Buffer.from(`${before}192.0.2.1 ${STAMP} wrong ${after}\n`, 'latin1')
    assert.deepEqual(found(matcher({ a: WRONG }), line, true), ['a 192.0.2.1 -30'])
  })
}

const AGES: readonly (readonly [line: string, findtimes: readonly number[], isOld: boolean | undefined])[] = [
  ['192.0.2.1 [22/Nov/2026:17:00:00 +0000] any', [600], true],
  ['192.0.2.1 [22/Nov/2026:17:00:00 +0000] any', [600, 3600], false],
  ['192.0.2.1 [22/Nov/2026:17:49:30 +0000] a minute more, for lines in another order', [600], false],
  ['192.0.2.1 [22/Nov/2026:19:00:00 +0000] from the future', [600], false],
  ['192.0.2.1 without a date', [600], undefined],
  ['192.0.2.1 [22/Nov/2026:17:00:00 +0000] for nobody', [], undefined],
]
for (const [line, findtimes, isOld] of AGES) {
  test(`"${line}", findtime ${findtimes.join(' and ')}: old is ${isOld}`, () => {
    const match = logMatcher(findtimes.flatMap((findtime) => readings({ a: WRONG }, findtime)))
    assert.equal(match.isOld(Buffer.from(line), NOW), isOld)
  })
}

test('a date that is far off in a live log counts as now, and is told once', () => {
  const match = matcher({ a: WRONG }, 10)
  const text = Buffer.from('192.0.2.1 [22/Nov/2026:12:00:00 +0000] wrong\n')
  const first = match.match(text, NOW, true)
  assert.deepEqual(
    first.failures.map(({ failure }) => failure.time),
    [NOW],
  )
  assert.deepEqual(
    first.faults.map(({ code }) => code),
    ['date.off'],
  )
  assert.deepEqual(match.match(text, NOW, true).faults, [])
})

test('bytes that are no UTF-8, NUL and ESC do not hide a failure', () => {
  const line = Buffer.concat([
    Buffer.from(`192.0.2.1 ${STAMP} `),
    Buffer.of(0xff, 0xfe, 0, 0x1b, 0xc0, 0x80),
    Buffer.from(' wrong\n'),
  ])
  assert.deepEqual(found(matcher({ a: WRONG }), line), ['a 192.0.2.1 -30'])
})

test('a line without end in time is left out alone; the others count', () => {
  // Exponential: V8's linear engine cannot take it, for the back-reference.
  const match = matcher({ a: '^<ADDR> .*wrong (?:x+)+(?P<y>y)(?:x+)+(?P=y)z$' })
  const slow = `192.0.2.66 ${STAMP} wrong ${'x'.repeat(40)}\n`
  const good = (n: number) => `192.0.2.${n} ${STAMP} wrong xxyxxyz\n`
  const { failures, faults } = match.match(Buffer.from(good(1) + slow + good(2)), NOW, false)
  assert.deepEqual(
    failures.map(({ failure }) => failure.id),
    ['192.0.2.1', '192.0.2.2'],
  )
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['filter.slow'],
  )
})

test('a slow line at the very end is left out too', () => {
  const match = matcher({ a: '^<ADDR> .*wrong (?:x+)+(?P<y>y)(?:x+)+(?P=y)z$' })
  const { failures, faults } = match.match(Buffer.from(`192.0.2.66 ${STAMP} wrong ${'x'.repeat(40)}\n`), NOW, false)
  assert.deepEqual(failures, [])
  assert.deepEqual([...new Set(faults.map(({ code }) => code))], ['filter.slow'])
})

test('a record forged inside a record of nginx counts for nobody', () => {
  const head = (pid: number) => `2026/11/22 17:59:30 [error] ${pid}#${pid}: *7 `
  const tail = (client: string, request: string) =>
    `, client: ${client}, server: _, request: "${request} HTTP/1.1", host: "x"\n`
  const forged = `${head(1)}user "x": password mismatch${tail('203.0.113.66', 'GET /')}`
  const real = `${head(77)}open() "/www/x\n${forged}y" failed (2: No such file or directory)${tail(
    '192.0.2.1',
    `GET /x%0a${encodeURIComponent(forged.trimEnd())}%0ay`,
  )}`
  const honest = `${head(77)}user "bob": password mismatch${tail('192.0.2.9', 'GET /')}`
  const match = matcher({ a: 'password mismatch, client: <ADDR>, server: ' })
  assert.deepEqual(found(match, honest + real + honest), ['a 192.0.2.9 -30', 'a 192.0.2.9 -30'])
})

test('a line that cannot be matched is left out and told, the others count', () => {
  const [reading] = readings({ a: WRONG })
  const match: Filter['match'] = (text, line, now, only) => {
    if (text.includes('poison')) throw new RangeError('too much')
    return reading!.filter.match(text, line, now, only)
  }
  const poisoned = logMatcher([{ ...reading!, filter: { ...reading!.filter, match } }])
  const lines = ['192.0.2.1', '192.0.2.2 poison', '192.0.2.3 poison', '192.0.2.4'].map(
    (one) => `${one} ${STAMP} wrong\n`,
  )
  const { failures, faults } = poisoned.match(Buffer.from(lines.join('')), NOW, false)
  assert.deepEqual(
    failures.map(({ failure }) => failure.id),
    ['192.0.2.1', '192.0.2.4'],
  )
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['filter.failed'],
  )
})

test('thousands of hostile lines cost neither the next failure of the same jail nor those of others', () => {
  const shapes = {
    words: '^<ADDR> .*wrong (?:\\w+\\s?)*$',
    letters: '^<ADDR> .*wrong (?:[a-z]+)*$',
    twice: '^<ADDR> .*wrong .*a.*a$',
  }
  const hostile = ['a'.repeat(34), 'a'.repeat(20_000), 'a '.repeat(400)]
  const match = matcher({ ...shapes, other: '^<ADDR> .*wrong' })
  const count = 300
  const lines = Array.from({ length: count }, (_, at) => `192.0.2.66 ${STAMP} wrong ${hostile[at % 3]}!\n`)
  const last = `192.0.2.7 ${STAMP} wrong aa\n`
  const { failures, faults } = match.match(Buffer.from(lines.join('') + last), NOW, false)
  const jails = failures.filter(({ failure }) => failure.id === '192.0.2.7').map(({ jail }) => jail)
  assert.deepEqual(jails, ['words', 'letters', 'twice', 'other'])
  assert.equal(failures.filter(({ jail }) => jail === 'other').length, count + 1)
  assert.ok(
    faults.some(
      ({ code, message, hint }) => code === 'filter.slow' && /^the jail words: /.test(message) && /safer: /.test(hint!),
    ),
  )
  // Whether long lines are left out depends on how fast the machine is.
  assert.ok(faults.every(({ code }) => code === 'filter.slow' || code === 'filter.left-out'))
})

test('a short line is matched as ever by an expression that was stopped', () => {
  const match = matcher({ a: '^<ADDR> .*wrong (?:\\w+\\s?)*$' })
  match.match(Buffer.from(`192.0.2.66 ${STAMP} wrong ${'a'.repeat(40)}!\n`), NOW, false)
  assert.deepEqual(found(match, `192.0.2.1 ${STAMP} wrong one two\n`), ['a 192.0.2.1 -30'])
})

test('long lines that make the search for a date slow are left out when they are many, the others count', () => {
  const match = matcher({ a: WRONG })
  const slow = `192.0.2.66 ${'٣1:'.repeat(5000)} wrong\n`.repeat(600)
  const { failures, faults } = match.match(Buffer.from(`${slow}192.0.2.1 ${STAMP} wrong\n`), NOW, true)
  assert.equal(failures.at(-1)?.failure.id, '192.0.2.1')
  assert.ok(failures.length === 601 || faults.some(({ code }) => code === 'filter.left-out'))
})
