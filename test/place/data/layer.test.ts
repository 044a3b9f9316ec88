/** Ranges in, records out: what is looked up is what was put in, at every edge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf, parseAddress } from '../../../src/base/address.ts'
import { Layer } from '../../../src/place/data/layer.ts'
import { realFiles } from '../../../src/world/real-files.ts'
import { layerOf, put, scratch } from '../scratch.ts'

const CSV = [
  '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."',
  '1.0.1.0,1.0.1.255,13335,"Cloudflare, Inc."',
  '1.0.3.0,1.0.3.0,7,"LLC ""SPUTNIK"""',
  '16778240,16779263,38803,Gtelecom Pty Ltd',
  '255.255.255.255,255.255.255.255,9,Last',
  '2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC',
  // Deeper than /64, in one of that length, and what comes after it.
  '2a00:1::,2a00:1::7fff:ffff:ffff:ffff,11,Left',
  '2a00:1:0:0:8000::,2a00:1:0:0:8000::1,12,Deep',
  '2a00:1:0:0:8000::2,2a00:1:0:1:ffff:ffff:ffff:ffff,13,Right',
].join('\n')

const rows: readonly (readonly [string, number | undefined])[] = [
  ['0.0.0.0', undefined],
  ['0.255.255.255', undefined],
  ['1.0.0.0', 13335],
  ['1.0.1.255', 13335],
  ['1.0.2.0', undefined],
  ['1.0.3.0', 7],
  ['1.0.3.1', undefined],
  ['1.0.4.0', 38803],
  ['1.0.7.255', 38803],
  ['1.0.8.0', undefined],
  ['255.255.255.254', undefined],
  ['255.255.255.255', 9],
  ['2001:485f:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
  ['2001:4860::', 15169],
  ['2001:4860:4860::8888', 15169],
  ['2001:4861::', undefined],
  ['2a00:0:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
  ['2a00:1::', 11],
  ['2a00:1::7fff:ffff:ffff:ffff', 11],
  ['2a00:1:0:0:8000::', 12],
  ['2a00:1:0:0:8000::1', 12],
  ['2a00:1:0:0:8000::2', 13],
  ['2a00:1:0:1::', 13],
  ['2a00:1:0:1:ffff:ffff:ffff:ffff', 13],
  ['2a00:1:0:2::', undefined],
]

test('a layer says of each address what was said of its range', async (t) => {
  const layer = new Layer(realFiles, await layerOf(scratch(t), 'organisation', { 'x.csv': CSV }))
  t.after(() => layer.close())
  for (const [address, asn] of rows) {
    assert.equal(layer.fields(layer.find(parseAddress(address)!)).asn, asn, address)
  }
  assert.equal(layer.fields(layer.find(parseAddress('1.0.3.0')!)).organisation, 'LLC "SPUTNIK"')
  assert.equal(layer.fields(layer.find(parseAddress('1.0.1.1')!)).organisation, 'Cloudflare, Inc.')
})

for (const family of [4, 6] as const) {
  test(`IPv${family} ranges at random are found as a list of them says`, async (t) => {
    const random = generator(family)
    const [base, size] = family === 4 ? [0n, 32n] : [0x2a00n << 112n, 112n]
    const edges = [...new Set(Array.from({ length: 400 }, () => random(size)))].sort((a, b) => (a < b ? -1 : 1))
    const ranges = edges
      .slice(1)
      .flatMap((edge, i) => (i % 3 === 0 ? [] : [[base + edges[i]!, base + edge - 1n, (i % 7) + 1] as const]))
    const text = (bits: bigint) => networkOf(family, bits, family === 4 ? 32 : 128).text
    const csv = ranges.map(([start, end, asn]) => `${text(start)},${text(end)},${asn},x`).join('\n')
    const layer = new Layer(realFiles, await layerOf(scratch(t), 'organisation', { 'x.csv': csv }))
    t.after(() => layer.close())
    const asked = [
      ...edges.flatMap((edge) => [edge - 1n, edge, edge + 1n]),
      ...Array.from({ length: 500 }, () => random(size)),
    ]
    for (const offset of asked.filter((offset) => offset >= 0n && offset >> size === 0n)) {
      const bits = base + offset
      const wanted = ranges.find(([start, end]) => bits >= start && bits <= end)?.[2]
      const got = layer.fields(layer.find(networkOf(family, bits, family === 4 ? 32 : 128))).asn
      assert.equal(got, wanted, text(bits))
    }
  })
}

test('more than 65,536 records are told apart', async (t) => {
  const csv = Array.from({ length: 70_000 }, (_, i) => `${2 ** 24 + i},${2 ** 24 + i},${i + 1},n${i}`).join('\n')
  const layer = new Layer(realFiles, await layerOf(scratch(t), 'organisation', { 'x.csv': csv }))
  t.after(() => layer.close())
  for (const i of [0, 65_534, 65_535, 65_536, 69_999]) {
    const record = layer.find(networkOf(4, BigInt(2 ** 24 + i), 32))
    assert.deepEqual(layer.fields(record), { asn: i + 1, organisation: `n${i}` })
  }
})

test('cities keep their names and stand where they stand, south and west too', async (t) => {
  const csv = '8.8.8.0,8.8.8.255,AU,New South Wales,,Xi’an (Ω),,-33.8688,-151.2093,\n9.9.9.0,9.9.9.9,DE,,,,,,,'
  const layer = new Layer(realFiles, await layerOf(scratch(t), 'city', { 'x.csv': csv }))
  t.after(() => layer.close())
  assert.deepEqual(layer.fields(layer.find(parseAddress('8.8.8.8')!)), {
    country: 'AU',
    city: 'Xi’an (Ω)',
    region: 'New South Wales',
    latitude: -33.8688,
    longitude: -151.2093,
  })
  assert.deepEqual(layer.fields(layer.find(parseAddress('9.9.9.9')!)), { country: 'DE' })
})

test('what is damaged is a fault, wherever it is cut', async (t) => {
  const folder = scratch(t)
  const { readFileSync } = await import('node:fs')
  const whole = readFileSync(await layerOf(folder, 'organisation', { 'x.csv': CSV }))
  const damaged = [0, 7, 15, 40, whole.length - 1].map((length) => whole.subarray(0, length))
  const other = [
    Buffer.concat([whole, whole]),
    Buffer.from('x'.repeat(100)),
    Buffer.concat([whole.subarray(0, 16), Buffer.from('{{{'), whole.subarray(19)]),
  ]
  for (const [i, bytes] of [...damaged, ...other].entries()) {
    const path = put(folder, `damaged${i}`, bytes)
    assert.throws(() => new Layer(realFiles, path), { code: 'place.damaged' }, String(i))
  }
})

/** The same numbers in each run. */
function generator(seed: number): (bits: bigint) => bigint {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n
  return (bits) => {
    let number = 0n
    for (let i = 0n; i < bits; i += 32n) {
      state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
      number = (number << 32n) | (state >> 32n)
    }
    return number & ((1n << bits) - 1n)
  }
}
