/** Databases in MaxMind's format: every width of record, both families, and what they must not be asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/base/address.ts'
import { Layer } from '../../../src/place/data/layer.ts'
import { openMmdb } from '../../../src/place/data/mmdb.ts'
import { fieldsOf } from '../../../src/place/data/shape.ts'
import { realFiles } from '../../../src/world/real-files.ts'
import { layerOf, put, scratch } from '../scratch.ts'
import { type Value, writeMmdb } from './write-mmdb.ts'

const ROWS: readonly (readonly [string, Value])[] = [
  ['1.0.0.0/24', { country_code: 'AU' }],
  ['1.0.4.0/22', { country_code: 'CN' }],
  ['8.8.8.8', { country_code: 'US' }],
  ['2001:4860::/32', { country_code: 'US' }],
  ['2a00:1::8000/113', { country_code: 'DE' }],
]

for (const bits of [24, 28, 32] as const) {
  test(`records of ${bits} bits are found, read as they are or compiled`, async (t) => {
    const folder = scratch(t)
    const bytes = writeMmdb(ROWS, { bits })
    const database = openMmdb(realFiles, put(folder, 'x.mmdb', bytes))
    const layer = new Layer(realFiles, await layerOf(folder, 'country', { 'y.mmdb': bytes }))
    t.after(() => layer.close())
    for (const [address, country] of [
      ['1.0.0.255', 'AU'],
      ['1.0.1.0', undefined],
      ['1.0.7.255', 'CN'],
      ['8.8.8.8', 'US'],
      ['8.8.8.9', undefined],
      ['2001:4860:4860::8888', 'US'],
      ['2001:4861::', undefined],
      ['2a00:1::7fff', undefined],
      ['2a00:1::8001', 'DE'],
    ] as const) {
      const whom = parseAddress(address)!
      assert.equal(fieldsOf(database.find(whom)).country, country, address)
      assert.equal(layer.fields(layer.find(whom)).country, country, address)
    }
    assert.equal(database.date, '2026-05-17')
  })
}

test('a database of IPv4 alone is never asked for IPv6, for which it would have an answer', (t) => {
  const bytes = writeMmdb([['32.0.0.0/3', { city: 'Ashburn', country_code: 'US' }]], { version: 4 })
  const database = openMmdb(realFiles, put(scratch(t), 'x.mmdb', bytes))
  assert.deepEqual(database.families, [4])
  assert.deepEqual(database.find(parseAddress('32.1.2.3')!), { city: 'Ashburn', country_code: 'US' })
  assert.equal(database.find(parseAddress('2001:4860:4860::8888')!), undefined)
})

test('two files, one for each family, are one layer', async (t) => {
  const v4 = writeMmdb([['8.8.8.0/24', { country_code: 'US' }]], { version: 4 })
  const v6 = writeMmdb([['2001:4860::/32', { country_code: 'US' }]])
  const layer = new Layer(realFiles, await layerOf(scratch(t), 'country', { 'a.mmdb': v4, 'b.mmdb': v6 }))
  t.after(() => layer.close())
  for (const address of ['8.8.8.8', '2001:4860::1'])
    assert.equal(layer.fields(layer.find(parseAddress(address)!)).country, 'US')
})

test('IPv4 that a database shows again under 6to4 is not taken for IPv6', async (t) => {
  const bytes = writeMmdb([
    ['8.8.8.0/24', { country_code: 'US' }],
    ['2002:808:800::/40', { country_code: 'US' }],
    ['2003::/16', { country_code: 'DE' }],
  ])
  const layer = new Layer(realFiles, await layerOf(scratch(t), 'country', { 'a.mmdb': bytes }))
  t.after(() => layer.close())
  assert.equal(layer.file.head.counts.ipv6, 3)
})

/** A record of each publisher, and what it says. */
const SHAPES: Readonly<Record<string, readonly [Value, object]>> = {
  'ip-location-db, a city': [
    { country_code: 'US', city: 'Ann Arbor (Old West Side)', state1: 'Michigan', latitude: 42.25, longitude: -83.5 },
    { country: 'US', city: 'Ann Arbor (Old West Side)', region: 'Michigan', latitude: 42.25, longitude: -83.5 },
  ],
  'GeoLite2 City': [
    {
      city: { geoname_id: 1, names: { de: 'Köln', en: 'Cologne' } },
      country: { iso_code: 'DE', names: { en: 'Germany' } },
      location: { latitude: 50.9, longitude: 6.9, time_zone: 'Europe/Berlin' },
      subdivisions: [{ iso_code: 'NW', names: { en: 'North Rhine-Westphalia' } }],
    },
    { country: 'DE', city: 'Cologne', region: 'North Rhine-Westphalia', latitude: 50.9, longitude: 6.9 },
  ],
  'GeoLite2 Country, of an anycast address': [{ registered_country: { iso_code: 'AU' } }, { country: 'AU' }],
  'GeoLite2 ASN': [
    { autonomous_system_number: 15169, autonomous_system_organization: 'GOOGLE' },
    { asn: 15169, organisation: 'GOOGLE' },
  ],
  'IPinfo Lite': [
    {
      asn: 'AS15169',
      as_name: 'Google LLC',
      as_domain: 'google.com',
      country: 'United States',
      country_code: 'US',
      continent: 'North America',
    },
    { asn: 15169, organisation: 'Google LLC', country: 'US' },
  ],
  'IPinfo country and ASN': [
    { asn: 'AS15169', as_name: 'Google LLC', country: 'US', country_name: 'United States' },
    { asn: 15169, organisation: 'Google LLC', country: 'US' },
  ],
  'IPinfo location': [
    { city: 'Paris', region: 'Île-de-France', country: 'FR', lat: '48.85', lng: '2.35' },
    { city: 'Paris', country: 'FR', latitude: 48.85, longitude: 2.35 },
  ],
  Kosovo: [{ country_code: 'XK' }, { country: 'XK' }],
  'nobody knows': [{ country_code: 'ZZ', city: '-', asn: 0 }, {}],
  'wrong types': [{ country_code: 7, city: ['x'], latitude: {}, longitude: 3, autonomous_system_number: -1 }, {}],
}

for (const [name, [record, fields]] of Object.entries(SHAPES)) {
  test(`a record of ${name} says what it says`, (t) => {
    const database = openMmdb(realFiles, put(scratch(t), 'x.mmdb', writeMmdb([['8.8.8.0/24', record]])))
    assert.deepEqual(fieldsOf(database.find(parseAddress('8.8.8.8')!)), fields)
  })
}

test('what is cut off or no database is a fault, and a tree of circles ends', async (t) => {
  const folder = scratch(t)
  const whole = writeMmdb(ROWS)
  for (const [i, bytes] of [whole.subarray(0, 100), new Uint8Array(1000), Buffer.from('PK')].entries())
    assert.throws(() => openMmdb(realFiles, put(folder, `${i}.mmdb`, bytes)), { code: 'place.mmdb' })
  const circle = Uint8Array.from(whole)
  circle.set([0, 0, 0, 0, 0, 0], 0)
  await assert.rejects(layerOf(folder, 'country', { 'circle.mmdb': circle }), { code: 'place.mmdb' })
})
