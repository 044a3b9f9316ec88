/** Lists of addresses as people have them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOfList, readList } from '../../src/statistics/list.ts'

const ROWS: readonly (readonly [why: string, text: string, addresses: readonly string[], garbage: number])[] = [
  ['one a line', '192.0.2.1\n192.0.2.2\n', ['192.0.2.1', '192.0.2.2'], 0],
  ['without an end of the last line', '192.0.2.1\n192.0.2.2', ['192.0.2.1', '192.0.2.2'], 0],
  ['from Windows', '192.0.2.1\r\n192.0.2.2\r\n', ['192.0.2.1', '192.0.2.2'], 0],
  ['blank lines are no entries', '\n  \n\t\n192.0.2.1\n\n', ['192.0.2.1'], 0],
  ['blanks around it', '  192.0.2.1 \t\n', ['192.0.2.1'], 0],
  ['comments', '# all\n192.0.2.1 # one\n;2\n192.0.2.2;x\n', ['192.0.2.1', '192.0.2.2'], 0],
  [
    'what fail2ban-client says of its time',
    '192.0.2.1 \t2026-11-23 10:00:00 + 600 = 2026-11-23 10:10:00\n',
    ['192.0.2.1'],
    0,
  ],
  ['twice is two entries', '192.0.2.1\n192.0.2.1\n', ['192.0.2.1', '192.0.2.1'], 0],
  ['IPv6 and networks', '2001:DB8::1\n192.0.2.0/24\n', ['2001:DB8::1', '192.0.2.0/24'], 0],
  ['garbage is an entry', 'hello\n999.1.1.1\n192.0.2.1\n', ['hello', '999.1.1.1', '192.0.2.1'], 2],
  ['a mark of the order of bytes', '\ufeff192.0.2.1\n', ['192.0.2.1'], 0],
  ['nothing', '', [], 0],
  ['a line without end', 'x'.repeat(200_000), ['x'.repeat(64)], 1],
]
for (const [why, text, addresses, garbage] of ROWS) {
  test(why, async () => {
    for (const size of [1, 7, 65_536]) assert.deepEqual(await readList(pieces(text, size)), { addresses, garbage })
  })
}

test('lines count each, addresses once however they are written', () => {
  const words = ['192.0.2.1', '::ffff:192.0.2.1', '2001:DB8:0::1', '2001:db8::1', 'nonsense', 'nonsense']
  assert.deepEqual(countsOfList(words, 'lines'), {
    addresses: ['192.0.2.1', '2001:db8::1', 'nonsense'],
    counts: [2, 2, 2],
  })
  assert.deepEqual(countsOfList(words, 'ips').counts, [1, 1, 1])
})

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  const step = bytes.length > 1000 ? Math.max(size, 5000) : size
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}
