/** A report looks at places several times: whoever answers is asked once, whether or not answers can be kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPlaces } from '../../src/place/open-places.ts'
import { realWorld } from '../../src/world/real.ts'
import { service } from '../place/ipinfo/server.ts'

test('without a place to keep answers, nothing is asked for twice', async (t) => {
  const { url, asked } = await service(t, { '8.8.8.8': { ip: '8.8.8.8', country: 'US' } }, { ways: ['batch', 'json'] })
  const places = await openPlaces({ world: realWorld(), folders: ['/nonexistent'], ipinfo: { url } })
  for (let again = 0; again < 3; again++) {
    const [place] = await places.find(['8.8.8.8'], { city: false })
    assert.equal(place!.country, 'US')
  }
  places.close()
  assert.equal(asked.length, 1)
})
