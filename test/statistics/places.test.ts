/** Counts joined with places: what is one row and what is two, what is not known, whose data a table names. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Place } from '../../src/place/place.ts'
import type { DataSource, Places } from '../../src/place/places.ts'
import type { Question } from '../../src/statistics/question.ts'
import { ask, askAll } from '../../src/statistics/statistics.ts'
import type { By } from '../../src/statistics/table.ts'

const KNOWN: Readonly<Record<string, Omit<Place, 'kind'>>> = {
  '11.0.0.1': { country: 'IT', asn: 1, organisation: 'One', city: 'Florence' },
  '11.0.0.2': { country: 'US', asn: 2, organisation: 'Censys, Inc.', city: 'Florence' },
  '11.0.0.3': { country: 'US', asn: 3, organisation: 'Censys, Inc.', city: 'Paris' },
  '11.0.0.4': { country: 'FR', asn: 1, organisation: 'One Ltd', city: 'Paris', cityCountry: 'US' },
  '11.0.0.5': { country: 'XK', asn: 398324 },
  '11.0.0.6': { asn: 64496 },
  '11.0.0.7': {},
}

const SOURCES: readonly DataSource[] = (['country', 'organisation', 'city'] as const).map((covers) => ({
  ...{ name: `of ${covers}`, licence: 'x', credit: 'x', url: 'https://example.org', date: '2026-06-01', covers },
}))

function places(sources: readonly DataSource[] = SOURCES) {
  const asked: (readonly string[])[] = []
  const wants: boolean[] = []
  const held: Places = {
    async find(addresses, { city }) {
      asked.push(addresses)
      wants.push(city)
      return addresses.map((address): Place => {
        if (KNOWN[address]) return { kind: 'public', ...KNOWN[address] }
        return { kind: address.startsWith('10.') ? 'private' : 'garbage' }
      })
    },
    ...{ sources, troubles: [], close() {} },
  }
  return { places: held, asked, wants }
}

const LIST = [...Object.keys(KNOWN), '10.0.0.1', 'hello', 'hello']

function question(by: By, rest: Partial<Question> = {}): Question {
  return { by, unit: 'lines', state: 'all', period: { to: 0 }, isNow: true, zone: 'UTC', ...rest }
}

async function labels(by: By, rest: Partial<Question> = {}): Promise<readonly string[]> {
  const { rows } = await ask(question(by, rest), { addresses: LIST, places: places().places })
  return rows.map(({ key, label, count }) => `${count} ${key === label ? key : `${key} = ${label}`}`)
}

describe('rows', () => {
  test('by country', async () =>
    assert.deepEqual(await labels('country'), ['2 US', '1 XK', '1 IT', '1 FR', '5  = unknown']))
  test('organisations by their number: one name may have several, one number several names', async () =>
    assert.deepEqual(await labels('org'), [
      ...['2 AS1 = AS1 One', '1 AS64496', '1 AS398324', '1 AS3 = AS3 Censys, Inc.', '1 AS2 = AS2 Censys, Inc.'],
      '4  = unknown',
    ]))
  test('cities of one name in two countries are two, and say so; the others say their name', async () =>
    assert.deepEqual(await labels('city'), [
      '2 Paris|US = Paris',
      '1 Florence|US = Florence, US',
      '1 Florence|IT = Florence, IT',
      '6  = unknown',
    ]))
  test('cities as the article counts them', async () =>
    assert.deepEqual(await labels('city', { cities: 'name' }), ['2 Paris', '2 Florence', '6  = unknown']))
  test('classes of networks, and those in no list', async () =>
    assert.deepEqual(await labels('class'), ['4 unclassified', '1 research-scanner', '1 education', '4  = unknown']))
  test('by address: garbage is no address', async () => assert.equal((await labels('ip')).at(-1), '2  = unknown'))
  test('with unit ips each once', async () =>
    assert.equal((await labels('country', { unit: 'ips' })).at(-1), '4  = unknown'))
})

test('the sums: all rows make the total, garbage is no different address', async () => {
  for (const by of ['country', 'org', 'city', 'class', 'ip'] as const) {
    const table = await ask(question(by), { addresses: LIST, places: places().places })
    assert.equal(
      table.rows.reduce((sum, { count }) => sum + count, 0),
      10,
    )
    assert.deepEqual([table.total, table.distinct, table.overlaps], [10, 8, false])
  }
})

test('why something is not known is told', async () => {
  const { unknown } = await ask(question('org'), { addresses: LIST, places: places().places })
  assert.deepEqual(unknown, { 'no record': 1, private: 1, garbage: 2 })
})

test('three tables look for each address once, and open the data of cities only for those', async () => {
  const { places: held, asked, wants } = places()
  const three = (['country', 'org', 'city'] as const).map((by) => question(by))
  await askAll(three, { addresses: LIST, places: held })
  assert.deepEqual([asked.length, asked[0]!.length, wants], [1, 9, [true]])
  await askAll(three.slice(0, 2), { addresses: LIST, places: held })
  assert.equal(wants.at(-1), false)
  await askAll([question('ip')], { addresses: LIST, places: held })
  assert.equal(asked.length, 2)
})

const TELLING: readonly (readonly [By, readonly string[]])[] = [
  ['country', ['of country']],
  ['org', ['of organisation']],
  ['class', ['of organisation']],
  ['city', ['of country', 'of city']],
  ['ip', []],
]
for (const [by, names] of TELLING) {
  test(`a table by ${by} names ${names.join(' and ') || 'no data'}`, async () => {
    const { sources } = await ask(question(by), { addresses: LIST, places: places().places })
    assert.deepEqual(
      sources.map(({ name }) => name),
      names,
    )
  })
}

test('without data of cities none is named for them', async () => {
  const { sources } = await ask(question('city'), { addresses: LIST, places: places(SOURCES.slice(0, 2)).places })
  assert.deepEqual(sources, [])
})
