/** The parts under the prefilter: the assembler, the choice of fingerprints, and what the scan tells. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assemble } from '../../src/filter/assembler.ts'
import { fingerprint, type Literal } from '../../src/filter/fingerprint.ts'
import { plainScan, type Scan } from '../../src/filter/plain-scan.ts'
import { scan } from '../../src/filter/scan.ts'

const literal = (text: string, ignoreCase = false): Literal => ({ bytes: Buffer.from(text), ignoreCase })

const windows: readonly [name: string, text: string, window: string][] = [
  ['the rarest three bytes of a path', ' /wp-login', 'wp-'],
  ['a literal of three bytes is its window', 'abc', 'abc'],
  ['a shorter one too', 'ab', 'ab'],
  ['bytes that no ordinary log has come first', 'GET /\x00\x01\x02 ', '\x00\x01\x02'],
]

for (const [name, text, window] of windows) {
  test(`fingerprint: ${name}`, () => {
    const at = fingerprint([literal(text)]).windows[0]!
    assert.equal(text.slice(at, at + 3), window)
  })
}

test('fingerprint: each literal, in either case if wanted, passes the tables', () => {
  const literals = Array.from({ length: 300 }, (_, i) => literal(`${i.toString(36)}-${i * 7919}x`, i % 2 === 0))
  const { tables, windows: places } = fingerprint(literals)
  for (const [index, it] of literals.entries()) {
    const texts = it.ignoreCase ? [it.bytes, Buffer.from(Buffer.from(it.bytes).toString().toUpperCase())] : [it.bytes]
    for (const bytes of texts) assert.notEqual(groupsAt(tables, bytes, places[index]!), 0)
  }
})

test('fingerprint: twenty literals leave few places of an ordinary line to look at', () => {
  const names = 'wp-login.php xmlrpc.php phpmyadmin .env .git/ cgi-bin boaform manager/html solr actuator'.split(' ')
  const { tables } = fingerprint(names.map((name) => literal(`/${name}`)))
  const line = Buffer.from(
    '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /index.html HTTP/1.1" 200 612 "-" "Mozilla/5.0"\n',
  )
  const places = [...line.keys()].filter((at) => at + 3 <= line.length && groupsAt(tables, line, at) !== 0)
  assert.ok(places.length <= 1, `${places.length} places`)
})

const scans: readonly [name: string, make: (literals: readonly Literal[]) => Scan][] = [
  ['simd', (literals) => scan(literals)],
  ['plain', (literals) => plainScan(literals, 0)],
]
for (const [how, make] of scans) {
  test(`a line is told once with every literal in it (${how})`, () => {
    const told: [number, number, number[]][] = []
    const bytes = Buffer.from('none\nfoo bar foo\n\nbar\n')
    make([literal('foo'), literal('bar'), literal('baz')]).lines(bytes, (start, end, words, at, count) =>
      told.push([start, end, [...words.subarray(at, at + count)].sort()]),
    )
    assert.deepEqual(told, [
      [5, 16, [1, 2]],
      [18, 21, [2]],
    ])
  })
}

test('what the module cannot hold is searched plainly', () => {
  const literals = Array.from({ length: 65_536 }, (_, i) => literal(`${i};`))
  const ends: number[] = []
  scan(literals).lines(Buffer.from('65535;\n'), (_, end) => ends.push(end))
  assert.deepEqual(ends, [6])
})

const faults: readonly [name: string, body: string, message: RegExp][] = [
  ['an instruction', 'i32.nonsense', /no instruction "i32.nonsense" in the routine r/],
  ['a local', 'local.get $x', /no local "\$x"/],
  ['a label', 'block $a br $b end', /no label "\$b"/],
  ['a routine', 'call $r2', /no routine "\$r2"/],
]
for (const [name, body, message] of faults) {
  test(`the assembler refuses ${name} that it does not know`, () => {
    const routine = { name: 'r', parameters: [], locals: {}, result: false, body }
    assert.throws(() => assemble([routine], 1), message)
  })
}

function groupsAt(tables: Uint8Array, bytes: Uint8Array, at: number): number {
  let groups = 255
  for (let i = 0; i < 3; i++) {
    const byte = bytes[at + i] ?? 0
    groups &= tables[32 * i + (byte & 15)]! & tables[32 * i + 16 + (byte >> 4)]!
  }
  return groups
}
