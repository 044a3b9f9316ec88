/** Bytes as text, in the encodings that Python knows by these names. Read from Python's own codecs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decoder } from '../../src/filter/decode.ts'

const BYTES = Uint8Array.of(0x61, 0x80, 0x81, 0x9f, 0xe4)

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
  test(`bytes above ASCII in ${encoding}`, () => assert.equal(decoder(encoding)(BYTES), text))
}
