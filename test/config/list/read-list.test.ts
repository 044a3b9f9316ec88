/** Files of addresses, as they are published: what is read of them, and what is told of lines that are none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzList } from '../../../fuzz/list.ts'
import { readText, texts } from './lists.ts'

/** Text → what the list holds. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  '192.0.2.1\n': ['192.0.2.1'],
  '192.0.2.1': ['192.0.2.1'],
  '\ufeff192.0.2.1\r\n198.51.100.0/24\r\n': ['198.51.100.0/24', '192.0.2.1'],
  '# Spamhaus\n  192.0.2.0/24 ; SBL1\n\n\t198.51.100.7\t# why\n;\n': ['192.0.2.0/24', '198.51.100.7'],
  '192.0.2.0/255.255.255.0': ['192.0.2.0/24'],
  '192.0.2.1/32\n192.0.2.2/31': ['192.0.2.2/31', '192.0.2.1'],
  '2001:DB8::1\n::\n1:2:3:4:5:6:7:8\n1::8\n2001:db8:1::/48': [
    '2001:db8:1::/48',
    '::',
    '1::8',
    '1:2:3:4:5:6:7:8',
    '2001:db8::1',
  ],
  '::ffff:192.0.2.1\n::ffff:c000:202': ['192.0.2.1', '192.0.2.2'],
  '::ffff:192.0.2.0/120': ['192.0.2.0/24'],
  '::192.0.2.1': ['::c000:201'],
  '192.0.2.1-192.0.2.6': ['192.0.2.2/31', '192.0.2.4/31', '192.0.2.1', '192.0.2.6'],
  '192.0.2.0 - 192.0.2.255': ['192.0.2.0/24'],
  '192.0.2.9-192.0.2.9': ['192.0.2.9'],
  '0.0.0.0-127.255.255.255': ['0.0.0.0/1'],
  '255.255.255.254-255.255.255.255': ['255.255.255.254/31'],
  '2001:db8::-2001:db8::ffff': ['2001:db8::/112'],
  '1::-1::2': ['1::/127', '1::2'],
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff': ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  '255.255.255.255\n0.0.0.0\n128.0.0.0\n127.255.255.255': [
    '0.0.0.0',
    '127.255.255.255',
    '128.0.0.0',
    '255.255.255.255',
  ],
}
for (const [text, held] of Object.entries(GOOD)) {
  test(`${JSON.stringify(text)} is ${held.join(', ')}`, () => {
    const read = readText(text)
    assert.deepEqual(texts(read), held)
    assert.deepEqual([read.bad, read.faults], [0, []])
  })
}

/** Line → its hint. */
const BAD: Readonly<Record<string, RegExp>> = {
  'example.com': /^names are not looked up/,
  localhost: /^a line is one of/,
  '192.0.2.256': /^a line is one of/,
  '192.0.2': /^a line is one of/,
  '192.0.2.1.': /^a line is one of/,
  '192.0.2.1.5': /^a line is one of/,
  '0x7f.1': /^a line is one of/,
  '010.0.0.1': /^octets have no zero/,
  '192.0.2.1/33': /^the prefix is at most 32/,
  '192.0.2.1/': /^a line is one of/,
  '192.0.2.1/08': /^the prefix/,
  '192.0.2.0/255.0.255.0': /^a line is one of/,
  '192.0.2.1 198.51.100.1': /^a line holds one address/,
  '192.0.2.1,198.51.100.1': /^a line holds one address/,
  '192.0.2.9-192.0.2.1': /^a range is two/,
  '192.0.2.9-2001:db8::1': /^a range is two/,
  '0.0.0.0/0': /^that is everybody/,
  '::/0': /^that is everybody/,
  '0.0.0.0-255.255.255.255': /^a range is two/,
  '1::2::3': /^a line is one of/,
  '1:2:3:4:5:6:7': /^a line is one of/,
  '1:2:3:4:5:6:7:8:9': /^a line is one of/,
  ':1:2:3:4:5:6:7:8': /^a line is one of/,
  '1:2:3:4:5:6:7:8:': /^a line is one of/,
  '12345::': /^a line is one of/,
  'fe80::1%eth0': /^a line is one of/,
  '{ 192.0.2.1 }': /^a line is one of/,
  '<!DOCTYPE html>': /^a line is one of/,
}
for (const [line, hint] of Object.entries(BAD)) {
  test(`${JSON.stringify(line)} is told with its line and a hint`, () => {
    const { faults, bad, layers } = readText(`192.0.2.7\n${line}\n`)
    assert.equal(bad, 1)
    assert.deepEqual([faults[0]!.code, faults[0]!.at], ['list.line', { file: 'list.txt', line: 2 }])
    assert.match(faults[0]!.hint!, hint)
    assert.deepEqual(texts({ layers }), ['192.0.2.7'])
  })
}

test('nothing of a hostile line reaches the terminal as it is, and of a long one not all', () => {
  const { faults } = readText(`\x1b]0;title\x07\u202e${'x'.repeat(10_000)}\n\0\xff`)
  assert.equal(faults.length, 2)
  for (const { message } of faults) {
    assert.ok(message.length < 400, message)
    assert.doesNotMatch(message, /[\0-\x1f\x7f-\x9f\u202e]/)
  }
})

test('a line of a megabyte is one bad line; a comment may be as long', () => {
  const { bad, layers } = readText(`${'1'.repeat(1e6)}\n192.0.2.1 #${'x'.repeat(1e6)}\n`, [5, 4096, 999_999, 1_500_000])
  assert.equal(bad, 1)
  assert.deepEqual(texts({ layers }), ['192.0.2.1'])
})

test('what is said twice, what a larger network holds and host bits are counted', () => {
  const read = readText(
    '10.0.0.1\n10.0.0.1\n10.0.0.1/32\n10.1.0.0/16\n10.1.2.3/24\n10.1.2.4\n2001:db8::1/64\n2001:db8::9\n',
  )
  assert.deepEqual([read.duplicates, read.covered, read.cleared], [2, 3, 2])
  assert.deepEqual(texts(read), ['10.1.0.0/16', '10.0.0.1', '2001:db8::/64'])
})

test('of a thousand bad lines and more the rest is counted', () => {
  const { faults, bad } = readText('x\n'.repeat(1500))
  assert.deepEqual([faults.length, bad], [1000, 1500])
})

test('5,000 random files are lists, wherever their bytes are cut, and what is printed is read as the same', () => {
  for (let seed = 1; seed <= 5000; seed++) fuzzList(seed)
})
