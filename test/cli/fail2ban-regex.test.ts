/** What needs no other program: words, refusals, formats, what a terminal is sent. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { fail2banRegex } from '../../src/cli/fail2ban-regex/fail2ban-regex.ts'
import { idOf } from '../../src/cli/fail2ban-regex/id.ts'
import { parseOptions } from '../../src/cli/fail2ban-regex/options.ts'
import { type Around, typedTo } from './typed.ts'

const root = mkdtempSync(join(tmpdir(), 'rampart-regex-'))
after(() => rmSync(root, { recursive: true }))

const config = join(root, 'config')
mkdirSync(join(config, 'filter.d'), { recursive: true })
writeFileSync(join(config, 'filter.d/one.conf'), '[Definition]\nfailregex = ^one <ADDR>\nignoreregex = spare\n')
writeFileSync(
  join(config, 'jail.conf'),
  `[doorman]\nfilter = one\nlogpath = ${root}/log\nfailregex = ^two <ADDR>\n[broken]\nfilter = nothing\n`,
)

async function run(words: readonly string[], around: Around = {}): Promise<{ code: number; out: string; err: string }> {
  const { code, out, err } = await typedTo(fail2banRegex, words, { ...around, stockFolder: config })
  return { code, out, err }
}

const REFUSALS: readonly (readonly [name: string, words: readonly string[], code: number, out: RegExp, err: RegExp])[] =
  [
    ['an unknown option', ['--nope', 'a', 'b'], 2, /^$/, /error: no such option: --nope\n$/],
    ['a shortened option that fits several', ['--verb', 'a', 'b'], 2, /^$/, /ambiguous option: --verb \(--verbose, /],
    ['an option without its value', ['-c'], 2, /^$/, /-c option requires 1 argument/],
    ['a value where none belongs', ['--raw=1', 'a', 'b'], 2, /^$/, /--raw option does not take a value/],
    ['a number that is none', ['-L', 'x', 'a', 'b'], 2, /^$/, /option -L: invalid integer value: 'x'/],
    ['one word', ['a'], 255, /^Usage: /, /ERROR: provide both <LOG> and <REGEX>/],
    ['all and none', ['--print-no-missed', '--print-all-missed', 'a', 'b'], 255, /^Usage: /, /mutually exclusive/],
    ['an expression without an id', ['a', 'b'], 255, /ERROR: No failure-id group in 'b'\n$/, /^$/],
    ['an expression that is none', ['a', '(<HOST>'], 255, /ERROR: Unable to compile regular expression '/, /^$/],
    ['an empty expression', ['a', ''], 255, /ERROR: Cannot add empty regex\n$/, /^$/],
    ['an empty ignoreregex', ['a', 'x <HOST>', ''], 255, /ERROR: Cannot add empty regex\n$/, /^$/],
    ['a date pattern that is none', ['-d', '%q', 'a', 'x <HOST>'], 255, /\nERROR: .*%q/, /^$/],
    ['a zone that nobody knows', ['--TZ', 'nope', 'a', 'x <HOST>'], 255, /\nERROR: .*nope/, /^$/],
    ['a log level that is none', ['-l', 'nope', 'a', 'x <HOST>'], 1, /Running tests/, /Invalid log level 'nope'/],
    ['brackets without parameters', ['-c', config, 'a', 'one[a b]'], 255, /ERROR: Wrong filter name or options/, /^$/],
    ['a jail that cannot be read', ['-c', config, 'a', 'broken'], 255, /ERROR: failed to load jail broken\n$/, /^$/],
  ]

for (const [name, words, code, out, err] of REFUSALS) {
  test(`${name} is refused`, async () => {
    const ran = await run(words)
    assert.match(ran.out, out)
    assert.match(ran.err, err)
    assert.equal(ran.code, code)
  })
}

test('the version is that of the program it stands for', async () => {
  assert.deepEqual(await run(['--version']), { code: 0, out: 'fail2ban-regex 1.0.2\n', err: '' })
  assert.deepEqual(await run(['-V']), { code: 0, out: '1.0.2\n', err: '' })
})

test('options stand anywhere, run together, shortened, or end at --', () => {
  const { options, words } = parseOptions(['a', '-vvL0x10', '--conf=c', '--timez', 'UTC', '--', '-x'])
  assert.deepEqual([options.verbose, options.maxlines, options.config, options.timezone], [2, 16, 'c', 'UTC'])
  assert.deepEqual(words, ['a', '-x'])
})

test('a date pattern that takes for ever costs the line that it takes long for, and is told', async () => {
  const log = join(root, 'for-ever')
  writeFileSync(log, `${'a'.repeat(60)} 192.0.2.1\na2026-11-22 192.0.2.2\n`)
  const { out, err } = await run(['-d', '^(?:a+)+%Y-%m-%d', log, ' <ADDR>$'])
  assert.match(out, /Lines: 2 lines, 0 ignored, 1 matched, 1 missed/)
  assert.match(err, /took too long for them: 1/)
})

test('a jail lends its filter with its own options', async () => {
  const { out } = await run(['-c', config, 'one 192.0.2.1\ntwo 192.0.2.2\nspare two 192.0.2.3', 'doorman'])
  assert.match(out, /Use {13}jail : doorman, filter: one/)
  assert.match(out, /Lines: 3 lines, 0 ignored, 1 matched, 2 missed/)
})

test('the ignoreregex of a file are taken from it', async () => {
  const file = join(config, 'filter.d/one.conf')
  const { out } = await run(['one 192.0.2.1\none 192.0.2.2 spare', '^one <ADDR>', file])
  assert.match(out, /Lines: 2 lines, 1 ignored, 1 matched, 0 missed/)
})

test('a packed log and standard input are read too, whatever their names', async () => {
  const text = 'x 192.0.2.1\nx 192.0.2.2\n'
  const ids = async (log: string, input?: Uint8Array | string) =>
    (await run(['-o', 'id', log, 'x <ADDR>'], input === undefined ? {} : { input: [input] })).out
  for (const [name, bytes] of [
    ['log.gz', gzipSync(text)],
    ['log.1', gzipSync(text)],
    ['plain.gz', text],
  ] as const) {
    writeFileSync(join(root, name), bytes)
    assert.equal(await ids(join(root, name)), '192.0.2.1\n192.0.2.2\n', name)
  }
  assert.equal(await ids('-', text), '192.0.2.1\n192.0.2.2\n')
  assert.equal(await ids('-', gzipSync(text)), '192.0.2.1\n192.0.2.2\n')
})

test('of a packed log that is cut off the command says so', async () => {
  writeFileSync(join(root, 'cut.gz'), gzipSync('x 192.0.2.1\n'.repeat(1000)).subarray(0, 40))
  const { code, err } = await run(['-o', 'id', join(root, 'cut.gz'), 'x <ADDR>'])
  assert.equal(code, 255)
  assert.match(err, /damaged or cut off/)
})

test('a line that is not ended yet is left, as Fail2ban leaves it', async () => {
  const log = join(root, 'open.log')
  writeFileSync(log, 'x 192.0.2.1\nx 192.0.2.2')
  assert.equal((await run(['-o', 'id', log, 'x <ADDR>'])).out, '192.0.2.1\n')
})

test('names are told as they were found, with a note', async () => {
  const { out, err } = await run(['-o', 'id', 'x evil.example', 'x <HOST>'])
  assert.equal(out, 'evil.example\n')
  assert.match(err, /note: host names are not looked up: "evil.example"/)
})

test('what is no address is told as it was found, with a note', async () => {
  const { out, err } = await run(['-o', 'id', 'x 999.2.3.4', 'x <HOST>'])
  assert.equal(out, '999.2.3.4\n')
  assert.match(err, /note: no address, never banned: "999.2.3.4"/)
})

test('inverted, the lines that do not match', async () => {
  assert.equal((await run(['-i', '-o', 'msg', 'x 192.0.2.1\ny\nz', 'x <ADDR>'])).out, 'y\nz\n')
})

test('a terminal is sent no control character of a log, a pipe all of them', async () => {
  const words = ['-o', 'msg', 'x 192.0.2.1 \x1b[2J\x07', 'x <ADDR>']
  assert.equal((await run(words, { columns: 80 })).out, 'x 192.0.2.1 \\x1b[2J\\x07\n')
  assert.equal((await run(words)).out, 'x 192.0.2.1 \x1b[2J\x07\n')
})

const IDS: readonly (readonly [id: string, kind: 'ip' | 'fid', raw: boolean, printed: string])[] = [
  ['2001:0DB8::1', 'ip', true, '2001:db8::1'],
  ['2001:0DB8::1', 'fid', true, '2001:0DB8::1'],
  ['2001:0DB8::1', 'fid', false, '2001:db8::1'],
  ['192.0.2.7/24', 'ip', true, '192.0.2.0/24'],
  ['192.0.2.7/33', 'ip', true, '192.0.2.7'],
  ['192.0.2.7/0', 'ip', true, '0.0.0.0'],
  ['999.1.1.1/8', 'ip', true, '999.1.1.1'],
  ['010.1.2.3', 'ip', true, '010.1.2.3'],
  ['::ffff:192', 'ip', true, '::255.255.1.146'],
  ['::1', 'ip', true, '::1'],
  ['a/b', 'fid', false, 'a/b'],
  ['foo/8', 'fid', false, 'foo'],
  ['foo/8', 'fid', true, 'foo/8'],
  ['[::1]', 'fid', false, '::1'],
  ['[1.2.3.4]/8', 'fid', false, '[1.2.3.4]'],
  ['1.2.3.4/255.255.255.0', 'fid', false, '1.2.3.0/24'],
  ['1.2.3.4/255.0.255.0', 'fid', false, '1.2.3.4/255.0.255.0'],
  ['1.2.3.4/00000008', 'ip', false, '1.0.0.0/8'],
  ['1.2.3.4/00000008', 'fid', false, '1.2.3.4/00000008'],
  ['::1.2.3.4/120', 'ip', false, '::1.2.3.0/120'],
]

for (const [id, kind, raw, printed] of IDS) {
  test(`${id} as ${kind}${raw ? ', raw,' : ''} is printed ${printed}`, () => {
    assert.equal(idOf({ id, kind }, raw), printed)
  })
}

const TAGS: readonly (readonly [line: string, expression: string, options: readonly string[], printed: string])[] = [
  ['192.0.2.7', '<HOST>', [], 'inet4 7.2.0.192.'],
  ['999.2.3.4', '<HOST>', [], 'None '],
  ['host.example', '<HOST>', [], 'None '],
  ['192.0.2.7/24', '<SUBNET>', [], 'inet4 0/24.2.0.192.'],
  ['2001:db8:2::/32', '<SUBNET>', [], `inet6 ${'0.'.repeat(24)}8.b.d.0.1.0.0.2.`],
  ['192.0.2.7', '<F-ID/>', [], 'inet4 7.2.0.192.'],
  ['192.0.2.7', '<F-ID/>', ['-r'], 'None '],
]

for (const [line, expression, options, printed] of TAGS) {
  test(`family and reversed address of ${line} as ${expression}${options.length > 0 ? ', raw' : ''}`, async () => {
    const { out } = await run([...options, '-o', '<family> <ip-rev>', `x ${line}`, `x ${expression}`])
    assert.equal(out, `${printed}\n`)
  })
}

const BESIDE: readonly (readonly [address: string, tag: string, printed: string])[] = [
  ['2001:DB8::2', '<ADDR>', '2001:db8::2'],
  ['192.0.2.7/24', '<SUBNET>', '192.0.2.0/24'],
  ['192.0.2.7/33', '<SUBNET>', '192.0.2.7'],
  ['Host.Example', '<HOST>', 'Host.Example'],
]

for (const [address, tag, printed] of BESIDE) {
  test(`${address} beside an id is printed ${printed}`, async () => {
    const words = [`x z9 ${address}`, `x <F-ID>z9</F-ID> ${tag}`]
    assert.equal((await run(['-r', '-o', 'ip', ...words])).out, `${printed}\n`)
    assert.equal((await run(['-r', '-o', '<ip> <fid>', ...words])).out, `${printed} z9\n`)
    assert.ok((await run(['-r', '-o', 'row', ...words])).out.endsWith(`'ip': '${printed}'}],\n`))
  })
}

const WHOLE: readonly (readonly [name: string, out: string, printed: string])[] = [
  [
    'an id of several parts is a tuple',
    'row',
    "[(None, '192.0.2.1'),\tNone,\t{'tuple_id': '192.0.2.1', 'tuple_id2': 'b', ",
  ],
  [
    'all that a ticket knows',
    '<F-*>',
    "{'matches': [('', '', 'x 192.0.2.1 b')], 'failures': 0, 'tuple_id': '192.0.2.1', ",
  ],
]

for (const [name, out, printed] of WHOLE) {
  test(name, async () => {
    const expression = 'x <F-TUPLE_ID>\\S+</F-TUPLE_ID> <F-TUPLE_ID2>\\S+</F-TUPLE_ID2>|<F-ID>z</F-ID>'
    const ran = await run(['-r', '-o', out, 'x 192.0.2.1 b', expression])
    assert.equal(ran.out.slice(0, printed.length), printed)
  })
}

test('times are told in the zone of TZ, one that it spells out too', async () => {
  const before = process.env['TZ']
  try {
    process.env['TZ'] = 'EST5EDT,M3.2.0,M11.1.0'
    const { out } = await run(['-v', '2026-07-01T12:00:00Z x 192.0.2.1', 'x <ADDR>'])
    assert.match(out, / {2}Wed Jul 01 08:00:00 2026\n/)
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})

test('what has no time of its own happens now, where a tag asks', async () => {
  const before = Date.now()
  const { out } = await run(['-o', '<time>', 'x 192.0.2.1', 'x <ADDR>'])
  assert.ok(Number(out) * 1000 >= before && Number(out) * 1000 <= Date.now(), out)
})
