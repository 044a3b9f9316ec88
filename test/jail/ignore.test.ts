/** Who is spared, compared with the plainest way to find out: to look at each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { contains, type Network, networkOf, parseNetwork, printNetwork, widen, width } from '../../src/base/address.ts'
import { ignoreList, ignoreTable } from '../../src/jail/ignore.ts'

const next = random(3)

/** Few bits differ, so that many lie within each other. */
function made(): Network {
  const family = next() < 0.6 ? 4 : 6
  const base = family === 4 ? 0xfe000000n : 0x20010db8n << 96n
  const bits = base | (BigInt(Math.floor(next() * 64)) << (family === 4 ? 20n : 60n)) | BigInt(Math.floor(next() * 4))
  return widen(networkOf(family, bits, width(family)), Math.floor(next() * (width(family) + 1)))
}

test('a network is spared if it lies in a spared one or holds one', () => {
  for (let round = 0; round < 200; round++) {
    const spared = Array.from({ length: Math.floor(next() * 8) }, made)
    const list = ignoreList(spared.map((network) => ({ network, why: printNetwork(network) })))
    for (let i = 0; i < 50; i++) {
      const asked = made()
      const expected = spared.some((one) => contains(one, asked) || contains(asked, one))
      assert.equal(list(asked) !== undefined, expected, `${printNetwork(asked)} and ${spared.map(printNetwork)}`)
    }
  }
})

const ROWS: readonly [asked: string, why: string | undefined][] = [
  ['192.0.2.9', 'host'],
  ['192.0.2.8', 'net'],
  ['192.0.3.1', undefined],
  ['255.255.255.255', 'last'],
  ['0.0.0.0', undefined],
  ['2001:db8::5', 'six'],
  ['2001:db8:1::', undefined],
  ['192.0.0.0/16', 'host'],
  ['2001:db8::/16', 'six'],
]

test('the narrowest says why', () => {
  const table = ignoreTable()
  const words = { '192.0.2.0/24': 'net', '192.0.2.9': 'host', '255.255.255.255': 'last', '2001:db8::/48': 'six' }
  for (const [text, why] of Object.entries(words)) table.add(parseNetwork(text)!, why)
  assert.equal(table.size, 4)
  for (const [asked, why] of ROWS) assert.equal(table.why(parseNetwork(asked)!), why, asked)
})
