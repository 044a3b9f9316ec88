/** `rampart geo`, as somebody types it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { writeMmdb } from '../place/data/write-mmdb.ts'
import { pack, registry } from '../place/install/registry.ts'
import { service } from '../place/ipinfo/server.ts'
import { put } from '../place/scratch.ts'
import { typed } from './typed.ts'

const NAME = 'Evil\x1b]0;x\x07 \u202eInc'
const ASN = `8.8.8.0,8.8.8.255,15169,"${NAME}"\n2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC\n`

test('data is put in, shown, asked, rolled back and removed', async (t) => {
  const state = scratch(t)
  const geo = (...words: string[]) => typed(['geo', ...words, '--state', state])
  assert.match(
    (await geo('status')).out,
    /^country {7}none\norganisation {2}none\ncity {10}none: rampart geo install city\n$/,
  )
  const csv = put(state, 'mine.csv', ASN)
  assert.match(
    (await geo('install', 'organisation', '--file', csv)).out,
    /^organisation: mine\.csv, 0\.0 MB: installed\n$/,
  )
  assert.match((await geo()).out, /organisation {2}mine\.csv\n {14}of an unknown date\n/)

  const found = await geo('find', '8.8.8.8', '10.0.0.1', '2001:4860::1', 'nonsense')
  assert.match(found.out, /^8\.8\.8\.8 {7}unknown {5}AS15169 Evil\\x1b\]0;x\\x07 \\u\{202e\}Inc {2}unknown\n/)
  assert.match(found.out, /10\.0\.0\.1 {6}private\n/)
  assert.match(found.out, /2001:4860::1 {2}unknown {5}AS15169 Google LLC/)
  assert.match(found.out, /nonsense {6}no address\nPlaces by mine\.csv\n$/)
  assert.equal(found.code, 2)
  const { addresses } = JSON.parse((await geo('find', '--json', '8.8.8.8')).out)
  assert.deepEqual(addresses, [{ address: '8.8.8.8', kind: 'public', asn: 15169, organisation: NAME }])
  assert.equal((await geo('8.8.8.8', '10.0.0.1')).out, (await geo('find', '8.8.8.8', '10.0.0.1')).out)
  assert.match((await geo('8.8.8.8', '--geo', 'foo')).err, /'foo' is invalid/)
  assert.match((await geo('loo\x1bkup', '8.8.8.8')).err, /'loo\\x1bkup' is no address and no word of geo/)

  assert.equal((await geo('rollback', 'organisation')).code, 1)
  await geo('install', 'organisation', '--file', csv)
  assert.equal((await geo('rollback', 'organisation')).out, 'organisation: mine.csv is used now\n')
  assert.equal((await geo('remove', 'organisation')).out, 'organisation: none is used now\n')
  assert.match((await geo('remove', 'organisation')).err, /no data of this kind was installed/)
})

test('old data is warned of, and updated from the registry', async (t) => {
  const state = scratch(t)
  const country = (epoch: number) =>
    writeMmdb([...['8.8.8.0/24', '2001:4860::/32'].map((network) => [network, { country_code: 'US' }] as const)], {
      epoch,
    })
  const old = put(state, 'dbip-country.mmdb', country(Date.parse('2020-01-01') / 1000))
  const geo = (...words: string[]) => typed(['geo', ...words, '--state', state])
  assert.match((await geo('update')).err, /there is no data of places to update/)
  await geo('install', 'country', '--file', old)
  const status = await geo('status')
  assert.match(
    status.out,
    /of 2020-01-01, \d+ days old\n {14}CC-BY-4\.0: IP Geolocation by DB-IP, https:\/\/db-ip\.com\n/,
  )
  assert.match(status.err, /older than 60 days: country\n {2}rampart geo update country\n/)
  const now = new Date()
  const version = `2.3.${now.toISOString().slice(0, 10).replaceAll('-', '')}00`
  const server = await registry(t, { version, tarball: pack({ 'dbip-country.mmdb': country(0) }) })
  assert.match(
    (await geo('update', '--registry', server.url)).out,
    /^country: DB-IP Lite country 2\.3\.\d+ of \d{4}-\d\d-\d\d, 0\.0 MB: installed\n$/,
  )
  assert.match((await geo('update', 'country', '--registry', server.url)).out, /there is nothing newer\n$/)
  const after = await geo('status', '--json')
  assert.deepEqual(
    [JSON.parse(after.out).data[0].data.ageDays, JSON.parse(after.out).data[0].previous.origin.date],
    [0, '2020-01-01'],
  )
  const failed = await geo('update', 'city', 'country', '--registry', 'http://127.0.0.1:1')
  assert.deepEqual([failed.code, failed.err.match(/cannot be reached/g)?.length], [1, 2])
})

test("the admin's own databases are set, and no longer", async (t) => {
  const state = scratch(t)
  const own = put(
    state,
    'GeoLite2-City.mmdb',
    writeMmdb([['8.8.8.0/24', { country: { iso_code: 'US' }, city: { names: { en: 'Mountain View' } } }]], {
      type: 'GeoLite2-City',
    }),
  )
  const geo = (...words: string[]) => typed(['geo', ...words, '--state', state])
  assert.match(
    (await geo('use', own)).out,
    /GeoLite2-City, data of 2026-05-17; This product includes GeoLite2 data created by MaxMind\n/,
  )
  assert.match((await geo('find', '8.8.8.8')).out, /US United States {2}unknown {2}Mountain View/)
  assert.match((await geo('status')).out, /own database {2}GeoLite2-City {2}MaxMind GeoLite2 {2}of 2026-05-17/)
  assert.equal((await geo('use', join(state, 'none'))).code, 1)
  assert.match((await geo('find', '8.8.8.8')).out, /Mountain View/)
  await geo('use')
  assert.match((await geo('find', '8.8.8.8')).out, /unknown/)
  assert.match((await geo('find', '8.8.8.8', '--database', own)).out, /Mountain View/)
})

test('ipinfo.io is asked where that is said, and its answers are kept', async (t) => {
  const state = scratch(t)
  const rows = { '8.8.8.8': { ip: '8.8.8.8', country: 'US', city: 'Mountain View', org: 'AS15169 Google LLC' } }
  const server = await service(t, rows, { ways: ['json'] })
  const ask = () => typed(['geo', 'find', '8.8.8.8', '--geo', 'ipinfo', '--ipinfo-url', server.url, '--state', state])
  const first = await ask()
  assert.match(first.out, /US United States {2}AS15169 Google LLC {2}Mountain View\nIP address data powered by IPinfo/)
  assert.deepEqual([first.code, first.err], [0, ''])
  const asked = server.asked.length
  await ask()
  assert.equal(server.asked.length, asked)
  assert.equal(readFileSync(join(state, 'geo/answers.db')).subarray(0, 6).toString(), 'SQLite')
})

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-geo-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
