/** ipinfo.io as its local double speaks, and what becomes of its answers. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { IpinfoOptions } from '../../../src/place/ipinfo/ipinfo.ts'
import { openPlaces } from '../../../src/place/open-places.ts'
import type { Place } from '../../../src/place/place.ts'
import { openPlaceAnswers } from '../../../src/store/place-answers.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { World } from '../../../src/world/world.ts'
import { json, type Offer, type Rows, service } from './server.ts'

const GOOGLE = { ip: '8.8.8.8', city: 'Mountain View', region: 'California', country: 'US', loc: '37.4056,-122.0775' }
const LEGACY: Rows = {
  '8.8.8.8': { ...GOOGLE, org: 'AS15169 Google LLC' },
  '41.223.72.1': { ip: '41.223.72.1', country: 'CV', city: 'Praia', org: 'AS37517 CV  Multimedia SA' },
  '2001:4860:4860::8888': { ip: '2001:4860:4860::8888', country: 'US', org: 'AS15169 Google LLC' },
}
const LITE: Rows = {
  '8.8.8.8': { ip: '8.8.8.8', asn: 'AS15169', as_name: 'Google LLC', country_code: 'US', country: 'United States' },
}
const CORE: Rows = {
  '8.8.8.8': {
    ip: '8.8.8.8',
    geo: { city: 'Mountain View', country: 'United States', country_code: 'US', latitude: 37.4, longitude: -122.1 },
    as: { asn: 'AS15169', name: 'Google LLC' },
  },
}
const GOOGLE_PLACE = { kind: 'public', country: 'US', asn: 15169, organisation: 'Google LLC' }
const VIEW = { city: 'Mountain View', region: 'California', latitude: 37.4056, longitude: -122.0775 }

interface Case {
  readonly rows: Rows
  readonly offer: Offer
  readonly city: boolean
  readonly asked: readonly string[]
  readonly place: Omit<Place, 'kind'>
}

/** What is asked for one address, and what place it is then. */
const ways: Readonly<Record<string, Case>> = {
  'a batch, where the token may': {
    ...{ rows: LEGACY, offer: { ways: ['batch', 'json', 'lite'] }, city: true },
    ...{ asked: ['POST batch 1'], place: { ...GOOGLE_PLACE, ...VIEW } },
  },
  'one by one, where it may not': {
    ...{ rows: LEGACY, offer: { ways: ['json', 'lite'] }, city: true },
    ...{ asked: ['POST batch 1', 'GET 8.8.8.8/json'], place: { ...GOOGLE_PLACE, ...VIEW } },
  },
  'one by one, where a batch is not found': {
    ...{ rows: LEGACY, offer: { ways: ['json'], refusal: 404 }, city: true },
    ...{ asked: ['POST batch 1', 'GET 8.8.8.8/json'], place: { ...GOOGLE_PLACE, ...VIEW } },
  },
  'by lookup, for tokens of today': {
    ...{ rows: CORE, offer: { ways: ['lookup'] }, city: true },
    asked: ['POST batch 1', 'GET 8.8.8.8/json', 'GET lookup/8.8.8.8'],
    place: { ...GOOGLE_PLACE, city: 'Mountain View', latitude: 37.4, longitude: -122.1 },
  },
  'lite in batches, where there is no city to be had': {
    ...{ rows: LITE, offer: { ways: ['batch/lite', 'lite'] }, city: true },
    asked: ['POST batch 1', 'GET 8.8.8.8/json', 'GET lookup/8.8.8.8', 'POST batch/lite 1'],
    place: GOOGLE_PLACE,
  },
  'lite at once, where no city is asked for': {
    ...{ rows: LITE, offer: { ways: ['batch/lite', 'lite'] }, city: false },
    ...{ asked: ['POST batch 1', 'POST batch/lite 1'], place: GOOGLE_PLACE },
  },
  'lite one by one': {
    ...{ rows: LITE, offer: { ways: ['lite'] }, city: false },
    ...{ asked: ['POST batch 1', 'POST batch/lite 1', 'GET lite/8.8.8.8'], place: GOOGLE_PLACE },
  },
}

for (const [name, { rows, offer, city, asked, place }] of Object.entries(ways)) {
  test(`ipinfo.io is asked ${name}`, async (t) => {
    const server = await service(t, rows, offer)
    const { places } = await find(t, ['8.8.8.8'], { url: server.url }, city)
    assert.deepEqual([server.asked, places], [asked, [place]])
  })
}

test('names come as they are, two blanks and all; IPv6 too; what it does not know is unknown', async (t) => {
  const server = await service(t, LEGACY, { ways: ['batch'] })
  const addresses = ['41.223.72.1', '2001:4860:4860::8888', '9.9.9.9']
  const { places, troubles } = await find(t, addresses, { url: server.url }, false)
  assert.deepEqual(places, [
    { kind: 'public', country: 'CV', asn: 37517, organisation: 'CV  Multimedia SA' },
    GOOGLE_PLACE,
    { kind: 'public' },
  ])
  assert.deepEqual(troubles, [])
})

test('each public address is asked for once, and no other ever', async (t) => {
  const server = await service(t, LEGACY, { ways: ['batch'] })
  const addresses = [
    '8.8.8.8',
    '::ffff:8.8.8.8',
    '10.0.0.1',
    '127.0.0.1',
    'garbage',
    '8.8.8.8',
    '2002:808:808::1',
    'fe80::1',
  ]
  const { places } = await find(t, addresses, { url: server.url }, false)
  assert.deepEqual(server.asked, ['POST batch 1'])
  assert.deepEqual(
    places.map(({ kind, asn }) => asn ?? kind),
    [15169, 15169, 'private', 'loopback', 'garbage', 15169, 15169, 'link-local'],
  )
})

test('2,500 addresses are three batches', async (t) => {
  const addresses = Array.from({ length: 2500 }, (_, i) => `11.0.${i >> 8}.${i & 255}`)
  const server = await service(t, {}, { ways: ['batch'] })
  await find(t, addresses, { url: server.url }, true)
  assert.deepEqual(server.asked.sort(), ['POST batch 1000', 'POST batch 1000', 'POST batch 500'])
})

test('one address that is refused is not the fault of the way', async (t) => {
  const server = await service(t, LEGACY, {
    ways: ['json'],
    instead: (_, answer, path) => path === '1.2.3.4/json' && Boolean(answer.writeHead(404).end()),
  })
  const { places, troubles } = await find(t, ['1.2.3.4', '8.8.8.8'], { url: server.url }, true)
  assert.deepEqual([places[0], places[1]!.city], [{ kind: 'public' }, 'Mountain View'])
  assert.match(troubles.join(), /told of 1 of 2 addresses/)
})

test('a name that nobody can see or read is none', async (t) => {
  for (const city of ['\u200b', ' \u202e ', '-', '???', '\x07']) {
    const server = await service(t, { '8.8.8.8': { ip: '8.8.8.8', country: 'US', city } }, { ways: ['batch'] })
    const { places } = await find(t, ['8.8.8.8'], { url: server.url }, true)
    assert.deepEqual(places, [{ kind: 'public', country: 'US' }], JSON.stringify(city))
  }
})

test('what is told of another address than was asked for is no answer; in another spelling it is', async (t) => {
  const other = { ip: '99.99.99.99', country: 'FR', city: 'Paris' }
  const rows = { '8.8.8.8': other, '2001:db9::1': { ip: '2001:0DB9:0:0::1', country: 'DE', city: 'Bonn' } }
  for (const way of ['batch', 'json'] as const) {
    const server = await service(t, rows, { ways: [way] })
    const { places, troubles } = await find(t, ['8.8.8.8', '2001:db9::1'], { url: server.url }, true)
    assert.deepEqual(places, [{ kind: 'public' }, { kind: 'public', country: 'DE', city: 'Bonn' }])
    assert.match(troubles.join(), /told of 1 of 2 addresses/)
  }
})

test('who is refused everywhere hears of the token', async (t) => {
  const server = await service(t, LEGACY, { ways: [] })
  const without = await find(t, ['8.8.8.8'], { url: server.url }, true)
  assert.match(without.troubles.join(), /does not answer without a token \(403\): --ipinfo-token-file/)
  const tokenFile = join(scratch(t), 'token')
  writeFileSync(tokenFile, 'secret-token', { mode: 0o600 })
  const refused = await find(t, ['8.8.8.8'], { url: server.url, tokenFile }, true)
  assert.match(refused.troubles.join(), /refuses all that it was asked for \(403\): the token may be wrong/)
})

/** What the server does in the place of its first answers, how many requests come of it, and what is told. */
const faults: Readonly<Record<string, readonly [Offer['instead'], number, RegExp | undefined]>> = {
  '429 with a short Retry-After is waited for': [
    first(1, (answer) => answer.writeHead(429, { 'retry-after': '0' }).end()),
    2,
    undefined,
  ],
  '429 with a long one ends the asking': [
    first(9, (answer) => answer.writeHead(429, { 'retry-after': '86400' }).end()),
    1,
    /quota is used up \(429\); it may be asked again in 86400 s/,
  ],
  '429 without one is tried three times': [first(9, (answer) => answer.writeHead(429).end()), 3, /quota is used up/],
  '500 twice is answered the third time': [first(2, (answer) => answer.writeHead(500).end()), 3, undefined],
  '500 for ever is told': [first(9, (answer) => answer.writeHead(500).end()), 3, /answers 500/],
  'a connection that is cut is tried again': [first(1, (answer) => answer.destroy()), 2, undefined],
  'an answer that is cut is tried again': [
    first(1, (answer) => {
      answer.writeHead(200, { 'content-length': '1000' }).write('{"8.8')
      setTimeout(() => answer.destroy(), 20)
    }),
    2,
    undefined,
  ],
  'truncated JSON is tried again': [first(1, (answer) => answer.writeHead(200).end('{"8.8.8.8": {"ip"')), 2, undefined],
  'a silence is tried once more, and told': [first(9, () => {}), 2, /does not answer in time/],
  '401 is asked no more': [first(9, (answer) => answer.writeHead(401).end()), 1, /does not accept the token/],
  'a redirect is not followed': [
    first(9, (answer) => answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
    1,
    /sends elsewhere \(302\)/,
  ],
}

for (const [name, [instead, requests, trouble]] of Object.entries(faults)) {
  test(`ipinfo.io: ${name}`, async (t) => {
    const server = await service(t, LEGACY, { ways: ['batch'], ...(instead ? { instead } : {}) })
    const { places, troubles } = await find(t, ['8.8.8.8'], { url: server.url }, true)
    assert.equal(server.asked.length, requests)
    if (!trouble) assert.deepEqual([places[0]!.city, troubles], ['Mountain View', []])
    else {
      assert.deepEqual(places, [{ kind: 'public' }])
      assert.match(troubles.join('\n'), trouble)
    }
  })
}

test('answers of a wrong type are none, and what was answered counts', async (t) => {
  const wrong = { ip: 8, country: 7, city: ['x'], org: {}, loc: 1, asn: true }
  const rows = { '8.8.8.8': wrong, '9.9.9.9': { country: 'DE', city: 'Bonn', org: null, loc: 'x,91' } }
  const server = await service(t, rows, { ways: ['batch'] })
  const { places } = await find(t, ['8.8.8.8', '9.9.9.9'], { url: server.url }, true)
  assert.deepEqual(places, [{ kind: 'public' }, { kind: 'public', country: 'DE', city: 'Bonn' }])
})

for (const [name, value] of [
  ['a list', []],
  ['a text', 'x'],
  ['nothing', null],
  ['an object of errors', { '8.8.8.8': { error: 'no' } }],
] as const) {
  test(`a batch answered by ${name} is no way to ask`, async (t) => {
    const server = await service(t, LEGACY, {
      ways: ['json'],
      instead(_, answer, path) {
        if (path === 'batch') json(answer, value)
        return path === 'batch'
      },
    })
    const { places } = await find(t, ['8.8.8.8'], { url: server.url }, true)
    assert.equal(places[0]!.city, 'Mountain View')
  })
}

test('hostile names come raw, cut where they are endless; hostile keys are nothing', async (t) => {
  const name = '\x1b]0;owned\x07\u202e<script>'
  const rows = { '8.8.8.8': { country: 'US', city: name, org: `AS1 ${'x'.repeat(10_000)}`, __proto__: { a: 1 } } }
  const server = await service(t, rows, { ways: ['batch'] })
  const { places } = await find(t, ['8.8.8.8'], { url: server.url }, true)
  assert.deepEqual([places[0]!.city, places[0]!.organisation?.length], [name, 300])
})

test('what was answered before the quota ended is kept, and not asked for again', async (t) => {
  const addresses = Array.from({ length: 3000 }, (_, i) => `11.0.${i >> 8}.${i & 255}`)
  const rows = Object.fromEntries(addresses.map((ip) => [ip, { ip, country: 'US', city: 'X' }]))
  let isOver = true
  const server = await service(t, rows, {
    ways: ['batch'],
    instead: (number, answer) => isOver && number > 1 && Boolean(answer.writeHead(429, { 'retry-after': '999' }).end()),
  })
  const folder = scratch(t)
  const first = await find(t, addresses, { url: server.url, answers: kept(t, folder) }, true)
  assert.equal(first.places.filter(({ city }) => city === 'X').length, 1000)
  assert.match(first.troubles.join('\n'), /told of 1000 of 3000/)
  isOver = false
  server.asked.length = 0
  const second = await find(t, addresses, { url: server.url, answers: kept(t, folder) }, true)
  assert.equal(second.places.filter(({ city }) => city === 'X').length, 3000)
  assert.deepEqual(server.asked, ['POST batch 1000', 'POST batch 1000'])
})

test('kept answers serve for a week, of this service alone; lite ones where no city is asked for', async (t) => {
  const folder = scratch(t)
  const server = await service(t, LITE, { ways: ['batch/lite'] })
  let now = Date.now()
  const clock = { ...realWorld().clock, now: () => now }
  const ask = async (url: string, city: boolean) => {
    server.asked.length = 0
    const { places } = await find(t, ['8.8.8.8'], { url, answers: kept(t, folder) }, city, { clock })
    return [places[0]!.asn, server.asked.length]
  }
  assert.deepEqual(await ask(server.url, false), [15169, 2])
  assert.deepEqual(await ask(server.url, false), [15169, 0])
  // Only whether there is a city to be had is asked; what is kept is not asked for again.
  assert.deepEqual(await ask(server.url, true), [15169, 3])
  const other = await service(t, {}, { ways: ['batch'] })
  assert.deepEqual(await ask(other.url, false), [undefined, 0])
  now += 8 * 24 * 3600 * 1000
  assert.deepEqual(await ask(server.url, false), [15169, 2])
})

test('the token goes in a header, and into no message', async (t) => {
  const folder = scratch(t)
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, 'secret-token\n', { mode: 0o600 })
  const server = await service(t, LEGACY, { ways: ['batch'] })
  await find(t, ['8.8.8.8'], { url: server.url, tokenFile }, true)
  assert.deepEqual(server.tokens, ['Bearer secret-token'])
  assert.ok(!server.asked.join().includes('secret'))
  const refusing = await service(t, LEGACY, { ways: [], refusal: 401 })
  const { troubles } = await find(t, ['8.8.8.8'], { url: refusing.url, tokenFile }, true)
  assert.ok(!troubles.join().includes('secret'))
  chmodSync(tokenFile, 0o640)
  await assert.rejects(find(t, [], { tokenFile }, true), { code: 'place.token-open' })
  writeFileSync(tokenFile, 'two\nlines', { mode: 0o600 })
  chmodSync(tokenFile, 0o600)
  await assert.rejects(find(t, [], { tokenFile }, true), { code: 'place.token' })
})

test('no token goes over a wire that others can hear, and no URL holds more than a place', async (t) => {
  const tokenFile = join(scratch(t), 'token')
  writeFileSync(tokenFile, 'secret-token', { mode: 0o600 })
  for (const url of ['http://mirror.example/', 'ftp://x', 'x', 'https://a:b@host/', 'https://host/?token=1'])
    await assert.rejects(find(t, [], { url, tokenFile }, true), { code: 'place.url' })
})

test('a service that is not there leaves the data here', async (t) => {
  const { places, troubles, sources } = await find(t, ['8.8.8.8'], { url: 'http://127.0.0.1:1' }, false)
  assert.deepEqual([places, sources], [[{ kind: 'public' }], []])
  assert.match(troubles.join('\n'), /127\.0\.0\.1:1 cannot be reached/)
})

function first(count: number, act: (answer: Parameters<NonNullable<Offer['instead']>>[1]) => void): Offer['instead'] {
  return (number, answer) => {
    if (number > count) return false
    act(answer)
    return true
  }
}

/** Waiting is shortened: what is waited for is the same. */
async function find(
  t: TestContext,
  addresses: readonly string[],
  ipinfo: IpinfoOptions,
  city: boolean,
  part: Partial<World> = {},
) {
  const real = realWorld()
  const hurried = {
    ...(part.clock ?? real.clock),
    after: (ms: number, act: () => void) => real.clock.after(ms / 50, act),
  }
  const web: World['web'] = { ask: (request) => real.web.ask({ ...request, timeoutMs: 500 }) }
  const places = await openPlaces({ world: { ...real, clock: hurried, web }, folders: [], ipinfo })
  t.after(() => places.close())
  const found = await places.find(addresses, { city })
  const troubles = places.troubles.filter((trouble) => !trouble.includes('no data of cities'))
  return { places: found, troubles, sources: places.sources }
}

function kept(t: TestContext, folder: string) {
  const answers = openPlaceAnswers(realWorld().files, folder)
  t.after(() => {
    try {
      answers.close()
    } catch {}
  })
  return answers
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-place-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
