import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvRanges, type Range } from '../../../src/place/data/csv-ranges.ts'

const BITS6 = 0x20014860n << 96n

/** Text, in pieces of each size, and the ranges that it is. */
const rows: Readonly<Record<string, readonly [string, readonly Range[]]>> = {
  'countries, as text': [
    '1.0.0.0,1.0.0.255,AU\r\n2001:4860::,2001:4860::ff,us\n',
    [
      { family: 4, start: 0x1000000, end: 0x10000ff, fields: { country: 'AU' } },
      { family: 6, start: BITS6, end: BITS6 + 255n, fields: { country: 'US' } },
    ],
  ],
  'countries, as numbers': [
    `16777216,16777471,AU\n${BITS6},${BITS6 + 255n},US`,
    [
      { family: 4, start: 0x1000000, end: 0x10000ff, fields: { country: 'AU' } },
      { family: 6, start: BITS6, end: BITS6 + 255n, fields: { country: 'US' } },
    ],
  ],
  'organisations in quotes': [
    '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\n1.0.1.0,1.0.1.255,201907,"LLC ""SPUTNIK"""\n\n',
    [
      { family: 4, start: 0x1000000, end: 0x10000ff, fields: { asn: 13335, organisation: 'Cloudflare, Inc.' } },
      { family: 4, start: 0x1000100, end: 0x10001ff, fields: { asn: 201907, organisation: 'LLC "SPUTNIK"' } },
    ],
  ],
  'cities of ip-location-db': [
    '1.0.0.0,1.0.0.255,AU,Queensland,,"South, Brisbane",4101,-27.4767,153.017,Australia/Brisbane',
    [
      {
        ...{ family: 4, start: 0x1000000, end: 0x10000ff },
        fields: {
          country: 'AU',
          city: 'South, Brisbane',
          region: 'Queensland',
          latitude: -27.4767,
          longitude: 153.017,
        },
      },
    ],
  ],
  'cities of DB-IP': [
    '1.0.0.0,1.0.0.255,OC,AU,Queensland,"South Brisbane",-27.4767,153.017',
    [
      {
        ...{ family: 4, start: 0x1000000, end: 0x10000ff },
        fields: { country: 'AU', city: 'South Brisbane', region: 'Queensland', latitude: -27.4767, longitude: 153.017 },
      },
    ],
  ],
  'IPinfo Lite': [
    'network,country,country_code,continent,continent_code,asn,as_name,as_domain\n1.0.0.0/24,Australia,AU,Oceania,OC,AS13335,"Cloudflare, Inc.",cloudflare.com\n2001:4860::/120,United States,US,North America,NA,,,',
    [
      {
        family: 4,
        start: 0x1000000,
        end: 0x10000ff,
        fields: { country: 'AU', asn: 13335, organisation: 'Cloudflare, Inc.' },
      },
      { family: 6, start: BITS6, end: BITS6 + 255n, fields: { country: 'US' } },
    ],
  ],
  'IPv6 that nobody can have is left out': [
    '::,::ff,US\nfc00::,fc00::1,DE\n2001:4860::,2001:4860::ff,US',
    [{ family: 6, start: BITS6, end: BITS6 + 255n, fields: { country: 'US' } }],
  ],
}

for (const [name, [text, ranges]] of Object.entries(rows)) {
  test(`CSV: ${name}`, async () => {
    for (const size of [1, 7, 10_000]) assert.deepEqual(await read(text, size), ranges)
  })
}

for (const [name, text, line] of [
  ['words', 'a,b,c\nd,e,f', 1],
  ['two columns', '1.0.0.0,1.0.0.255', 1],
  ['a range of two families', '1.0.0.0,1.0.0.255,AU\n1.0.1.0,2001::1,US', 2],
  ['no IPv4 number', '1.0.0.0,1.0.0.255,AU\n4294967296,4294967297,US', 2],
  ['a binary', '\x00\x01\x02', 1],
] as const) {
  test(`CSV: ${name} is a fault with its line`, async () => {
    await assert.rejects(read(text, 5), { code: 'place.csv', at: { file: 'x.csv', line } })
  })
}

async function read(text: string, size: number): Promise<Range[]> {
  const bytes = new TextEncoder().encode(text)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const all: Range[] = []
  for await (const ranges of csvRanges('x.csv', pieces())) all.push(...ranges)
  return all
}
