import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { orbitTable } from '../../../src/filter/regex/fold.ts'
import { kindOf } from '../../../src/filter/regex/unicode.ts'
import { noPython } from './python.ts'

const skip = noPython() ?? false

/** All that CPython knows: kinds of its assigned characters beyond ASCII, and what each matches under (?i). */
const SCRIPT = `
import json, re, sys, unicodedata
chars = [chr(c) for c in range(0x80, 0x110000) if unicodedata.category(chr(c)) not in ('Cn', 'Cs')]
d, w, s = (re.compile(p) for p in (r'\\d', r'\\w', r'\\s'))
kinds = {c: 'digit' if d.match(c) else 'word' if w.match(c) else 'blank' if s.match(c) else 'other' for c in chars}
cased = [c for c in map(chr, range(0x110000)) if c.lower() != c or c.upper() != c]
text = ''.join(cased)
orbits = {ord(c): [ord(o) for o in re.findall(re.escape(c), text, re.I)] for c in cased}
json.dump({'kinds': {k: [ord(c) for c in chars if kinds[c] == k] for k in ('digit', 'word', 'blank', 'other')},
           'orbits': orbits}, sys.stdout)
`

interface Told {
  readonly kinds: Readonly<Record<string, readonly number[]>>
  readonly orbits: Readonly<Record<string, readonly number[]>>
}

test('characters are what CPython takes them for', { skip }, async (t) => {
  const told = spawnSync('python3', ['-c', SCRIPT], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const { kinds, orbits } = JSON.parse(told.stdout) as Told
  await t.test('every assigned character has its kind', () => {
    for (const [kind, codes] of Object.entries(kinds)) {
      const wrong = codes.filter((code) => kindOf(String.fromCodePoint(code)) !== kind)
      assert.deepEqual(wrong, [], `are not ${kind} here`)
    }
  })
  await t.test('every cased character matches the same under (?i)', () => {
    const own = orbitTable()
    for (const [code, codes] of Object.entries(orbits)) {
      const known = new Set(Object.keys(orbits).map(Number))
      const here = (own.get(Number(code)) ?? [Number(code)]).filter((one) => known.has(one))
      assert.deepEqual(
        here,
        [...codes].sort((a, b) => a - b),
        String.fromCodePoint(Number(code)),
      )
    }
  })
})
