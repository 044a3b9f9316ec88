import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contains, parseAddress, parseNetwork, printNetwork, widen } from '../../src/base/address.ts'

const canonical: readonly [given: string, text: string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:1:1:1:1:0:1', '2001:db8:1:1:1:1:0:1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
]

for (const [given, text] of canonical) {
  test(`${given} is ${text}`, () => assert.equal(printNetwork(parseAddress(given)!), text))
}

const refused = [
  '',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '010.2.3.4',
  '999.2.3.4',
  '1.2.3.256',
  '0x7f.0.0.1',
  '1.2.3.4 ',
  ' 1.2.3.4',
  '1.2.3.4\n',
  '1.2.3.4/32',
  '١.٢.٣.٤',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  'fe80::1%eth0',
  '::g',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '::ffff:1.2.3.400',
  'localhost',
]

for (const given of refused) {
  test(`${JSON.stringify(given)} is no address`, () => assert.equal(parseAddress(given), undefined))
}

const networks: readonly [given: string, text: string | undefined][] = [
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['192.0.2.77/255.255.255.0', '192.0.2.0/24'],
  ['192.0.2.77/0.0.0.0', '0.0.0.0/0'],
  ['192.0.2.77/32', '192.0.2.77'],
  ['2001:db8::1/64', '2001:db8::/64'],
  ['::ffff:192.0.2.1/120', '192.0.2.0/24'],
  ['::ffff:192.0.2.1/24', undefined],
  ['::/0', '::/0'],
  ['192.0.2.1/33', undefined],
  ['192.0.2.1/024', undefined],
  ['192.0.2.1/255.0.255.0', undefined],
  ['192.0.2.1/', undefined],
  ['192.0.2.1/-1', undefined],
  ['2001:db8::/129', undefined],
  ['192.0.2.1/24/24', undefined],
]

for (const [given, text] of networks) {
  test(`the network ${given} is ${text ?? 'refused'}`, () => {
    const network = parseNetwork(given)
    assert.equal(network && printNetwork(network), text)
  })
}

test('what is printed is read again as the same network', () => {
  for (let i = 0; i < 2000; i++) {
    const groups = Array.from({ length: 8 }, () => (Math.random() < 0.5 ? 0 : Math.floor(Math.random() * 65536)))
    const network = parseNetwork(
      `${groups.map((group) => group.toString(16)).join(':')}/${Math.floor(Math.random() * 129)}`,
    )!
    assert.deepEqual(parseNetwork(printNetwork(network)), network)
  }
})

test('a network contains itself, its hosts and nothing beside them', () => {
  const net = parseNetwork('192.0.2.0/25')!
  assert.ok(contains(net, net))
  assert.ok(contains(net, parseAddress('192.0.2.127')!))
  assert.ok(!contains(net, parseAddress('192.0.2.128')!))
  assert.ok(!contains(net, parseNetwork('192.0.2.0/24')!))
  assert.ok(!contains(parseNetwork('::/0')!, net))
  assert.equal(printNetwork(widen(parseAddress('2001:db8:1:2:3::4')!, 64)), '2001:db8:1:2::/64')
})
