/** Every format, with names that somebody else chose. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { printArticle } from '../../src/statistics/print/article.ts'
import { cut } from '../../src/statistics/print/cut.ts'
import { asJson } from '../../src/statistics/print/json.ts'
import { printMarkdown } from '../../src/statistics/print/markdown.ts'
import { printCsv, printTsv } from '../../src/statistics/print/separated.ts'
import { printTable } from '../../src/statistics/print/text-table.ts'
import type { Table } from '../../src/statistics/table.ts'
import { golden } from '../chart/golden.ts'

const NOW = Date.UTC(2026, 10, 23, 10, 30)

function table(rows: readonly (readonly [label: string, count: number])[], rest: Partial<Table> = {}): Table {
  const total = rows.reduce((sum, [, count]) => sum + count, 0)
  return {
    ...{
      by: 'org',
      unit: 'ips',
      origin: 'history',
      period: { to: NOW },
      zone: 'Europe/Paris',
      filter: { state: 'active' },
    },
    rows: rows.map(([label, count], i) => ({
      ...{ rank: i + 1, key: label === 'unknown' ? '' : label, label, count, share: count / total },
    })),
    ...{ total, distinct: total, overlaps: false, unknown: {}, sources: [] },
    ...rest,
  }
}

function ofGolden(by: 'country' | 'org' | 'city'): Table {
  return table(
    golden(by).map(({ label, count }) => [label, count]),
    { by },
  )
}

describe('the article', () => {
  test('a count in seven places, a blank, the name', () =>
    assert.equal(
      printArticle(
        table([
          ['US', 1055],
          ['CN', 361],
          ['unknown', 2],
        ]),
        'all',
      ),
      '   1055 US\n    361 CN\n      2 unknown\n',
    ))
  for (const by of ['country', 'org', 'city'] as const) {
    test(`its own table by ${by}`, () =>
      assert.equal(
        printArticle(ofGolden(by), 'all'),
        golden(by)
          .map(({ label, count }) => `${String(count).padStart(7)} ${label}\n`)
          .join(''),
      ))
  }
})

describe('what is cut off is told', () => {
  test('the ties of the article by country and by city', () => {
    assert.deepEqual(
      [cut(ofGolden('country'), 20).ties, cut(ofGolden('city'), 20).ties, cut(ofGolden('org'), 20).ties],
      [4, 1, 0],
    )
    assert.match(text(ofGolden('country'), 20), /\+4 more with 13; 45 rows not shown, with 162 together/)
  })
  test('what is not known is shown, and is none of the rows that are counted', () => {
    const { rows, unknown, left } = cut(
      table([
        ['a', 3],
        ['b', 2],
        ['c', 1],
        ['unknown', 9],
      ]),
      2,
    )
    assert.deepEqual([rows.length, unknown?.count, left], [2, 9, { rows: 1, count: 1 }])
  })
  test('of hours those with most', () => {
    const hours = table(
      [
        ['00:00', 1],
        ['01:00', 5],
        ['02:00', 3],
      ],
      { by: 'hour' },
    )
    assert.deepEqual(
      cut(hours, 2).rows.map(({ label }) => label),
      ['01:00', '02:00'],
    )
    assert.deepEqual(
      cut(hours, 'all').rows.map(({ label }) => label),
      ['00:00', '01:00', '02:00'],
    )
  })
})

/** What others put into names, and what each format must not hold of it. */
const HOSTILE = [
  '=HYPERLINK("http://x")',
  '+1',
  '-2',
  '@SUM(A1)',
  'a\x1b[2Jb',
  'a\u202eb',
  'a\u2066b\u2069',
  'a\r\nb',
  'a\tb',
  'a,b',
  '"Kyivstar" PJSC',
  '<script>alert(1)</script>',
  '[x](javascript:y)',
  'a|b',
  '\ud800',
  '\x9b31m',
]

describe('hostile names', () => {
  const hostile = table(HOSTILE.map((label, i) => [label, 100 - i]))
  const json = () => JSON.stringify(asJson([hostile], 'all', NOW))
  test('no format but JSON has a control character or turns text around', () => {
    for (const printed of [
      printArticle(hostile, 'all'),
      printCsv([hostile], 'all'),
      printTsv([hostile], 'all'),
      printMarkdown(hostile, 'all'),
      text(hostile, 'all'),
    ])
      assert.doesNotMatch(
        printed.replaceAll('\r\n', '\n').replace(/[\n\t]/g, ''),
        /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]/,
      )
  })
  test('JSON keeps them as they are', () => {
    const { rows } = JSON.parse(json())
    assert.deepEqual(
      rows.map(({ label }: { label: string }) => label),
      HOSTILE,
    )
  })
  test('no line of an article has a second one', () =>
    assert.equal(printArticle(hostile, 'all').split('\n').length, HOSTILE.length + 1))
  test('no cell of CSV or TSV begins a formula, and every row has its ten cells', () => {
    const rows = parsedCsv(printCsv([hostile], 'all'))
    assert.equal(rows.length, HOSTILE.length + 1)
    for (const row of [
      ...rows,
      ...printTsv([hostile], 'all')
        .slice(0, -1)
        .split('\n')
        .map((line) => line.split('\t')),
    ]) {
      assert.equal(row.length, 10)
      for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r]/)
    }
    assert.equal(rows[1]![4], `'${HOSTILE[0]}`)
    assert.equal(rows[11]![4], '"Kyivstar" PJSC')
  })
  test('nothing of them is markup', () => {
    const printed = printMarkdown(hostile, 'all')
    assert.doesNotMatch(printed, /<script|\]\(java/)
    for (const line of printed.split('\n').filter((line) => line.startsWith('| ')))
      assert.equal(line.replaceAll('\\|', '').split('|').length, 6)
  })
})

describe('the table', () => {
  test('says what it counts, of which time, by whose data, and why something is not known', () => {
    const sources = [
      {
        name: 'DB-IP',
        licence: 'CC-BY-4.0',
        credit: 'IP Geolocation by DB-IP',
        url: 'https://db-ip.com',
        date: '2026-06-01',
        covers: 'country' as const,
      },
    ]
    const printed = text(
      table(
        [
          ['US', 1055],
          ['CN', 361],
          ['unknown', 3],
        ],
        { by: 'country', sources, unknown: { private: 2, garbage: 1 } },
      ),
      20,
    )
    assert.equal(
      printed,
      `Statistics by country code
1,419 addresses in force, 2 countries
all jails · as of 2026-11-23 11:30 (Europe/Paris) · places: DB-IP 2026-06-01
 1  US  United States  1,055  74.3 %
 2  CN  China            361  25.4 %
    unknown                3   0.2 %
 unknown: 2 private, 1 no address
`,
    )
  })
  test('of a terminal: no line is wider, names are cut in the middle, bars begin at nothing', () => {
    for (const columns of [30, 40, 60, 80, 120, 200]) {
      for (const by of ['country', 'org', 'city'] as const) {
        const lines = text(ofGolden(by), 'all', columns).trimEnd().split('\n')
        for (const line of lines.slice(columns < 60 ? 4 : 0))
          assert.ok([...line].length <= columns, `${columns}: ${line}`)
      }
    }
    const long = text(table([[`AS1 ${'x'.repeat(80)}end`, 5]]), 20, 60)
      .split('\n')
      .find((line) => line.startsWith(' 1'))!
    assert.match(long, /^ 1 {2}AS1 x+…x+end {2}5 {2}100\.0 %$/)
    assert.match(
      text(
        table([
          ['a', 8],
          ['b', 4],
          ['c', 1],
        ]),
        20,
        80,
      ),
      /a.*█{32}\n.*b.*█{16}\n.*c.*█{4}\n/,
    )
  })
  test('of nothing', () =>
    assert.match(text(table([]), 20, 200), /0 addresses in force, 0 organisations\n.*\n none\n$/))
  test('an address in two jails is told to count once', () =>
    assert.match(
      text(
        table(
          [
            ['sshd', 2],
            ['web', 2],
          ],
          { by: 'jail', total: 3, overlaps: true },
        ),
        20,
      ),
      /3 addresses in force, 2 jails; an address may be in several rows, and counts once in the total/,
    ))
})

function text(table: Table, limit: number | 'all', columns?: number): string {
  return printTable(table, limit, { columns, paint: (_how, words) => words })
}

/** Source of the rules: RFC 4180. */
function parsedCsv(csv: string): string[][] {
  return csv
    .slice(0, -2)
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
      ),
    )
}
