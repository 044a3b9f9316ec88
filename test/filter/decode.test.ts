/** Bytes as text, beside CPython under the same names. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Fault } from '../../src/base/fault.ts'
import { decoder, isUtf8 } from '../../src/filter/decode.ts'

const python = spawnSync('/usr/bin/python3', ['--version']).status === 0
const skip = python ? false : 'Python is not installed'

const NAMES = [
  ...[
    'utf-8',
    'UTF8',
    'utf_8',
    'u8',
    'utf',
    'ascii',
    'us-ascii',
    '646',
    'latin1',
    'latin-1',
    'l1',
    'iso-8859-1',
    'cp819',
  ],
  ...['iso8859-2', 'iso8859_15', 'cp1250', 'cp1251', 'windows-1252', 'cp1252', 'koi8-r', 'cp866'],
]
/** Each byte alone, then what is UTF-8 and what only begins so. */
const BYTES = [
  ...Array.from({ length: 256 }, (_, byte) => [byte, 0x20]).flat(),
  ...[0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82, 0x20, 0xf0, 0x9f, 0x98, 0x41, 0xed, 0xa0, 0x80],
]
const SCRIPT = `
import json, sys
names, data = json.load(sys.stdin)
print(json.dumps([bytes(data).decode(name, "replace") for name in names]))
`

/** For where there is no Python: read from its codecs. */
const FEW = Uint8Array.of(0x61, 0x80, 0x81, 0x9f, 0xe4)

const ROWS: readonly (readonly [encoding: string, text: string])[] = [
  ['auto', 'a\ufffd\ufffd\ufffd\ufffd'],
  ['UTF_8', 'a\ufffd\ufffd\ufffd\ufffd'],
  ['ascii', 'a\ufffd\ufffd\ufffd\ufffd'],
  ['latin', 'a\x80\x81\x9fä'],
  ['iso-8859-1', 'a\x80\x81\x9fä'],
  ['cp1252', 'a€\ufffdŸä'],
  ['windows-1251', 'aЂЃџд'],
  ['cp1253', 'a€\ufffd\ufffdδ'],
  ['koi8-r', 'a─│÷Д'],
]

for (const [encoding, text] of ROWS) {
  test(`bytes above ASCII in ${encoding}`, () => assert.equal(decoder(encoding)(FEW), text))
}

test('every encoding gives what CPython gives', { skip }, () => {
  const input = JSON.stringify([NAMES, BYTES])
  const theirs = JSON.parse(spawnSync('/usr/bin/python3', ['-c', SCRIPT], { input, encoding: 'utf8' }).stdout)
  for (const [index, name] of NAMES.entries()) assert.equal(decoder(name)(Buffer.from(BYTES)), theirs[index], name)
})

test('a part of the bytes is decoded alone', () => {
  const bytes = Buffer.from('ab\xc3\xa4cd', 'latin1')
  for (const [name, text] of [
    ['auto', 'bäc'],
    ['latin1', 'bÃ¤c'],
    ['ascii', 'b\ufffd\ufffdc'],
    ['cp1252', 'bÃ¤c'],
  ] as const) {
    assert.equal(decoder(name)(bytes, 1, 5), text, name)
  }
})

test('what is no encoding is refused, and only UTF-8 is UTF-8', () => {
  assert.throws(
    () => decoder('klingon'),
    (thrown) => thrown instanceof Fault && thrown.code === 'filter.encoding',
  )
  assert.deepEqual(['auto', 'UTF-8', 'utf_8', 'latin1', 'ascii'].map(isUtf8), [true, true, true, false, false])
})
