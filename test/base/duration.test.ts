/** Durations made by chance: what Fail2ban's own reading of them gives, number for number. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { exactDuration } from '../../src/base/duration.ts'
import { Fault } from '../../src/base/fault.ts'

const installed = spawnSync('fail2ban-client', ['--version']).status === 0
const skip = installed ? false : 'Fail2ban is not installed'

const PIECES = [
  ...['1', '2', '5', '30', '007', '0', '1.5', '.5', '5.', '1_0', '1h', '30m', '1d12h', '2 weeks', 'x', 'e', '_'],
  ...[
    'h',
    'm',
    'mo',
    'mon',
    'y',
    'd',
    's',
    'days',
    'weeks',
    'minutes',
    'hou',
    'ho',
    'ye',
    'yea',
    'M',
    'H',
    'Min',
    'secs',
    '\u017fec',
  ],
  ...[' ', ' ', '  ', '\n', '\t', '\u00a0', ' # c', '+', '-', '*', '/', '//', '%', '(', ')'],
]

const SCRIPT = `
import json, sys
sys.path.insert(0, "/usr/lib/python3/dist-packages")
from fail2ban.server.mytime import MyTime

def seconds(text):
    try:
        value = MyTime.str2seconds(text)
        if type(value) is int:
            return [value, True] if abs(value) < 2 ** 53 else None
        return [value, False] if type(value) is float else None
    except Exception:
        return None

print(json.dumps([seconds(text) for text in json.load(sys.stdin)]))
`

test('20,000 texts last as long as Fail2ban says, or are no durations there either', { skip }, () => {
  const next = random(7)
  const piece = () => PIECES[Math.floor(next() * PIECES.length)]
  const texts = Array.from({ length: 20_000 }, () => Array.from({ length: 1 + Math.floor(next() * 9) }, piece).join(''))
  // As values of a file are: without blanks around. Powers grow out of what is exact here, and of Python's time.
  const rows = texts.map((text) => text.trim()).filter((text) => !text.includes('**'))
  const out = execFileSync('python3', ['-W', 'ignore', '-c', SCRIPT], { input: JSON.stringify(rows), encoding: 'utf8' })
  const theirs: readonly ([number, boolean] | null)[] = JSON.parse(out)
  for (const [index, text] of rows.entries()) assert.deepEqual(ours(text), theirs[index], JSON.stringify(text))
  assert.ok(theirs.filter((one) => one).length > 1000)
})

/** What Fail2ban would execute or reckon with, and what is no sum of numbers. */
const REFUSED = [
  '__import__("os").system("id")',
  '1 if 1 else 2',
  '[1]',
  '(1,)',
  '1<<3',
  '~5',
  'None',
  '1j',
  'max(1,2)',
  '9**99',
]

for (const text of REFUSED) test(`${text} is refused`, () => assert.equal(ours(text), null))

function ours(text: string): [number, boolean] | null {
  try {
    const { value, isWhole } = exactDuration(text)
    return [value, isWhole]
  } catch (thrown) {
    assert.ok(thrown instanceof Fault && thrown.code === 'duration.bad')
    return null
  }
}
