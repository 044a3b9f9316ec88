import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { type Network, networkOf, parseNetwork, printNetwork } from '../../src/base/address.ts'
import type { Counter } from '../../src/jail/counter.ts'
import { type FarCounters, farCounters } from '../../src/jail/far-counters.ts'

const T0 = Date.UTC(2026, 0, 1)

function counter(count: number, seconds = 0): Counter {
  return { count, failures: count, first: T0, last: T0 + seconds * 1000, matches: [], chars: 0 }
}

function made(findtime = 600): FarCounters {
  return farCounters(Math.random)('test', findtime)!
}

function source(number: number): Network {
  return networkOf(4, BigInt(number), 32)
}

test('it knows what a Map would know, of addresses and networks of both families, as it grows and shrinks', () => {
  // No chance: with other numbers a bucket may be full, and lose one.
  const far = farCounters(() => 0.5)('test', 600)!
  const model = new Map<string, number>()
  const numbers = random(1)
  const forms = (at: number) => [
    `10.0.${at >> 8}.${at & 255}`,
    `10.0.${at >> 8}.${at & 255}/31`,
    `2001:db8::${at.toString(16)}`,
    `2001:db8:0:${at.toString(16)}::/64`,
  ]
  for (let i = 0; i < 60_000; i++) {
    const network = parseNetwork(forms(Math.floor(numbers() * 500))[i % 4]!)!
    const key = printNetwork(network)
    assert.equal(far.get(network)?.count, model.get(key))
    if (i % 7 === 0) {
      far.delete(network)
      model.delete(key)
    } else {
      const count = ((model.get(key) ?? 0) % 60) + 1
      far.set(network, counter(count, i))
      model.set(key, count)
    }
    assert.equal(far.size, model.size)
  }
  for (const key of model.keys()) far.delete(parseNetwork(key)!)
  assert.equal(far.size, 0)
})

test('grown a hundredfold it still knows nearly all, and of nobody anything else', () => {
  const far = made()
  const of = (i: number) => (i % 2 ? source(i * 8191) : networkOf(6, BigInt(i) << 64n, 128))
  const count = (i: number) => (i % 50) + 1
  for (let i = 0; i < 150_000; i++) far.set(of(i), counter(count(i)))
  let known = 0
  for (let i = 0; i < 150_000; i++) {
    const found = far.get(of(i))
    if (!found) continue
    known++
    assert.equal(found.count, count(i))
  }
  assert.equal(known, far.size)
  assert.ok(known > 0.995 * 150_000, String(known))
  for (let i = 150_000; i < 200_000; i++) assert.equal(far.get(of(i)), undefined)
})

test('jails do not share counters, but a jail of the same name goes on with its own', () => {
  const of = farCounters(Math.random)
  of('a', 600)!.set(source(1), counter(2))
  assert.equal(of('b', 600)!.get(source(1)), undefined)
  assert.equal(of('a', 600)!.get(source(1))?.count, 2)
  assert.deepEqual([of('a', 600)!.size, of('b', 600)!.size], [1, 0])
})

test("a jail that begins anew forgets its own, and nobody else's", () => {
  const parts = farCounters(Math.random)
  const [one, other] = [parts('one', 600)!, parts('other', 600)!]
  for (let i = 1; i <= 20_000; i++) one.set(source(i), counter(1))
  for (let i = 1; i <= 100; i++) other.set(source(i), counter(2))
  one.clear()
  one.clear()
  assert.deepEqual([one.size, other.size], [0, 100])
  for (let i = 1; i <= 100; i++) assert.deepEqual([one.get(source(i)), other.get(source(i))?.count], [undefined, 2])
  one.set(source(7), counter(3))
  assert.equal(one.get(source(7))?.count, 3)
})

test('what it tells is never more than it was told: counts up to 63, seconds, a first failure that was no later', () => {
  const far = made()
  far.set(source(1), { count: 1000, failures: 1000, first: T0 + 999, last: T0 + 100_999, matches: ['x'], chars: 1 })
  const { first, ...rest } = far.get(source(1))!
  assert.deepEqual(rest, { count: 63, failures: 63, last: T0 + 100_000, matches: [], chars: 0 })
  assert.ok(first <= T0 && first > T0 - 5000, `${first - T0}`)
})

test('more sources than it has room for: those that failed twice stay, of the others the newest', () => {
  const far = farCounters(Math.random, 4096)('test', 1e6)!
  const repeaters = 500
  for (let i = 0; i < repeaters; i++) far.set(source(i), counter(2))
  const sources = 100_000
  for (let i = 0; i < sources; i++) far.set(source(1e6 + i), counter(1, 1 + i / 100))
  const lost = (from: number, count: number) => {
    let missing = 0
    for (let i = from; i < from + count; i++) if (!far.get(source(i))) missing++
    return missing
  }
  assert.equal(lost(0, repeaters), 0)
  assert.ok(far.size <= 4096 * 12)
  assert.ok(lost(1e6 + sources - 5000, 5000) < 100)
  assert.ok(lost(1e6, 10_000) > lost(1e6 + sources / 2, 10_000))
})

test('what is over is forgotten, a part of it each second', () => {
  const far = made(600)
  for (let i = 0; i < 50_000; i++) far.set(source(i), counter(1, i < 100 ? 500 : 0))
  for (let second = 601; second < 1101 + 600; second++) far.sweep(T0 + second * 1000)
  assert.equal(far.size, 0)
  far.set(source(7), counter(3, 2000))
  assert.equal(far.get(source(7))?.count, 3)
})
