/** What the detector finds and refuses, without Fail2ban at hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { type DateOptions, dateDetector } from '../../../src/filter/date/detector.ts'
import { localTime } from '../../../src/filter/date/local-time.ts'

/** Sunday, 22 November 2026, 17:00 UTC. */
const NOW = Date.UTC(2026, 10, 22, 17)
const UTC: DateOptions = { local: 'UTC0' }

/** The date as an instant, and what is left of the line. */
function seen(options: DateOptions, line: string, now = NOW): readonly [string | undefined, string] | undefined {
  const found = dateDetector(options).find(line, now)
  if (!found) return undefined
  const time = found.time === undefined ? undefined : new Date(found.time).toISOString()
  return [time, line.slice(0, found.start) + line.slice(found.end)]
}

const FOUND: readonly (readonly [
  says: string,
  line: string,
  time: string | undefined,
  rest: string,
  options?: DateOptions,
])[] = [
  [
    'an access log',
    '192.0.2.1 - - [22/Nov/2026:17:00:00 +0100] "GET /"',
    '2026-11-22T16:00:00.000Z',
    '192.0.2.1 - - [] "GET /"',
  ],
  ['an error log', '2026/11/22 17:00:00 [error] 1#1: x', '2026-11-22T17:00:00.000Z', ' [error] 1#1: x'],
  ['a syslog', 'Nov 22 17:00:00 host sshd[1]: x', '2026-11-22T17:00:00.000Z', ' host sshd[1]: x'],
  ['a syslog from last December', 'Dec 31 23:59:59 host x', '2025-12-31T23:59:59.000Z', ' host x'],
  [
    'a journal line with a fraction and a zone',
    '2026-11-22T17:00:00.123456+02:00 host x',
    '2026-11-22T15:00:00.000Z',
    ' host x',
  ],
  [
    'the kernel audit',
    'type=USER msg=audit(1795366800.123:9): x',
    '2026-11-22T17:00:00.123Z',
    'type=USER msg=audit(:9): x',
  ],
  ['libtai', '@400000006a12ab801dcd6500 x', '2026-05-24T07:40:48.000Z', ' x'],
  ['a time alone is today', '16:59:59 x', '2026-11-22T16:59:59.000Z', ' x'],
  ['a time alone that is still to come was yesterday', '17:00:01 x', '2026-11-21T17:00:01.000Z', ' x'],
  ['day before month', '01/02/2026 10:00:00 x', '2026-02-01T10:00:00.000Z', ' x'],
  ['a day that the calendar does not have is cut out all the same', '2026-02-30 10:00:00 x', undefined, ' x'],
  ['a zone that nobody knows', 'QQQ Nov 22 10:00:00 x', undefined, ' x'],
  ['a zone option', '2026-11-22 17:00:00 x', '2026-11-22T15:00:00.000Z', ' x', { zone: 'UTC+0200' }],
  [
    'the zone in the line before the option',
    '2026-11-22 17:00:00 +0000 x',
    '2026-11-22T17:00:00.000Z',
    ' x',
    { zone: 'CET' },
  ],
  ['local summer time', '2026-07-01 12:00:00 x', '2026-07-01T10:00:00.000Z', ' x', { local: 'Europe/Berlin' }],
  [
    'local winter time by a POSIX rule',
    '2026-12-01 12:00:00 x',
    '2026-12-01T11:00:00.000Z',
    ' x',
    { local: 'CET-1CEST,M3.5.0,M10.5.0/3' },
  ],
  [
    'the hour that the spring skips',
    '2026-03-29 02:30:00 x',
    '2026-03-29T01:30:00.000Z',
    ' x',
    { local: 'CET-1CEST,M3.5.0,M10.5.0/3' },
  ],
  ['a log without dates happens now', 'x y', '2026-11-22T17:00:00.000Z', 'x y', { patterns: '{NONE}' }],
  [
    'a group of the pattern is what is cut',
    'x [22.11.2026 17:00] y',
    '2026-11-22T17:00:00.000Z',
    'x [] y',
    { patterns: '\\[(%d.%m.%Y %H:%M)\\]' },
  ],
  [
    'several patterns',
    'at 22.11.2026 x',
    '2026-11-22T00:00:00.000Z',
    'at  x',
    { patterns: '%Y-%m-%d\n%d\\.%m\\.%Y %H:%M\n%d\\.%m\\.%Y' },
  ],
  ['digits of another script', '٢٠٢٦-11-22 x', '2026-11-22T00:00:00.000Z', ' x', { patterns: '%Y-%m-%d' }],
]

for (const [says, line, time, rest, options] of FOUND) {
  test(`finds ${says}`, () => assert.deepEqual(seen({ ...UTC, ...options }, line), [time, rest]))
}

const NOT_FOUND: readonly (readonly [says: string, line: string, patterns?: string])[] = [
  ['a date inside a word', 'x2026-11-22 17:00:00y'],
  ['a year that is far ahead', '2031-11-22 17:00:00 x'],
  ['numbers alone', '12345 200 17:00'],
  ['a date that is not at the begin where it must be', 'ab 2026-11-22 17:00:00', '{^LN-BEG}'],
  ['nothing', ''],
]

for (const [says, line, patterns] of NOT_FOUND) {
  test(`does not find ${says}`, () => assert.equal(seen({ ...UTC, patterns }, line), undefined))
}

const REFUSED: readonly (readonly [says: string, options: DateOptions, code: string, place: RegExp])[] = [
  ['a token that does not exist', { patterns: '%Y-%Q' }, 'date.pattern', /at character 4/],
  ['a percent sign at the end', { patterns: '%Y %' }, 'date.pattern', /at character 4/],
  ['a token twice', { patterns: '%Y %m %Y' }, 'date.pattern', /"Y" stands in the pattern twice, at character 7/],
  ['a bracket that is not closed', { patterns: '\\[(%Y' }, 'date.pattern', /never closed, at character 3/],
  ['a bracket that closes nothing', { patterns: '%Y)' }, 'date.pattern', /at character 3/],
  ['a conditional group', { patterns: '(x)?(?(1)y)%Y' }, 'date.pattern', /at character 5/],
  ['an atomic group', { patterns: '(?>x)%Y' }, 'date.pattern', /at character 1/],
  ['a possessive repeat', { patterns: '%Yx++' }, 'date.pattern', /possessive repeat is not supported, at character 4/],
  ['a token in a class', { patterns: '[%Y]' }, 'date.pattern', /at character 2/],
  ['the same pattern twice', { patterns: '%Y\n%Y' }, 'date.pattern', /twice/],
  ['a zone that nobody knows', { zone: 'Mars/Base' }, 'date.zone', /Mars/],
  ['local time that nobody knows', { local: 'Mars/Base' }, 'date.zone', /Mars/],
]

for (const [says, options, code, place] of REFUSED) {
  test(`refuses ${says}`, () => {
    assert.throws(
      () => dateDetector(options),
      (thrown) => thrown instanceof Fault && thrown.code === code && place.test(thrown.message),
    )
  })
}

test('in the hour that autumn repeats a stamp is never ahead of now', () => {
  const local = 'CET-1CEST,M3.5.0,M10.5.0/3'
  const first = Date.UTC(2026, 9, 25, 0, 31)
  assert.deepEqual(seen({ local }, '2026-10-25 02:30:00', first), ['2026-10-25T00:30:00.000Z', ''])
  assert.deepEqual(seen({ local }, '2026-10-25 02:30:00', first + 3_600_000), ['2026-10-25T01:30:00.000Z', ''])
})

test("the process's own zone holds where none is named", () => {
  const before = process.env['TZ']
  process.env['TZ'] = 'America/New_York'
  try {
    assert.deepEqual(seen({}, '2026-07-01 12:00:00'), ['2026-07-01T16:00:00.000Z', ''])
    assert.deepEqual(seen({}, '2026-12-01 12:00:00'), ['2026-12-01T17:00:00.000Z', ''])
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})

test('a log without dates among dated lines happens with the line before', () => {
  const detector = dateDetector({ ...UTC, patterns: '%Y-%m-%d %H:%M:%S\n{NONE}' })
  const times = ['2026-11-22 16:59:30 a', 'b'].map((line) => detector.find(line, NOW)?.time)
  assert.deepEqual(times, [NOW - 30_000, NOW - 30_000])
  assert.equal(detector.find('c', NOW + 40_000)?.time, NOW + 40_000)
})

test('hits are counted by template', () => {
  const detector = dateDetector(UTC)
  for (const line of ['2026-11-22 16:59:30 a', '2026-11-22 16:59:30 b', 'x 22/Nov/2026:17:00:00'])
    detector.find(line, NOW)
  assert.deepEqual(
    detector.hits().map(({ hits }) => hits),
    [2, 1],
  )
})

const OWN: readonly (readonly [zone: string, wall: string])[] = [
  ['CET-1CEST,M3.5.0,M10.5.0/3', '2026-07-01T12:00:00.000Z'],
  ['<-0330>3:30', '2026-07-01T06:30:00.000Z'],
  ['IST-5:30', '2026-07-01T15:30:00.000Z'],
  ['/usr/share/zoneinfo/Europe/Berlin', '2026-07-01T12:00:00.000Z'],
  ['Europe/Berlin', '2026-07-01T12:00:00.000Z'],
]

for (const [zone, wall] of OWN) {
  test(`local time is this process's own by TZ=${zone}, which V8 may read as another`, (t) => {
    const before = process.env['TZ']
    t.after(() => {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    })
    process.env['TZ'] = zone
    assert.equal(new Date(localTime().wall(Date.UTC(2026, 6, 1, 10))).toISOString(), wall)
  })
}
