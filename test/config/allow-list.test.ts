/** The file of `rampart allow`: what is read of it, and how it is changed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { allowable, goodComment, parseAllowList, withAllowed, withoutAllowed } from '../../src/config/allow-list.ts'

describe('what is read', () => {
  const rows: readonly [sentence: string, text: string, allowed: readonly string[], faults: readonly string[]][] = [
    ['an address', '192.0.2.7\n', ['1 192.0.2.7 '], []],
    ['a network, its host bits cleared', '192.0.2.7/24', ['1 192.0.2.0/24 '], []],
    ['a comment with a # in it', ' 2001:DB8::7  # office #2 \r\n', ['1 2001:db8::7 office #2'], []],
    ['comments and empty lines are nobody', '# 192.0.2.7\n\n  \n192.0.2.8#x', ['4 192.0.2.8 x'], []],
    ['what is no address is a fault, the others count', 'x\n192.0.2.8', ['2 192.0.2.8 '], ['1 allow.bad-address']],
    ['two words are no address', '192.0.2.8 192.0.2.9', [], ['1 allow.bad-address']],
    ['a name is no address', 'example.org', [], ['1 allow.bad-address']],
    [
      'half the internet is refused',
      '0.0.0.0/0\n::/0\n128.0.0.0/1',
      [],
      ['1', '2', '3'].map((n) => `${n} allow.too-wide`),
    ],
  ]
  for (const [sentence, text, allowed, faults] of rows) {
    test(sentence, () => {
      const read = parseAllowList(text, '/f')
      assert.deepEqual(
        read.allowed.map(({ network, comment, at }) => `${at.line} ${network.text} ${comment}`),
        allowed,
      )
      assert.deepEqual(
        read.faults.map(({ code, at }) => `${at?.line} ${code}`),
        faults,
      )
    })
  }

  test('a file that is no list is given up, and a long one has an end', () => {
    const garbage = parseAllowList('x\n'.repeat(1_000_000), '/f')
    assert.equal(garbage.faults.length, 21)
    const long = parseAllowList(Array.from({ length: 10_001 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join('\n'), '/f')
    assert.deepEqual([long.allowed.length, long.faults[0]?.code], [10_000, 'allow.too-many'])
  })
})

describe('how it is changed', () => {
  const [seven, eight] = ['192.0.2.7', '192.0.2.8'].map((text) => parseNetwork(text)!)
  const lines = (text: string) =>
    parseAllowList(text, '').allowed.map(({ network, comment }) => [network.text, comment])

  test('added, commented anew, taken out again; nothing is left of it then', () => {
    const one = withAllowed('', seven!, 'office')
    const two = withAllowed(one, eight!, '')
    assert.deepEqual(lines(two), [
      ['192.0.2.7', 'office'],
      ['192.0.2.8', ''],
    ])
    assert.deepEqual(lines(withAllowed(two, seven!, 'home')), [
      ['192.0.2.7', 'home'],
      ['192.0.2.8', ''],
    ])
    assert.equal(withoutAllowed(two, eight!), one)
    assert.equal(withoutAllowed(one, seven!), '')
  })

  test('what the admin wrote stays as it is, and is found in whatever form it stands there', () => {
    const own = '# mine\n\n192.0.2.7/32 # a\nnonsense'
    assert.equal(withAllowed(own, eight!, ''), '# mine\n\n192.0.2.7/32 # a\nnonsense\n192.0.2.8\n')
    assert.equal(withoutAllowed(own, seven!), '# mine\n\nnonsense\n')
  })
})

describe('words that are refused', () => {
  const rows: readonly [sentence: string, act: () => unknown, code: string][] = [
    ['no address', () => allowable('192.0.2.7; x'), 'allow.bad-address'],
    ['an address with a line break', () => allowable('192.0.2.7\n0.0.0.0/8'), 'allow.bad-address'],
    ['all of IPv6', () => allowable('::/3'), 'allow.too-wide'],
    ['a comment with a line break', () => goodComment('x\n0.0.0.0/8'), 'allow.bad-comment'],
    ['a comment that a terminal obeys', () => goodComment('\x1b[2J'), 'allow.bad-comment'],
    ['a long comment', () => goodComment('x'.repeat(201)), 'allow.bad-comment'],
  ]
  for (const [sentence, act, code] of rows) test(sentence, () => assert.throws(act, { name: 'Fault', code }))
})
