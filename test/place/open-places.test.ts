/** What several sources say, as one place; and what is left where some are damaged or missing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../src/base/fault.ts'
import type { PlacesOptions } from '../../src/place/open-places.ts'
import { openPlaces } from '../../src/place/open-places.ts'
import { realWorld } from '../../src/world/real.ts'
import { writeMmdb } from './data/write-mmdb.ts'
import { layerOf, ORIGIN, put, scratch } from './scratch.ts'

const world = realWorld()
const COUNTRY = '8.8.8.0,8.8.8.255,US\n9.9.9.0,9.9.9.255,CH\n2001:4860::,2001:4860::ffff,CA'
const ORGANISATION = '8.8.8.0,8.8.8.255,15169,Google LLC'
const CITY = [
  '8.8.8.0,8.8.8.255,US,Michigan,,Ann Arbor (Old West Side),,42.25,-83.5,',
  '9.9.9.0,9.9.9.127,DE,,,Konstanz,,,,',
  '9.9.9.128,9.9.9.255,CH,,,(odd),,,,',
].join('\n')

test('each of country, organisation and city is of its own data; cities are only told where they are asked for', async (t) => {
  const folder = scratch(t)
  await layerOf(folder, 'country', { 'country.csv': COUNTRY })
  await layerOf(folder, 'organisation', { 'organisation.csv': ORGANISATION })
  await layerOf(folder, 'city', { 'city.csv': CITY })
  const google = { kind: 'public', country: 'US', asn: 15169, organisation: 'Google LLC' }
  assert.deepEqual(await find({ folders: [folder] }, ['8.8.8.8', '::ffff:8.8.8.8', '2002:808:808::'], false), [
    google,
    google,
    google,
  ])
  const arbor = {
    city: 'Ann Arbor',
    cityAsGiven: 'Ann Arbor (Old West Side)',
    region: 'Michigan',
    latitude: 42.25,
    longitude: -83.5,
  }
  assert.deepEqual(
    await find({ folders: [folder] }, ['8.8.8.8', '9.9.9.9', '9.9.9.200', '10.0.0.1', 'x', '7.7.7.7'], true),
    [
      { ...google, ...arbor },
      // Two sources differ: the city lies where its own source says.
      { kind: 'public', country: 'CH', city: 'Konstanz', cityCountry: 'DE' },
      { kind: 'public', country: 'CH', city: '(odd)' },
      { kind: 'private' },
      { kind: 'garbage' },
      { kind: 'public' },
    ],
  )
})

test('without any data every place is unknown, and it is said how to get cities', async (t) => {
  const places = await openPlaces({ world, folders: [scratch(t), '/nowhere'] })
  assert.deepEqual(await places.find(['8.8.8.8', '::1'], { city: true }), [{ kind: 'public' }, { kind: 'loopback' }])
  assert.deepEqual(places.sources, [])
  assert.match(places.troubles.join(), /rampart geo install city/)
})

test('a folder that is closed to this user is told, and the others serve', async (t) => {
  const folder = scratch(t)
  await layerOf(folder, 'country', { 'country.csv': COUNTRY })
  const closed = (path: string) => path.startsWith('/closed/')
  const stat = (path: string) => {
    if (closed(path)) throw new Fault('file.denied', `${path} may not be opened by this user`)
    return world.files.stat(path)
  }
  const places = await openPlaces({
    world: { ...world, files: { ...world.files, stat } },
    folders: [folder, '/closed'],
  })
  t.after(() => places.close())
  assert.deepEqual(await places.find(['8.8.8.8'], { city: false }), [{ kind: 'public', country: 'US' }])
  assert.match(
    places.troubles.join(),
    /^[^,]+ may not be opened by this user: data that is installed there is not used$/,
  )
})

test('of two the newer data counts, of equals the installed; a damaged one is told and passed over', async (t) => {
  const [shipped, installed] = [scratch(t), scratch(t)]
  const countryIs = async (wanted: string) =>
    assert.equal((await find({ folders: [shipped, installed] }, ['8.8.8.8'], false))[0]!.country, wanted)
  const ship = (date: string) => layerOf(shipped, 'country', { 'a.csv': '8.8.8.0,8.8.8.255,AA' }, { ...ORIGIN, date })
  await ship('2026-06-01')
  await layerOf(installed, 'country', { 'b.csv': '8.8.8.0,8.8.8.255,BB' }, { ...ORIGIN, date: '2026-06-01' })
  await countryIs('BB')
  await ship('2026-07-01')
  await countryIs('AA')
  // Of an unknown date, from an admin's own file.
  await layerOf(installed, 'country', { 'c.csv': '8.8.8.0,8.8.8.255,BB' })
  await countryIs('BB')
  put(shipped, 'country.places', 'damaged')
  await countryIs('BB')
  const places = await openPlaces({ world, folders: [shipped, installed] })
  assert.match(places.troubles.join(), /country\.places is damaged/)
  places.close()
})

test("the admin's own databases go before all other data, field by field", async (t) => {
  const folder = scratch(t)
  await layerOf(folder, 'country', { 'country.csv': COUNTRY })
  await layerOf(folder, 'organisation', { 'organisation.csv': ORGANISATION })
  const own = put(
    folder,
    'own.mmdb',
    writeMmdb(
      [
        [
          '8.8.8.0/24',
          {
            country: { iso_code: 'FR' },
            city: { names: { en: 'Paris' } },
            location: { latitude: 48.5, longitude: 2.5 },
          },
        ],
      ],
      {
        type: 'GeoLite2-City',
      },
    ),
  )
  const paris = {
    kind: 'public',
    country: 'FR',
    asn: 15169,
    organisation: 'Google LLC',
    city: 'Paris',
    latitude: 48.5,
    longitude: 2.5,
  }
  const places = await openPlaces({ world, folders: [folder], databases: [own] })
  t.after(() => places.close())
  assert.deepEqual(await places.find(['8.8.8.8', '9.9.9.9', '2001:4860::1'], { city: true }), [
    paris,
    { kind: 'public', country: 'CH' },
    { kind: 'public', country: 'CA' },
  ])
  assert.deepEqual(
    [places.sources[0]?.name, places.sources[0]?.date, places.troubles],
    ['MaxMind GeoLite2', '2026-05-17', []],
  )
  put(folder, 'own.json', JSON.stringify({ databases: [own] }))
  assert.deepEqual((await find({ folders: [folder] }, ['8.8.8.8'], true))[0], paris)
  const gone = await openPlaces({ world, folders: [folder], databases: ['/no\x1bwhere.mmdb'] })
  assert.match(gone.troubles.join(), /no\\x1bwhere\.mmdb does not exist/)
  gone.close()
})

test('names from data come as they are: who prints them escapes', async (t) => {
  const folder = scratch(t)
  const name = '\x1b]0;x\x07 \u202eevil'
  await layerOf(folder, 'organisation', { 'x.csv': `8.8.8.0,8.8.8.255,1,"${name}"` })
  assert.equal((await find({ folders: [folder] }, ['8.8.8.8'], false))[0]!.organisation, name)
})

test('progress is told on the way and at the end', async (t) => {
  const places = await openPlaces({ world, folders: [scratch(t)] })
  const told: number[] = []
  await places.find(new Array(50_000).fill('8.8.8.8'), { city: false }, (done) => told.push(done))
  assert.deepEqual(told, [20_000, 40_000, 50_000])
})

async function find(options: Omit<PlacesOptions, 'world'>, addresses: readonly string[], city: boolean) {
  const places = await openPlaces({ world, ...options })
  try {
    return await places.find(addresses, { city })
  } finally {
    places.close()
  }
}
