import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { amount } from '../../src/chart/amount.ts'
import { read } from '../../src/report/reading/reading.ts'
import type { Rule, Sentence } from '../../src/report/reading/sentence.ts'
import type { Subject } from '../../src/report/reading/subject.ts'
import { fixture } from './fixture.ts'
import { DAY, goldenSubject, goldenTable, NOON, tableOf } from './golden.ts'

const SNAPSHOT = join(import.meta.dirname, 'golden-reading.txt')

test("the reading of the article's tables is the reviewed one", () => {
  const text = read(goldenSubject())
    .sentences.map(({ rule, text }) => `[${rule}] ${text}\n`)
    .join('')
  if (process.env['RAMPART_NEW_SNAPSHOT'] === '1') writeFileSync(SNAPSHOT, text)
  assert.equal(text, readFileSync(SNAPSHOT, 'utf8'))
})

/** Figures that were counted by hand, and the rule whose sentence must say them. */
const figures: readonly (readonly [Rule, readonly string[]])[] = [
  ['concentration', ['1 055 of 2 623', '40.2 %', '2 of 65 countries', '4 of 316 organisations', '11 of 402 cities']],
  ['classes', ['1 244 of the 2 374', '52.4 %', '16 AS numbers', 'Google 591']],
  [
    'scanners',
    ['170 of the 2 374', '7.2 %', 'Censys 146', 'Arbor Networks 17', 'Alpha Strike Labs 4', 'SecurityTrails 3'],
  ],
  ['owners', ['Google 591 (24.9 %']],
  ['long-tail', ['20 of 65 countries (0.8 %', '202 of 316 organisations (8.5 %', '258 of 402 cities (9.8 %']],
  ['continents', ['Africa 7 (', 'Nigeria 3']],
  ['cities', ['North Charleston 210', 'Brussels 45', 'Council Bluffs 38']],
]

for (const [rule, said] of figures) {
  test(`of the article's tables the rule ${rule} says ${said.join(', ')}`, () => {
    const text = texts(read(goldenSubject()).sentences, rule).join(' ').replaceAll('\u202f', ' ')
    for (const figure of said) assert.ok(text.includes(figure), `${figure} is not in: ${text}`)
  })
}

test('every number that a sentence holds stands in its text, and its rows were counted', () => {
  const { reading } = fixture({}, { before: { country: halved('country'), org: halved('org') }, orgsByCountry })
  assert.ok(reading.sentences.length > 15)
  for (const { rule, text, numbers, rows } of reading.sentences) {
    for (const [name, value] of Object.entries(numbers)) {
      if (SILENT.has(`${rule} ${name}`)) continue
      const spellings = [amount(Math.abs(value)), value.toFixed(1)]
      assert.ok(
        spellings.some((spelling) => text.includes(spelling)),
        `${rule}: ${name} ${value} is not in: ${text}`,
      )
    }
    assert.ok(rule === 'coverage' || rule === 'change' || rows.length > 0, `${rule} has no rows`)
  }
})

/** Numbers that are there for programs, of which the text has the parts. */
const SILENT = new Set(['sums organisations', 'sums cities', 'change rows', 'change count', 'owners first'])

test('no sentence speaks of attackers, intent or states', () => {
  for (const { text } of fixture().reading.sentences) {
    assert.doesNotMatch(text, /attack|hack|criminal|malicious|wants? to (?:harm|break)|government|evil|enemy/i)
  }
})

const orgsByCountry = [
  {
    country: 'CN',
    rows: tableOf('org', [
      ['AS4134', 'Chinanet', 108],
      ['AS37963', 'Alibaba', 71],
      ['AS45090', 'Tencent', 59],
    ]).rows,
  },
]

function halved(by: 'country' | 'org') {
  const table = goldenTable(by)
  const rows = table.rows.slice(2).map((row) => [row.key, row.label, Math.ceil(row.count / 2)] as const)
  return tableOf(by, rows)
}

const twenty = tableOf('country', [
  ['DE', 'DE', 12],
  ['FR', 'FR', 8],
])
const none = tableOf('org', [])
const noCity = tableOf('city', [])
const small: Partial<Subject> = { country: twenty, org: none, city: noCity }

/** A change of the subject, and the rules that then speak. */
const rows: readonly (readonly [string, Partial<Subject>, readonly Rule[]])[] = [
  ['nineteen addresses', { ...small, country: tableOf('country', [['DE', 'DE', 19]]) }, []],
  ['nobody', { ...small, country: tableOf('country', []) }, []],
  ['twenty addresses of two countries', small, ['concentration', 'coverage']],
  ['one country', { ...small, country: tableOf('country', [['DE', 'DE', 25]]) }, ['concentration', 'coverage']],
  [
    'no known place at all',
    { ...small, country: tableOf('country', [['', 'unknown', 25]], { sources: [] }) },
    ['coverage'],
  ],
  [
    'a period before that is too small',
    { ...small, before: { country: twenty, org: none } },
    ['concentration', 'coverage'],
  ],
  [
    'a period before that is large enough',
    {
      ...small,
      country: tableOf('country', [
        ['DE', 'DE', 60],
        ['FR', 'FR', 6],
      ]),
      before: { country: tableOf('country', [['DE', 'DE', 50]]), org: none },
    },
    ['concentration', 'change', 'coverage'],
  ],
  [
    'bans in a period of a day',
    {
      ...small,
      hours: tableOf(
        'hour',
        [
          ['14', '14:00', 500],
          ['15', '15:00', 1],
        ],
        { unit: 'bans', period: { from: NOON - DAY, to: NOON } },
      ),
    },
    ['concentration', 'coverage'],
  ],
  [
    'a scanner alone',
    { ...small, org: tableOf('org', [['AS398324', 'Censys, Inc.', 1]]) },
    ['concentration', 'scanners', 'coverage'],
  ],
]

for (const [name, more, rules] of rows) {
  test(`of ${name} speak ${rules.join(', ') || 'no rules'}`, () => {
    const { sentences, none } = read(goldenSubject(more))
    assert.deepEqual([...new Set(sentences.map(({ rule }) => rule))], rules)
    assert.equal(none === undefined, rules.length > 0)
  })
}

/** Sentences by themselves: the subject, the rule, its texts. */
const sentences: readonly (readonly [string, Partial<Subject>, Rule, readonly string[]])[] = [
  [
    'one country',
    { ...small, country: tableOf('country', [['NL', 'NL', 25]]) },
    'concentration',
    ['All 25 addresses with a known country are registered or located in the Netherlands.'],
  ],
  [
    'two countries',
    small,
    'concentration',
    ['12 of 20 addresses (60.0 %) are registered or located in Germany: half or more, with 2 countries in all.'],
  ],
  [
    'one that holds nearly all',
    {
      country: tableOf('country', [
        ['US', 'US', 99_999],
        ['NL', 'NL', 1],
      ]),
      org: tableOf('org', [
        ['AS64500', 'AS64500 Large', 96],
        ...['1', '2', '3', '4'].map((i) => [`AS6450${i}`, `AS6450${i} Small ${i}`, 1] as const),
      ]),
      city: none,
    },
    'concentration',
    [
      '99 999 of 100 000 addresses (> 99.9 %) are registered or located in the United States: half or more, with 2 countries in all.',
      '1 of 5 organisations (AS numbers) holds more than half of the 100 addresses with a known organisation: Large (AS64500) 96 (together 96, 96.0 %).',
    ],
  ],
  [
    'fewer than before',
    {
      ...small,
      country: tableOf('country', [['DE', 'DE', 60]]),
      before: { country: tableOf('country', [['DE', 'DE', 80]]), org: none },
    },
    'change',
    ['60 addresses in this period, 20 fewer (\u221225.0 %) than in the one of the same length before it (80).'],
  ],
  [
    'who is new',
    {
      ...small,
      country: tableOf('country', [
        ['DE', 'DE', 50],
        ['BR', 'BR', 5],
        ['FR', 'FR', 4],
      ]),
      before: { country: tableOf('country', [['DE', 'DE', 59]]), org: none },
    },
    'change',
    [
      '59 addresses in this period, as many as in the one of the same length before it (59).',
      'New among the countries, with none in the period before: Brazil 5.',
    ],
  ],
  [
    'who came again',
    {
      ...small,
      repeats: tableOf(
        'ip',
        [
          ['192.0.2.1', '192.0.2.1', 6],
          ['192.0.2.2', '192.0.2.2', 1],
        ],
        { unit: 'bans', distinct: 2 },
      ),
    },
    'repeat',
    ['1 of 2 addresses (50.0 %) was banned more than once, 1 of them 5 times or more; most often 192.0.2.1, 6 times.'],
  ],
  [
    'several who came again as often',
    {
      ...small,
      repeats: tableOf(
        'ip',
        [
          ['192.0.2.3', '192.0.2.3', 2],
          ['192.0.2.2', '192.0.2.2', 2],
          ['192.0.2.1', '192.0.2.1', 2],
        ],
        { unit: 'bans', distinct: 30 },
      ),
    },
    'repeat',
    ['3 of 30 addresses (10.0 %) were banned more than once; most often 192.0.2.3 and 2 more, 2 times each.'],
  ],
  [
    'cities and organisations of a country',
    {
      country: tableOf('country', [['CN', 'CN', 30]]),
      org: none,
      city: tableOf('city', [
        ['Shanghai|CN', 'Shanghai', 20],
        ['Beijing|CN', 'Beijing', 6],
        ['Xi’an|CN', 'Xi’an', 4],
        ['Paris|FR', 'Paris', 3],
      ]),
      orgsByCountry,
    },
    'sums',
    [
      'China, with 30 addresses (100.0 %): 3 organisations with 238: Chinanet 108, Alibaba 71 and Tencent 59; 3 cities with 30: Shanghai 20, Beijing 6 and Xi’an 4.',
    ],
  ],
  [
    'what is not known',
    {
      ...small,
      country: tableOf(
        'country',
        [
          ['DE', 'DE', 30],
          ['', 'unknown', 10],
        ],
        { sources: [], unknown: { private: 4, garbage: 0 } },
      ),
      org: tableOf('org', [], { sources: [] }),
      city: tableOf('city', [], { sources: [] }),
    },
    'coverage',
    ['No country is known for 10 of 40 addresses, 25.0 % (4 private).'],
  ],
]

for (const [name, more, rule, expected] of sentences) {
  test(`the rule ${rule} tells ${name}`, () => {
    const said = texts(read(goldenSubject(more)).sentences, rule)
    assert.deepEqual(
      said.map((text) => text.replaceAll('\u202f', ' ')),
      expected,
    )
  })
}

function texts(sentences: readonly Sentence[], rule: Rule): string[] {
  return sentences.filter((one) => one.rule === rule).map(({ text }) => text)
}
