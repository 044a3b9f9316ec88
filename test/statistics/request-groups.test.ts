/** Paths and agents that are read in the JSON of many bans are those of each line by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentOf, pathOf } from '../../src/statistics/request.ts'
import { requestGroups } from '../../src/statistics/request-groups.ts'

interface BanOf {
  readonly address: string
  readonly lines: readonly string[]
}

const PLAIN = '192.0.2.1 - - [x] "GET /a?b HTTP/1.1" 404 153 "-" "curl/8.5"'
const ROWS: readonly (readonly [why: string, lines: readonly string[]])[] = [
  ['no line', []],
  ['a plain line', [PLAIN]],
  ['the same twice counts once', [PLAIN, PLAIN]],
  ['two requests', [PLAIN, PLAIN.replace('/a', '/b').replace('curl', 'wget')]],
  ['of two requests in a line the first counts', ['"GET /a" "GET /b" 404 1 "-" "x" 404 1 "-" "y" "z"', PLAIN]],
  ['a line that ends in a quote and a comma', ['x "GET /a",', '"GET /b"']],
  ['a line that begins like the next', ['","GET /a"', '","', '"GET /b"']],
  ['a backslash before the request', ['\\"GET /a"', '"GET /b"']],
  ['a backslash behind it', ['"GET /a\\"', '"GET /b\\" 404 1 "-" "x" 404 1 "-" "y"']],
  ['bytes as nginx writes them', ['"GET /\\x22a" 404 1 "-" "\\x22"', '"GET /b" 404 1 "-" "c"']],
  ['quotes as Apache writes them', ['"GET /a" 404 1 "-" "a \\"b\\" c"']],
  ['line feeds and tabs', ['"GET /a\nb" 404 1 "-" "c\td"', '"GET /\t"']],
  ['half a letter', ['"GET /\ud800" 404 1 "-" "\udc00"']],
  ['other letters', ['"GET /é\u2028" 404 1 "-" "日本"']],
  ['no path', ['"GET ?a"', '"GET  "', '"GET "']],
  ['no agent', ['"GET /a" 404 1 "-" ""', '"GET /a" 404 1 "-" "-"']],
  ['long ones', [`"GET /${'a'.repeat(300)}" 404 - "-" "${'b'.repeat(300)}"`]],
]
for (const [why, lines] of ROWS) test(why, () => compare([{ address: '192.0.2.1', lines }]))

test('all of them, beside each other', () =>
  compare(ROWS.map(([, lines], i) => ({ address: ADDRESSES[i % ADDRESSES.length]!, lines }))))

test('lines put together of all that means something', () => {
  let state = 11
  const next = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const line = () => Array.from({ length: next(12) }, () => PIECES[next(PIECES.length)]).join('')
  const bans = Array.from({ length: 5000 }, () => ({
    address: ADDRESSES[next(ADDRESSES.length)]!,
    lines: Array.from({ length: next(5) }, line),
  }))
  compare(bans)
})

const PIECES = [
  '"',
  '\\',
  ',',
  '","',
  '"GET /a',
  '"POST /b?c',
  ' HTTP/1.1"',
  '" 404 1 "',
  '-" "',
  'curl"',
  'é',
  '\n',
  '\t',
  ' ',
]
const ADDRESSES = ['192.0.2.1', '255.255.255.255', '0.0.0.0', '192.0.2.0/24', '2001:db8::1', '2001:db8::/64']

function compare(bans: readonly BanOf[]): void {
  const text = bans.map(({ address, lines }) => `${address}\t${JSON.stringify(lines)}`)
  // As one text, and as many.
  for (const texts of [[text.join('\n')], text]) {
    for (const [by, of] of [
      ['path', pathOf],
      ['agent', agentOf],
    ] as const) {
      for (const unit of ['bans', 'ips'] as const) {
        const { groups, unknown } = requestGroups(by, unit, texts)
        const found = Object.fromEntries(groups.map(({ key, count }) => [key, count]))
        assert.deepEqual({ found: { ...found }, unknown }, wanted(bans, of, unit), `${by} ${unit}`)
      }
    }
  }
}

function wanted(bans: readonly BanOf[], of: (line: string) => string | undefined, unit: 'bans' | 'ips') {
  const who = new Map<string, Set<string>>()
  const known = new Set<string>()
  for (const [i, { address, lines }] of bans.entries()) {
    const one = unit === 'bans' ? String(i) : address
    for (const value of lines.map(of)) {
      if (value === undefined) continue
      who.set(value, (who.get(value) ?? new Set()).add(one))
      known.add(one)
    }
  }
  const all = new Set(bans.map(({ address }, i) => (unit === 'bans' ? String(i) : address)))
  return {
    found: Object.fromEntries([...who].map(([value, { size }]) => [value, size])),
    unknown: all.size - known.size,
  }
}
