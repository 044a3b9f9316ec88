import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'

/** Source: FIPS 180-4, examples of the hash computation. */
const KNOWN = [
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
] as const

for (const [name, world] of [
  ['the machine', realWorld()],
  ['the world in memory', fakeWorld()],
] as const) {
  for (const [text, digest] of KNOWN)
    test(`${name} sums "${text}" as the standard does`, () =>
      assert.equal(world.digest.sha1(new TextEncoder().encode(text)), digest))
}

test('both worlds sum every length to the same', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255)
    assert.equal(fakeWorld().digest.sha1(bytes), realWorld().digest.sha1(bytes))
  }
})
