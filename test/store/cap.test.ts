import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capLines, capText } from '../../src/store/cap.ts'

const texts: readonly (readonly [string, string, number, string])[] = [
  ['short text stays', 'abc', 10, 'abc'],
  ['text of exactly the cap stays', 'abcdef', 6, 'abcdef'],
  ['long text is cut', 'abcdefg', 6, 'abcdef'],
  ['a character is not cut in two', 'abcd\u00e9', 5, 'abcd'],
  ['nor is one outside the first plane', 'ab\u{1f600}', 5, 'ab'],
  ['half a surrogate pair is replaced', 'a\ud800b', 100, 'a\ufffdb'],
  ['in a text near the cap too', 'a\ud800b', 5, 'a\ufffdb'],
  ['NUL is text', 'a\0b', 100, 'a\0b'],
]

for (const [name, text, bytes, capped] of texts) test(name, () => assert.equal(capText(text, bytes), capped))

test('of many lines the newest are kept', () => assert.equal(capLines(['a', 'b', 'c'], 2), '["b","c"]'))
test('no lines are an empty list', () => assert.equal(capLines([], 2), '[]'))
