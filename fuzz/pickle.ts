/**
 * Random and broken pickles → values or Faults, and what is a value is the same when it is pickled and read again.
 * Run: `runtime/node fuzz/pickle.ts [SECONDS] [SEED]`.
 */
import assert from 'node:assert/strict'
import { Frames } from '../src/control/fail2ban/frame.ts'
import { pickle } from '../src/control/fail2ban/pickle.ts'
import { unpickle } from '../src/control/fail2ban/unpickle.ts'
import { exception, printValue, tuple, type Value } from '../src/control/fail2ban/value.ts'
import { random } from './random.ts'
import { onlyFaults, rounds } from './rounds.ts'

const LIMITS = { bytes: 10_000, values: 2000, depth: 30 }

const PIECES = [
  ...['(', '.', '0', '1', '2', 'N', ']', '}', ')', 'l', 'd', 't', 'a', 'e', 's', 'u', 'R', 'b', 'o', 'Q', 'P7\n'],
  ...['\x85', '\x86', '\x87', '\x88', '\x89', '\x8f', '\x90', '\x91', '\x93', '\x94', '\x92', '\x81', '\x98'],
  ...['K\x01', 'M\xff\xff', 'J\xff\xff\xff\xff', 'I7\n', 'I01\n', 'L123456789012345678901L\n', '\x8a\x02\x00\x80'],
  ...['G@\x09!\xfbTD-\x18', 'F1e999\n', 'X\x01\0\0\0a', '\x8c\x01b', 'U\x01c', "S'd'\n", 'V\\u0041\n', 'C\x01\xff'],
  ...['X\xff\xff\xff\xff', '\x8d\xff\xff\xff\xff\xff\xff\xff\xff', 'B\xff\xff\xff\x7f', '\x8b\xff\xff\xff\xff'],
  ...[
    'q\0',
    'h\0',
    'p0\n',
    'g0\n',
    'r\xff\xff\xff\xff',
    'j\xff\xff\xff\xff',
    '\x80\x02',
    '\x80\x09',
    '\x95\0\0\0\0\0\0\0\0',
  ],
  ...['cos\nsystem\n', 'cbuiltins\nException\n', 'cbuiltins\neval\n', '\x8c\x02os\x8c\x06system\x93', '(lp0\nh\0a'],
  ...[']\x94h\0a', ']q\0(h\0h\0e'],
]

export function fuzzPickle(seed: number): 'value' | 'fault' {
  const next = random(seed)
  const bytes = next() < 0.5 ? pieces(next) : broken(next)
  const frames = new Frames()
  for (let at = 0; at < bytes.length; at += 7) for (const one of frames.push(bytes.subarray(at, at + 7))) read(one)
  const whole = pickle(someValue(next, 0))
  assert.deepEqual(pickle(unpickle(whole)), whole)
  return read(bytes)
}

function read(bytes: Buffer): 'value' | 'fault' {
  let value: Value | 'none' = 'none'
  onlyFaults(() => {
    value = unpickle(bytes, LIMITS)
  })
  if (value === 'none') return 'fault'
  assert.ok(printValue(value).length < 1_000_000)
  assert.equal(printValue(unpickle(pickle(value))), printValue(value))
  return 'value'
}

function pieces(next: () => number): Buffer {
  const all = Array.from({ length: next() * 30 }, () => PIECES[Math.floor(next() * PIECES.length)]!)
  return Buffer.from(`${all.join('')}.`, 'latin1')
}

function broken(next: () => number): Buffer {
  const bytes = Buffer.from(pickle(someValue(next, 0)))
  for (let changes = next() * 4; changes > 0; changes--) {
    bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
  }
  return next() < 0.2 ? bytes.subarray(0, next() * bytes.length) : bytes
}

function someValue(next: () => number, depth: number): Value {
  const inner = () => Array.from({ length: next() * 4 }, () => someValue(next, depth + 1))
  const makers: readonly (() => Value)[] = [
    () => undefined,
    () => next() < 0.5,
    () => Math.floor((next() - 0.5) * 2 ** (1 + next() * 50)),
    () => BigInt(Math.floor(next() * 2 ** 52)) ** 3n + 2n ** 60n,
    () => String.fromCodePoint(Math.floor(next() * 0xd7ff)).repeat(next() * 4),
    () => ({ float: next() * 1e9 }),
    () => ({ bytes: Buffer.from([next() * 256]) }),
    inner,
    () => tuple(...inner()),
    () => new Map(inner().map((value, at) => [`k${at}`, value])),
    () => new Set(['a', 'b'].slice(next() * 3)),
    () => exception('ValueError', ...inner()),
  ]
  return makers[Math.floor(next() * (depth > 3 ? 7 : makers.length))]!()
}

if (import.meta.main) rounds(fuzzPickle)
