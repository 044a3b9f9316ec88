/** Values over Fail2ban's socket: what Python pickles is read, and what is written Python reads. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { Frames } from '../../../src/control/fail2ban/frame.ts'
import { pickle } from '../../../src/control/fail2ban/pickle.ts'
import { LIMITS, unpickle } from '../../../src/control/fail2ban/unpickle.ts'
import { exception, printValue, textOf, tuple, type Value } from '../../../src/control/fail2ban/value.ts'

const missing = spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not installed'

/** Lists of many texts go a way of their own. */
const MANY = Array.from({ length: 100 }, (_, at) => `198.51.100.${at}${at === 99 ? 'x'.repeat(300) : ''}`)
const HALF_ASCII = MANY.map((text, at) => (at % 50 === 1 ? 'ärger' : text))

/** As Python writes each, and reads it. */
const VALUES: readonly (readonly [python: string, value: Value])[] = [
  ['None', undefined],
  ['True', true],
  ['0', 0],
  ['255', 255],
  ['256', 256],
  ['-1', -1],
  ['2147483648', 2147483648],
  ['-2147483649', -2147483649],
  ['1234567890123456789012', 1234567890123456789012n],
  ['1.5', { float: 1.5 }],
  ['600.0', { float: 600 }],
  ["'pong'", 'pong'],
  ["''", ''],
  ["'ärger \\u2028 \\U0001f600'", 'ärger \u2028 😀'],
  ["b'\\xff\\x00'", { bytes: Uint8Array.of(255, 0) }],
  ['[]', []],
  ["['ping']", ['ping']],
  ['()', tuple()],
  ['(1,)', tuple(1)],
  [
    "(0, [('Number of jail', 2), ('Jail list', 'a, b')])",
    tuple(0, [tuple('Number of jail', 2), tuple('Jail list', 'a, b')]),
  ],
  ["{'stacksize': 0}", new Map([['stacksize', 0]])],
  [
    "{'a': ['192.0.2.1'], 'b': {}}",
    new Map<string, Value>([
      ['a', ['192.0.2.1']],
      ['b', new Map()],
    ]),
  ],
  ["{'x'}", new Set(['x'])],
  ["ValueError('x', 1)", exception('ValueError', 'x', 1)],
  [printValue(MANY), MANY],
  [printValue(HALF_ASCII), HALF_ASCII],
  ["(1, Exception('Invalid command'))", tuple(1, exception('Exception', 'Invalid command'))],
]

describe('beside Python', { skip: missing }, () => {
  const rows = VALUES.map(([python]) => python)
  const all = JSON.parse(
    python(
      'import pickle, json, sys\nprint(json.dumps([[pickle.dumps(eval(row), p).hex() for p in range(6)] for row in json.load(sys.stdin)]))',
      JSON.stringify(rows),
    ),
  ) as string[][]

  for (const [at, [text, value]] of VALUES.entries()) {
    test(`${text} is read, of every protocol, and printed as Python does`, () => {
      for (const [protocol, hex] of all[at]!.entries()) {
        // Older protocols write bytes as a call of a codec.
        if (text.startsWith("b'") && protocol < 3) continue
        if (text.startsWith("{'x'}") && protocol < 4) continue
        assert.deepEqual(unpickle(Buffer.from(hex, 'hex')), plain(value), `protocol ${protocol}`)
      }
      assert.equal(printValue(value), text.replace('\\U0001f600', '😀'))
    })
  }

  test('what is written Python reads as it was meant', () => {
    const told = python(
      'import pickle, json, sys\nprint(json.dumps([repr(pickle.loads(bytes.fromhex(row))) for row in json.load(sys.stdin)]))',
      JSON.stringify(VALUES.map(([, value]) => Buffer.from(pickle(value)).toString('hex'))),
    )
    assert.deepEqual(
      JSON.parse(told),
      VALUES.map(([, value]) => printValue(value)),
    )
  })
})

const HOSTILE: readonly (readonly [what: string, bytes: string, code: string])[] = [
  ['a function to call', "cos\nsystem\n(S'id'\ntR.", 'pickle.not-a-value'],
  ['a function by names on the stack', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.', 'pickle.not-a-value'],
  ['a builtin that is no exception', 'cbuiltins\neval\n.', 'pickle.not-a-value'],
  ['a text made of what is none', 'cbuiltins\nstr\n(K\x01tR.', 'pickle.not-a-value'],
  ['a text made of two', "cbuiltins\nstr\n(S'a'\nS'b'\ntR.", 'pickle.not-a-value'],
  ['a class of texts', 'cbuiltins\nstr\n.', 'pickle.not-a-value'],
  ['a call of what is no class', 'K\x01)R.', 'pickle.not-a-value'],
  ['an object with a state', 'cbuiltins\nException\n)R}b.', 'pickle.not-a-value'],
  ['an object by its id', 'P1\n.', 'pickle.not-a-value'],
  ['a class of its own', '\x80\x02cbuiltins\nException\n)\x81.', 'pickle.not-a-value'],
  ['a class that is not called', 'cbuiltins\nException\n.', 'pickle.not-a-value'],
  ['nothing', '', 'pickle.bad'],
  ['an end without a value', '.', 'pickle.bad'],
  ['no end', 'K\x01', 'pickle.bad'],
  ['a text longer than all', 'X\xff\xff\xff\xffa.', 'pickle.bad'],
  ['a length of 2^63', '\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa.', 'pickle.bad'],
  ['a protocol to come', '\x80\x06N.', 'pickle.bad'],
  ['a name that was never given', 'h\x07.', 'pickle.bad'],
  ['more taken than is there', '\x87.', 'pickle.bad'],
  ['a list inside itself', ']q\x00h\x00a.', 'pickle.too-long'],
  ['a list of lists of lists', `${'('.repeat(100)}${'l'.repeat(100)}.`, 'pickle.too-long'],
  [
    'lists that double',
    `]q\x00${Array.from({ length: 60 }, (_, n) => `](h${chr(n)}h${chr(n)}eq${chr(n + 1)}`).join('')}.`,
    'pickle.too-long',
  ],
]

test('an address, which an original server writes as a text that is made of a text, is that text', () => {
  const written = [
    '(lp0\nc__builtin__\nunicode\np1\n(V192.0.2.1\np2\ntp3\nRp4\nag1\ng3\nRp5\na.',
    '\x80\x04](\x8c\x08builtins\x94\x8c\x03str\x94\x93\x94\x8c\x09192.0.2.1\x94\x85\x94R\x94h\x02h\x04Re.',
  ]
  for (const bytes of written) assert.deepEqual(unpickle(Buffer.from(bytes, 'latin1')), ['192.0.2.1', '192.0.2.1'])
})

describe('a hostile pickle is a Fault', () => {
  for (const [what, bytes, code] of HOSTILE) {
    test(what, () => {
      assert.throws(
        () => unpickle(Buffer.from(bytes, 'latin1')),
        (thrown) => thrown instanceof Fault && thrown.code === code,
      )
    })
  }
  test('one of too many bytes', () => {
    assert.throws(() => unpickle(new Uint8Array(LIMITS.bytes + 1)), { code: 'pickle.too-long' })
  })
})

const TEXTS: readonly (readonly [Value, string])[] = [
  ['pong', 'pong'],
  [exception('Exception', 'Invalid command'), 'Invalid command'],
  [exception('KeyError', 'x'), "'x'"],
  [exception('ValueError'), ''],
  [exception('OSError', 2, 'No such file'), "(2, 'No such file')"],
  [undefined, 'None'],
  [['a', 1], "['a', 1]"],
]

describe("Python's str", () => {
  for (const [value, text] of TEXTS) test(printValue(value), () => assert.equal(textOf(value), text))
})

describe('messages', () => {
  const whole = Buffer.from('one<F2B_END_COMMAND>two<F2B_END_COMMAND><F2B_CLOSE_COMMAND><F2B_END_COMMAND>rest<F2B_END')
  for (const size of [1, 2, 3, 7, 16, 17, 100, 1000]) {
    test(`are told apart in pieces of ${size} bytes`, () => {
      const frames = new Frames()
      const messages: string[] = []
      for (let at = 0; at < whole.length; at += size) {
        messages.push(...frames.push(whole.subarray(at, at + size)).map(String))
      }
      assert.deepEqual(messages, ['one', 'two', '<F2B_CLOSE_COMMAND>'])
      assert.equal(frames.pending, 'rest<F2B_END'.length)
    })
  }
})

function chr(code: number): string {
  return String.fromCharCode(code)
}

/** Bytes as they are read: a view of what came in. */
function plain(value: Value): Value {
  return typeof value === 'object' && 'bytes' in value ? { bytes: Buffer.from(value.bytes) } : value
}

function python(program: string, input: string): string {
  const run = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout
}
