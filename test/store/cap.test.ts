import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capText } from '../../src/base/cap-text.ts'
import { capFields, capLines } from '../../src/store/cap.ts'

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

const long = 'x'.repeat(2000)
/** Lines, how much of them is kept, and what is. */
const lists: readonly (readonly [string, readonly string[], number, number, readonly string[]])[] = [
  ['of many lines the newest are kept', ['a', 'b', 'c'], 2, 100, ['b', 'c']],
  ['no lines are an empty list', [], 2, 100, []],
  ['no lines are kept where none are wanted', ['a'], 0, 100, []],
  [
    'of long lines the newest that fit together are kept',
    ['a'.repeat(60), 'b'.repeat(60), 'c'],
    9,
    80,
    ['b'.repeat(60), 'c'],
  ],
  ['a line that fits is not kept beside older ones that do not', ['a', 'b'.repeat(90), 'c'], 9, 80, ['c']],
  ['the newest stays though it is too long alone', [long], 9, 80, ['x'.repeat(1024)]],
  ['characters that JSON escapes count as it writes them', ['a', '\0'.repeat(50)], 9, 120, ['\0'.repeat(50)]],
  ['half a surrogate pair is replaced in a list too', ['a\ud800'], 9, 100, ['a\ufffd']],
]

for (const [name, lines, most, bytes, kept] of lists) {
  test(name, () => assert.deepEqual(JSON.parse(capLines(lines, { lines: most, bytes })), kept))
}

const fields: readonly (readonly [string, Parameters<typeof capFields>[0], unknown])[] = [
  ['no fields are none', undefined, null],
  ['fields stay as they are', { user: 'bob', users: ['a', null] }, { user: 'bob', users: ['a', null] }],
  ['a long value is cut', { user: long, users: [long] }, { user: 'x'.repeat(256), users: ['x'.repeat(256)] }],
  [
    'of many values those stay that fit',
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, long])),
    Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`f${i}`, 'x'.repeat(256)])),
  ],
]
for (const [name, given, kept] of fields) {
  test(name, () => assert.deepEqual(JSON.parse(capFields(given) ?? 'null'), kept))
}
