/** What a log's matcher holds from line to line: sessions, several lines as one, and how the lines are read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filter } from '../../src/filter/filter.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { logMatcher } from '../../src/filter/log-matcher.ts'
import { settingsOf } from './settings.ts'

const NOW = Date.UTC(2026, 10, 22, 18, 0, 0)
const SESSION = {
  failregex: ['^ s<F-MLFID>\\d</F-MLFID> <F-NOFAIL>hi</F-NOFAIL> <ADDR>', '^ s<F-MLFID>\\d</F-MLFID> bad'],
}
const SEVERAL = { failregex: ['^ begin (?P<key>\\d)<SKIPLINES>^ end (?P=key) <ADDR>$'], maxlines: 3 }
const DATE = '2026-11-22 17:59:30+00:00'
const OLD = '2026-11-22 08:00:00+00:00'

interface Given extends Partial<FilterSettings> {
  readonly live?: boolean
  /** One for each time that the log is read. */
  readonly chunks: readonly (string | Uint8Array)[]
}

const rows: readonly [sentence: string, given: Given, ids: readonly string[]][] = [
  [
    'carriage returns at the end are none of the line',
    { failregex: ['^<ADDR> x$'], chunks: ['1.2.3.4 x\r\n2.3.4.5 x\r\r\n3.4.5.6 x\ry\n'] },
    ['1.2.3.4', '2.3.4.5'],
  ],
  [
    'a session lives on in the next chunk',
    { ...SESSION, chunks: [`${DATE} s1 hi 192.0.2.1\n`, `${DATE} s2 bad\n${DATE} s1 bad\n`] },
    ['192.0.2.1'],
  ],
  [
    'a line that is too old opens no session',
    { ...SESSION, live: false, chunks: [`${OLD} s1 hi 192.0.2.1\n${DATE} s1 bad\n`] },
    [],
  ],
  [
    'an expression spans lines, and what is between them',
    { ...SEVERAL, chunks: [`${DATE} begin 1\nother\n`, `${DATE} end 1 192.0.2.1\n${DATE} end 1 192.0.2.2\n`] },
    ['192.0.2.1'],
  ],
  [
    'it spans no more lines than maxlines',
    { ...SEVERAL, chunks: [`${DATE} begin 1\nother\nother\n${DATE} end 1 192.0.2.1\n`] },
    [],
  ],
  [
    'two failures may be told in turn, line by line',
    {
      ...SEVERAL,
      maxlines: 4,
      chunks: [`${DATE} begin 1\n${DATE} begin 2\n${DATE} end 2 192.0.2.2\n${DATE} end 1 192.0.2.1\n`],
    },
    ['192.0.2.2', '192.0.2.1'],
  ],
  [
    'no failure ends with a line of unknown age, while catching up',
    {
      failregex: ['^begin<SKIPLINES>^end <ADDR>$', '^last <ADDR>'],
      maxlines: 4,
      live: false,
      chunks: ['begin\nend 192.0.2.1\nlast 192.0.2.2\n'],
    },
    [],
  ],
  [
    'such a line may be the begin of a failure',
    {
      failregex: ['^begin<SKIPLINES>^ end <ADDR>$'],
      maxlines: 4,
      live: false,
      chunks: [`begin\n${DATE} end 192.0.2.1\n`],
    },
    ['192.0.2.1'],
  ],
  [
    'in a log that is written now, they happen now',
    { failregex: ['^begin<SKIPLINES>^end <ADDR>$'], maxlines: 4, live: true, chunks: ['begin\nend 192.0.2.1\n'] },
    ['192.0.2.1'],
  ],
  [
    'a log may be in latin1',
    { failregex: ['^für <ADDR>$'], logencoding: 'latin1', chunks: [Buffer.from('für 192.0.2.1\n', 'latin1')] },
    ['192.0.2.1'],
  ],
  [
    'lines of many addresses are found as they stand',
    { failregex: ['^<ADDR>$'], chunks: ['999.2.3.4\n010.2.3.4\n0x7f.1\n::ffff:192.0.2.3\n'] },
    ['999.2.3.4', '010.2.3.4', '192.0.2.3'],
  ],
]

for (const [sentence, { chunks, live, ...of }, ids] of rows) {
  test(sentence, () => {
    const settings = { ...settingsOf([]), ...of }
    const matcher = logMatcher([{ jail: 'one', filter: filter(settings), findtime: 600 }])
    const found = chunks.flatMap((chunk) => matcher.match(Buffer.from(chunk), NOW, live).failures)
    assert.deepEqual(
      found.map(({ failure }) => failure.id),
      ids,
    )
  })
}

test('that lines have no date is told once one of them is a failure', () => {
  const matcher = logMatcher([
    { jail: 'one', filter: filter(settingsOf(['^a <ADDR>', '^b <ADDR>'], { ignoreregex: ['b'] })), findtime: 600 },
  ])
  const codes = (line: string) => matcher.match(Buffer.from(line), NOW, true).faults.map(({ code }) => code)
  assert.deepEqual(['b 192.0.2.1\n', 'a 192.0.2.1\n', 'a 192.0.2.1\n'].map(codes), [[], ['date.off'], []])
})
