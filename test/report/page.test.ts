import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { markdown } from '../../src/report/markdown/markdown.ts'
import { method } from '../../src/report/method.ts'
import { page } from '../../src/report/page/page.ts'
import { read } from '../../src/report/reading/reading.ts'
import type { Report } from '../../src/report/report.ts'
import { checkHtml } from './check-html.ts'
import { fixture } from './fixture.ts'
import { goldenSubject, tableOf } from './golden.ts'

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&amp;\u202e\x1b]0;x\x07\u0000|\`]]>--><style>*{display:none}</style>`

function small(count: number): Partial<Report> {
  const rows = count === 0 ? [] : ([['DE', 'DE', count]] as const)
  const country = tableOf('country', rows)
  const org = tableOf('org', count === 0 ? [] : [['AS3320', 'AS3320 Deutsche Telekom AG', count]])
  const city = tableOf('city', [])
  const none = tableOf('jail', [])
  return {
    ...{
      country,
      org,
      city,
      jails: none,
      repeats: { ...none, by: 'ip' },
      offenders: [],
      banned: [],
      ports: none,
      paths: none,
      agents: none,
    },
    reading: read(goldenSubject({ country, org, city })),
  }
}

function hostile(): Partial<Report> {
  const of = (by: Parameters<typeof tableOf>[0], key: string) =>
    tableOf(by, [
      [key, HOSTILE, 30],
      ['', 'unknown', 3],
    ])
  const country = of('country', 'DE')
  const org = of('org', 'AS64500')
  const city = of('city', `${HOSTILE}|DE`)
  return {
    ...{
      title: HOSTILE,
      country,
      org,
      city,
      jails: of('jail', HOSTILE),
      paths: of('path', HOSTILE),
      agents: of('agent', HOSTILE),
    },
    banned: [{ jail: HOSTILE, count: 1, addresses: ['192.0.2.1'] }],
    offenders: [
      { address: '192.0.2.1', bans: 3, place: { kind: 'public', country: 'DE', asn: 64500, organisation: HOSTILE } },
    ],
    sources: [{ name: HOSTILE, licence: HOSTILE, credit: HOSTILE, url: `javascript:${HOSTILE}`, covers: 'all' }],
    reading: read(goldenSubject({ country, org, city })),
  }
}

const many = Array.from({ length: 50_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)

/** What the page is of, and how large it may get. */
const pages: readonly (readonly [string, () => Partial<Report>, number])[] = [
  ["the article's tables", () => ({}), 1_200_000],
  ['nobody', () => small(0), 500_000],
  ['one address', () => small(1), 700_000],
  ['hostile names', hostile, 700_000],
  [
    '50,000 bans',
    () => ({
      banned: [{ jail: 'sshd', count: 50_000, addresses: many.slice(0, 10_000) }],
      repeats: tableOf(
        'ip',
        many.map((ip) => [ip, ip, 2] as const),
        { unit: 'bans' },
      ),
    }),
    1_300_000,
  ],
  [
    'a list of addresses',
    () =>
      ({
        jails: undefined,
        banned: undefined,
        series: undefined,
        week: undefined,
        ports: undefined,
        paths: undefined,
        agents: undefined,
        repeats: undefined,
        offenders: undefined,
      }) as never,
    1_000_000,
  ],
]

for (const [name, more, bytes] of pages) {
  test(`the page of ${name} is sound, loads nothing and is below ${bytes} bytes`, async () => {
    const text = await page(fixture(more()))
    const { faults, elements } = checkHtml(text)
    assert.deepEqual(faults, [])
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'form'])
      assert.equal(elements.get(name), undefined)
    assert.equal(elements.get('style'), 1)
    assert.equal(elements.get('h1'), 1)
    assert.ok(text.length < bytes, `${text.length} bytes`)
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)![1]!
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
    assert.ok(text.includes(`content="${policy.replaceAll("'", '&#39;')}"`), 'the policy does not allow the style')
    assert.doesNotMatch(style, /@import|url\(|expression/)
  })
}

test('all figures of the tables stand in the page, and what is left out is told', async () => {
  const { text } = checkHtml(
    await page(fixture({ banned: [{ jail: 'sshd', count: 50_000, addresses: many.slice(0, 10_000) }] })),
  )
  for (const figure of [
    '2\u202f623',
    '65',
    '316',
    '402',
    '1\u202f055',
    '590',
    '314',
    'United States',
    'AS396982',
    'San Francisco',
    '40\u202f000 addresses are',
    'rampart stats --by ip --jail',
  ])
    assert.ok(text.includes(figure), figure)
})

test('what is not known stands below the first rows, and what is left out is told with its ties', async () => {
  const counts = [9, 8, ...new Array<number>(30).fill(1)]
  const paths = tableOf('path', [...counts.map((count, i) => [`/${i}`, `/${i}`, count] as const), ['', 'unknown', 3]])
  const { text } = checkHtml(await page(fixture({ paths })))
  assert.match(text, /unknown\s*3\s/)
  assert.match(text, /17 more with 17 in all, 17 of them with as many as the last\./)
  assert.match(markdown(fixture({ paths })), /\| unknown \| 3 \|[^\n]+\n\n\d+ more with \d+ in all, \d+ of them/)
})

test('which of the places is known for nobody is named', async () => {
  const { country, org } = fixture()
  const unknown = { ...org, rows: org.rows.slice(0, 1).map((row) => ({ ...row, key: '', label: 'unknown' })) }
  const { text } = checkHtml(await page(fixture({ org: unknown })))
  assert.ok(text.includes('The organisation is known for none of these addresses: rampart geo status'))
  const listed = method(fixture({ country: { ...country, origin: 'list', unit: 'ips' } }))
  assert.ok(listed[0]!.endsWith('Each address counts once, however often it stands there.'), listed[0])
})

test('sections without data are not there, nor links to them', async () => {
  const text = await page(fixture(small(0)))
  for (const id of ['map', 'asked', 'addresses'])
    assert.ok(!text.includes(`id="${id}"`) && !text.includes(`href="#${id}"`), id)
  assert.ok(checkHtml(text).text.includes('there is nothing to read'))
})
