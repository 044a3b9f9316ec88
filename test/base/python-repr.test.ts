/** The same values through CPython's own repr. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { type PythonValue, repr } from '../../src/base/python-repr.ts'

const skip = spawnSync('python3', ['--version']).status === 0 ? false : 'Python is not installed'

/** Each as our value and as Python's source. */
const ROWS: readonly (readonly [value: PythonValue, source: string])[] = [
  [undefined, 'None'],
  [true, 'True'],
  [7, '7'],
  [{ float: 1795377029 }, '1795377029.0'],
  [{ float: 1795377029.123456 }, '1795377029.123456'],
  [{ float: 1e16 }, '1e16'],
  [{ float: 1e-7 }, '1e-7'],
  ['plain', '"plain"'],
  ["it's", '"it\'s"'],
  ['both \' and "', '"both \' and \\""'],
  ['a\\b\n\r\t\0\x1b\x7f\x85\xa0\xad', String.raw`'a\\b\n\r\t\0\x1b\x7f\x85\xa0\xad'`],
  [
    'é ü \u2028 \u3000 \u200b \u{1f600} \u{e0001} \ufffd',
    String.raw`'é ü \u2028 \u3000 \u200b \U0001f600 \U000e0001 \ufffd'`,
  ],
  [{ bytes: Uint8Array.from([0x61, 0xff, 0x27, 0x0a]) }, String.raw`b"a\xff'\n"`],
  [{ tuple: ['', 'x', undefined] }, '("", "x", None)'],
  [{ tuple: ['x'] }, '("x",)'],
  [['a', { float: 1 }], '["a", 1.0]'],
  [
    new Map<string, PythonValue>([
      ['k', 'v'],
      ['n', undefined],
    ]),
    '{"k": "v", "n": None}',
  ],
  [new Set(['u']), '{"u"}'],
  [new Set<string>(), 'set()'],
]

for (const [value, source] of ROWS) {
  test(`${JSON.stringify(source)} is written as Python writes it`, { skip }, () => {
    const python = execFileSync('python3', ['-c', `print(repr(${source}))`], { env: { PYTHONIOENCODING: 'utf-8' } })
    assert.equal(`${repr(value)}\n`, python.toString())
  })
}
