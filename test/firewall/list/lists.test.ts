/** Networks as the kernel's sets have them: found, counted and compared as the networks one by one would be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../fuzz/random.ts'
import { contains, type Network, networkOf, parseAddress, widen, width } from '../../../src/base/address.ts'
import { listDifference } from '../../../src/firewall/list/difference.ts'
import { Gathering } from '../../../src/firewall/list/gather.ts'
import { holds, type Layer, networksOf, printAddresses } from '../../../src/firewall/list/layer.ts'

/** Few addresses, so that they meet. */
function networks(next: () => number, count: number): Network[] {
  return Array.from({ length: count }, () => {
    const family = next() < 0.5 ? 4 : 6
    const top = family === 4 ? 10n << 24n : 0x20010db8n << 96n
    const low = BigInt(Math.floor(next() * 64)) << BigInt(family === 4 ? 0 : Math.floor(next() * 2) * 60)
    const host = networkOf(family, top | low, width(family))
    return next() < 0.6 ? host : widen(host, 1 + Math.floor(next() * width(family)))
  })
}

function gather(list: readonly Network[]) {
  const gathering = new Gathering()
  for (const { family, prefix, bits } of list) {
    if (family === 4) gathering.add4(prefix, Number(bits))
    else
      gathering.add6(
        prefix,
        Uint32Array.from([96n, 64n, 32n, 0n], (by) => Number((bits >> by) & 0xffffffffn)),
      )
  }
  return gathering.end()
}

const inText = (layers: readonly Layer[]) => layers.flatMap((layer) => [...networksOf(layer)].map(({ text }) => text))

test('1,000 random lists hold what their networks hold, each once', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const next = random(seed)
    const said = networks(next, 1 + Math.floor(next() * 40))
    const { layers, duplicates, covered } = gather(said)
    const distinct = [...new Map(said.map((one) => [one.text, one])).values()]
    const largest = distinct.filter((one) => !distinct.some((other) => other !== one && contains(other, one)))
    assert.deepEqual(inText(layers).toSorted(), largest.map(({ text }) => text).toSorted(), `seed ${seed}`)
    assert.deepEqual([duplicates, covered], [said.length - distinct.length, distinct.length - largest.length])
    for (const asked of networks(next, 20)) {
      const isHeld = said.some((one) => contains(one, asked))
      assert.equal(holds(layers, asked), isHeld, `seed ${seed}: ${asked.text}`)
    }
  }
})

test('what one list has and the other has not, makes the other of the one', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const next = random(seed)
    const [before, after] = [networks(next, 30), networks(next, 30)].map((list) => gather(list).layers)
    const { gone, come } = listDifference(before!, after!, 1000)!
    const rest = inText(before!).filter((text) => !inText(gone).includes(text))
    assert.deepEqual([...rest, ...inText(come)].toSorted(), inText(after!).toSorted(), `seed ${seed}`)
    const size = inText(gone).length + inText(come).length
    if (size > 0) assert.equal(listDifference(before!, after!, size - 1), undefined)
  }
})

test('addresses are printed as nft reads them', () => {
  const four = { family: 4, prefix: 32, words: Uint32Array.of(0, 0xffffffff, 0x0a64630a) } as const
  assert.equal(printAddresses(four, 0, 3), '0.0.0.0, 255.255.255.255, 10.100.99.10')
  assert.equal(printAddresses(four, 1, 2), '255.255.255.255')
  const six = { family: 6, prefix: 128, words: Uint32Array.of(0x20010db8, 0x10, 0xabc0000, 0xffff0001) } as const
  const [text] = [printAddresses(six, 0, 1)]
  assert.equal(text, '2001:db8:0:10:abc:0:ffff:1')
  assert.equal(parseAddress(text)?.text, [...networksOf(six)][0]!.text)
})
