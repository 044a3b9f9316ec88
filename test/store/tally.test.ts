/** The sums of addresses, against a Map's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Tally } from '../../src/store/statistics/tally.ts'

const LINES: readonly (readonly [why: string, lines: readonly (readonly [string, number])[]])[] = [
  ['nothing', []],
  ['one', [['192.0.2.1', 3]]],
  [
    'the same again',
    [
      ['192.0.2.1', 3],
      ['192.0.2.2', 1],
      ['192.0.2.1', 40],
    ],
  ],
  [
    'the ends of the space',
    [
      ['0.0.0.0', 1],
      ['255.255.255.255', 2],
      ['0.0.0.0', 5],
    ],
  ],
  [
    'networks, IPv6 and those not kept apart',
    [
      ['192.0.2.0/24', 1],
      ['192.0.2.0', 2],
      ['2001:db8::1', 3],
      ['', 4],
      ['2001:db8::1', 5],
      ['', 6],
      ['::1.2.3.4', 1],
    ],
  ],
  [
    'many whose last octets are alike',
    Array.from({ length: 200_000 }, (_, i) => [`${1 + (i % 200)}.${(i >> 3) & 255}.0.1`, 1 + (i % 7)] as const),
  ],
  [
    'many networks beside each other',
    Array.from({ length: 100_000 }, (_, i) => [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 1] as const),
  ],
]
for (const [why, lines] of LINES) {
  test(why, () => {
    const wanted = new Map<string, number>()
    for (const [address, count] of lines) wanted.set(address, (wanted.get(address) ?? 0) + count)
    const tally = new Tally()
    for (let at = 0; at < lines.length; at += 1000) {
      const text = lines
        .slice(at, at + 1000)
        .map(([address, count]) => `${address}\t${count}`)
        .join('\n')
      tally.add(new TextEncoder().encode(text))
    }
    const { addresses, counts } = tally.end()
    assert.equal(addresses.length, wanted.size)
    for (const [i, address] of addresses.entries()) assert.equal(counts[i], wanted.get(address), address)
    assert.deepEqual(new Set(tally.end(1).counts), new Set(wanted.size === 0 ? [] : [1]))
  })
}
