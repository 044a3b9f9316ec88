/** The data that comes with the program: known addresses, plausible places. Set-up without a network has none. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openPlaces } from '../../src/place/open-places.ts'
import { realWorld } from '../../src/world/real.ts'

const skip = existsSync('geo/country.places') ? false : 'there is no data: set-up had no network'

/** Of data as of June 2026. */
const ROWS: readonly (readonly [string, string | undefined, number | undefined, string?])[] = [
  ['8.8.8.8', 'US', 15169, 'Google LLC'],
  ['2001:4860:4860::8888', 'CA', 15169, 'Google LLC'],
  ['1.1.1.1', 'AU', 13335, 'Cloudflare, Inc.'],
  ['51.68.0.1', 'FR', 16276, 'OVH SAS'],
  ['5.9.0.1', 'DE', 24940, 'Hetzner Online GmbH'],
  ['162.142.125.10', 'US', 398324, 'Censys, Inc.'],
  ['167.94.138.10', 'US', 398324, 'Censys, Inc.'],
  ['35.203.210.10', 'GB', 396982, 'Google LLC'],
  ['34.140.1.1', 'BE', 396982, 'Google LLC'],
  ['218.92.0.1', 'CN', 4134, 'Chinanet'],
  // In no routing table.
  ['93.184.216.34', 'PL', undefined],
]

test('known addresses are where they should be', { skip }, async (t) => {
  const places = await openPlaces({ world: realWorld(), folders: ['geo'] })
  t.after(() => places.close())
  const found = await places.find(
    ROWS.map(([address]) => address),
    { city: false },
  )
  for (const [i, [address, country, asn, organisation]] of ROWS.entries()) {
    const place = found[i]!
    assert.deepEqual([place.country, place.asn, place.organisation], [country, asn, organisation], address)
  }
  assert.deepEqual(places.troubles, [])
})

test('whose it is, and that it was changed, stands beside it', { skip }, () => {
  const notice = readFileSync('geo/NOTICE-geo', 'utf8')
  for (const words of [
    'IP Geolocation by DB-IP',
    'RouteViews',
    'NRO',
    'CC-BY-4.0',
    'modified: compiled from',
    '2026-06-01',
  ])
    assert.ok(notice.includes(words), words)
})
