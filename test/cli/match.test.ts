/** `rampart match`: the object for each line, what chooses the filter, and how it ends. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type Around, type Typed, typed } from './typed.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-match-'))
after(() => rmSync(folder, { recursive: true }))

const FILES: Readonly<Record<string, string>> = {
  'etc/filter.d/plain.conf': `[Definition]
failregex = ^ bad user <F-USER>\\S*</F-USER> from <HOST>(?: port <F-PORT>\\d+</F-PORT>)?$
            ^ worse from <SUBNET>$
ignoreregex = user friend
`,
  'etc/filter.d/moody.conf': `[Definition]
mode = calm
what = nothing
mdre-calm = ^ calm <HOST>$
mdre-angry = ^ angry <what> <HOST>$
failregex = <mdre-<mode>>
`,
  'etc/filter.d/session.conf': `[Definition]
prefregex = ^ \\[<F-MLFID>\\d+</F-MLFID>\\] <F-CONTENT>.*</F-CONTENT>$
failregex = ^<F-NOFAIL>hello</F-NOFAIL> from <HOST>$
            ^failed for <F-USER>\\S+</F-USER>$
            ^<F-NOFAIL><F-MLFFORGET>bye</F-MLFFORGET></F-NOFAIL>
`,
  'etc/filter.d/id.conf': '[Definition]\nfailregex = ^ who <F-ID>\\S+</F-ID>$\n',
  'etc/filter.d/latin.conf': '[Definition]\nfailregex = ^ schlecht für <HOST>$\n',
  'etc/filter.d/slow.conf':
    '[Definition]\nfailregex = ^ (?:a+)+(?P<x>b)(?P=x) from <HOST>$\n            ^ bad <HOST>$\n',
  'etc/jail.conf': `[DEFAULT]
mode = calm
filter = %(__name__)s[mode=%(mode)s]
[moody]
mode = angry
[mine]
filter = moody
failregex = ^ mine <HOST>$
usedns = no
[broken]
filter = no-such
[lone]
filter =
failregex = ^ lone <HOST>$
datepattern = ^%%d/%%m
`,
  'other/filter.d/plain.conf': '[Definition]\nfailregex = ^ other <HOST>$\n',
  'elsewhere.conf': '[Definition]\nfailregex = ^ elsewhere <HOST>$\n',
}
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

const ETC = join(folder, 'etc')
const STAMP = '2026-11-22 20:00:00'
const TIME = Date.UTC(2026, 10, 22, 20) / 1000

async function match(words: readonly string[], around?: Around): Promise<Typed> {
  const config = words.includes('--config') ? [] : ['--config', ETC]
  return await typed(['match', ...words, ...config, '--tz', 'UTC'], around)
}

type Told = Readonly<Record<string, unknown>> & { readonly failures: readonly Readonly<Record<string, unknown>>[] }

async function objects(words: readonly string[], lines: readonly (string | Uint8Array)[]): Promise<readonly Told[]> {
  const { out, err } = await match([...words, '--json'], { input: lines })
  assert.equal(err, '')
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told)
}

const NOTHING = {
  ...{ matched: false, ignored: false, id: null, ip: null, time: null, regex: null, ignoreregex: null },
  ...{ fields: {}, failures: [], note: null },
}

/** What a line's object has besides NOTHING. */
const shapes: readonly [sentence: string, filter: string, line: string, expected: object][] = [
  ['a comment is told and shown to nobody', 'plain', `# ${STAMP} bad user x from 192.0.2.1`, { verdict: 'comment' }],
  ['an empty line too', 'plain', '', { verdict: 'comment' }],
  ['a miss has its time', 'plain', `${STAMP} all is well`, { verdict: 'missed', time: TIME }],
  ['a miss without a date has none', 'plain', 'all is well', { verdict: 'missed' }],
  [
    'a match has its id, its expression from 0 and its fields, the port by its own name too',
    'plain',
    `${STAMP} bad user root from 192.0.2.1 port 22`,
    failing('192.0.2.1', 0, { user: 'root', ip4: '192.0.2.1', fport: '22', port: '22' }),
  ],
  [
    'an ignored one says by which',
    'plain',
    `${STAMP} bad user friend from 192.0.2.1`,
    { verdict: 'ignored', ignored: true, ignoreregex: 0, time: TIME },
  ],
  [
    'what is no address is told as it was found, with the reason',
    'plain',
    `${STAMP} bad user x from 999.2.3.4`,
    failing('999.2.3.4', 0, { user: 'x', ip4: '999.2.3.4' }, null, 'no address: 999 is more than 255'),
  ],
  [
    'so is one with a leading zero',
    'plain',
    `${STAMP} bad user x from 010.2.3.4`,
    failing(
      ...(['010.2.3.4', 0, { user: 'x', ip4: '010.2.3.4' }, null] as const),
      'no address: some programs read a number with a leading 0 as octal',
    ),
  ],
  [
    'a host name is never looked up',
    'plain',
    `${STAMP} bad user x from localhost`,
    failing('localhost', 0, { user: 'x', dns: 'localhost' }, null, 'a host name: it is never looked up here'),
  ],
  [
    'an address in another form has its canonical one beside it',
    'plain',
    `${STAMP} bad user x from 2001:DB8:0::1`,
    failing(
      ...(['2001:DB8:0::1', 0, { user: 'x', ip6: '2001:DB8:0::1' }, '2001:db8::1'] as const),
      'it counts as 2001:db8::1',
    ),
  ],
  [
    'a network is told with its prefix',
    'plain',
    `${STAMP} worse from 192.0.2.0/24`,
    failing('192.0.2.0/24', 1, { ip4: '192.0.2.0', cidr: '24' }),
  ],
  [
    'an id may be anything',
    'id',
    `${STAMP} who $(reboot)`,
    failing('$(reboot)', 0, { fid: '$(reboot)' }, null, 'an id that is no address'),
  ],
]

function failing(
  id: string,
  regex: number,
  fields: Readonly<Record<string, string>>,
  ip: string | null = id,
  note: string | null = null,
): object {
  const failure = { id, ip, time: TIME, attempts: 1, fields, note }
  return { verdict: 'failure', matched: true, id, ip, time: TIME, regex, fields, note, failures: [failure] }
}

describe('one object for each line', () => {
  for (const [sentence, filter, line, expected] of shapes) {
    test(sentence, async () => {
      assert.deepEqual(await objects([filter], [`${line}\n`]), [{ ...NOTHING, n: 1, ...expected }])
    })
  }

  test('every line has one, in order, the unfinished last one too', async () => {
    const told = await objects(['plain'], ['a\n\n# b\nc\r\nd'])
    assert.deepEqual(
      told.map(({ n, verdict }) => `${n} ${verdict}`),
      ['1 missed', '2 comment', '3 comment', '4 missed', '5 missed'],
    )
  })

  test('a session is pending until it is known whom it is of, then all it knows is told', async () => {
    const told = await objects(
      ['session'],
      [
        '[1] failed for root',
        '[2] hello from 192.0.2.2',
        '[1] hello from 192.0.2.1',
        '[2] failed for eve',
        '[2] bye',
      ].map((line) => `${STAMP} ${line}\n`),
    )
    assert.deepEqual(
      told.map(({ verdict, matched, id, failures }) => [
        verdict,
        matched,
        id,
        failures.map((one) => [one['id'], one['attempts']]),
      ]),
      [
        ['pending', false, null, []],
        ['nofail', false, '192.0.2.2', []],
        ['failure', true, '192.0.2.1', [['192.0.2.1', 2]]],
        ['failure', true, '192.0.2.2', [['192.0.2.2', 2]]],
        ['nofail', false, '192.0.2.2', []],
      ],
    )
  })

  test('bytes that are no UTF-8 are told as U+FFFD, and stop nothing', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${STAMP} bad user `),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(' from 192.0.2.1\n'),
    ])
    const [told] = await objects(['plain'], [bytes])
    assert.equal((told!['fields'] as Record<string, string>)['user'], '\ufffd\ufffd')
  })

  test('a log in another encoding is read in it', async () => {
    const latin = Buffer.from(`${STAMP} schlecht für 192.0.2.1\n`, 'latin1')
    assert.deepEqual(
      (await objects(['latin'], [latin])).map(({ matched }) => matched),
      [false],
    )
    const told = await objects(['latin', '--jail-options', 'logencoding=iso-8859-1'], [latin])
    assert.deepEqual(
      told.map(({ matched }) => matched),
      [true],
    )
  })

  test('a line over 64 KiB is cut, and told so', async () => {
    const long = `${STAMP} ${'x'.repeat(70_000)} bad user x from 192.0.2.1\n`
    const told = await objects(
      ['plain'],
      [long.slice(0, 65_000), long.slice(65_000), `${STAMP} bad user x from 192.0.2.1\n`],
    )
    assert.deepEqual(
      told.map(({ n, matched, note }) => [n, matched, note]),
      [
        [1, false, 'cut after 65536 bytes'],
        [2, true, null],
      ],
    )
  })

  test('--now decides the year, --tz the zone', async () => {
    const { out } = await typed(
      ['match', 'plain', 'Jan  2 03:04:05 bad user x from 192.0.2.1', '--json', '--config', ETC].concat([
        '--now',
        '1124013600',
        '--tz',
        'CET-01CEST-02,M3.5.0,M10.5.0',
      ]),
    )
    assert.equal(JSON.parse(out).time, Date.UTC(2005, 0, 2, 2, 4, 5) / 1000)
  })

  test('in lines of the journal only what stands first is their time', async () => {
    const lines = ['Nov 22 20:00:00 bad user a from 192.0.2.1', `bad user ${STAMP.replace(' ', 'T')} from 192.0.2.2`]
    const told = await objects(
      [
        'plain',
        '--logtype',
        'journal',
        '--now',
        String(TIME),
        '--jail-options',
        'failregex=^bad user <F-USER>\\S+</F-USER> from <HOST>$',
      ],
      lines.map((line) => `${line}\n`),
    )
    assert.deepEqual(
      told.map(({ id, time }) => [id, time]),
      [
        ['192.0.2.1', TIME],
        ['192.0.2.2', TIME],
      ],
    )
  })
})

const choices: readonly [sentence: string, words: readonly string[], line: string, summary: RegExp][] = [
  [
    'a filter by its name',
    ['plain'],
    'bad user x from 192.0.2.1',
    /\nplain: 1 line, 1 matched, 0 ignored, 0 missed\n$/,
  ],
  [
    'a jail goes before the filter of its name',
    ['moody'],
    'angry nothing 192.0.2.1',
    /the jail moody with its filter moody; the filter alone: filter:moody/,
  ],
  [
    'filter: asks for the filter',
    ['filter:moody'],
    'calm 192.0.2.1',
    /the filter moody; the jail with its own options: jail:moody/,
  ],
  ['brackets mean the filter', ['moody[mode=calm]'], 'calm 192.0.2.1', /the filter moody/],
  [
    'jail: with brackets means the jail, its filter changed',
    ['jail:moody[what=x]'],
    'angry x 192.0.2.1',
    /the jail moody/,
  ],
  ["a jail's own expressions come with it", ['mine'], 'mine 192.0.2.1', /the jail mine with its filter moody/],
  [
    '--jail-options set what a jail would set',
    ['plain', '--jail-options', 'failregex=^ else <HOST>$'],
    'else 192.0.2.1',
    /1 matched/,
  ],
  [
    'and the mode of its filter',
    ['filter:moody', '--jail-options', 'mode=angry', 'what=x'],
    'angry x 192.0.2.1',
    /1 matched/,
  ],
  [
    'they may stand before the filter',
    ['--jail-options', 'mode=angry', 'what=x', 'filter:moody', '-'],
    'angry x 192.0.2.1',
    /1 matched/,
  ],
  [
    'a path of a filter in a configuration',
    [join(ETC, 'filter.d/plain.conf')],
    'bad user x from 192.0.2.1',
    /1 matched/,
  ],
  ['a path of a filter anywhere', [join(folder, 'elsewhere.conf')], 'elsewhere 192.0.2.1', /1 matched/],
  ['--config replaces the folders', ['plain', '--config', join(folder, 'other/')], 'other 192.0.2.1', /1 matched/],
]

describe('the filter is chosen', () => {
  for (const [sentence, words, line, summary] of choices) {
    test(sentence, async () => {
      const { code, out, err } = await match(words, { input: [`${STAMP} ${line}\n`] })
      assert.equal(err, '')
      assert.match(out, summary)
      assert.equal(code, 0)
    })
  }

  test("a jail's date pattern is its own", async () => {
    const { out } = await match(['lone', '--now', String(TIME)], { input: ['21/11 lone 192.0.2.1\n'] })
    assert.match(out, /1 matched/)
  })
})

const refusals: readonly [sentence: string, words: readonly string[], err: RegExp][] = [
  ['no such filter', ['plane'], /there is no jail and no filter "plane"/],
  ['a jail whose filter is missing', ['broken'], /there is no filter "no-such"/],
  ['no such jail', ['jail:plain'], /there is no jail and no filter "plain"/],
  ['no such file', ['/no/such.conf'], /there is no filter file \/no\/such\.conf/],
  ['no such log', ['plain', '/no/such.log'], /\/no\/such\.log does not exist/],
  ['a folder for a log', ['plain', '/'], /is a folder, not a file/],
  ['no such configuration', ['plain', '--config', '/no/such'], /the configuration folder \/no\/such does not exist/],
  [
    'a misspelt mode names those that there are',
    ['moody[mode=agry]'],
    /knows no mode "agry"\n {2}did you mean angry\? there are: calm, angry/,
  ],
  ['a time that is none', ['plain', '--now', 'today'], /--now today is no time/],
  ['a type that is none', ['plain', '--logtype', 'syslog'], /there are: file, journal, short, rfc5424/],
  ['a jail option without a value', ['plain', '--jail-options', 'mode'], /has no key=value/],
  ['an option that there is not', ['plain', '--yaml'], /unknown option '--yaml'/],
  ['no filter at all', [], /missing required argument 'filter'/],
]

describe('it ends with 2 and one clear sentence', () => {
  for (const [sentence, words, expected] of refusals) {
    test(sentence, async () => {
      const { code, out, err } = await match(words, { input: [] })
      assert.match(err, expected)
      assert.deepEqual([code, out], [2, ''])
    })
  }
  test('a zone that is none', async () => {
    const { code, err } = await typed(['match', 'plain', '--config', ETC, '--tz', 'Moon/Base'])
    assert.match(err, /no time zone is named "Moon\/Base"/)
    assert.equal(code, 2)
  })
})

describe('what a person sees', () => {
  test('nothing found ends with 1 and says what to try', async () => {
    const { code, out } = await match(['plain'], { input: ['hello\n'] })
    assert.equal(code, 1)
    assert.equal(
      out,
      'plain: 1 line, 0 matched, 0 ignored, 1 missed\n  --explain shows for each line how near an expression came\n',
    )
  })
  test('a misspelt parameter is told of, and the lines are tried', async () => {
    const { code, err } = await match(['moody[mod=angry]'], { input: [`${STAMP} calm 192.0.2.1\n`] })
    assert.match(err, /the filter moody has no option mod\n {2}did you mean mode\?/)
    assert.equal(code, 0)
  })
  test('on a terminal it says that it waits', async () => {
    assert.match((await match(['plain'], { typed: true })).err, /reads lines from this terminal until Ctrl-D/)
    assert.equal((await match(['plain'], { typed: false })).err, '')
  })
  test('nothing from a log reaches the terminal as it came', async () => {
    const evil = `${STAMP} bad user \x1b[2J\u202e\x9b31m from 192.0.2.1\n`
    for (const words of [['plain'], ['plain', '--explain'], ['plain', '--json']]) {
      const { out } = await match(words, { input: [evil] })
      assert.doesNotMatch(out.replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f\u202e]/)
    }
  })
  test('what was escaped in the JSON is read as it stood', async () => {
    const [told] = await objects(['plain'], [`${STAMP} bad user \x9b31m\u202e from 192.0.2.1\n`])
    assert.deepEqual((told!['fields'] as Record<string, string>)['user'], '\x9b31m\u202e')
  })
  test('each line is told as soon as it has come', async () => {
    let heard: readonly string[] = []
    const parts: string[] = []
    async function* trickle() {
      yield new TextEncoder().encode(`${STAMP} bad user a from 192.0.2.1\n${STAMP} bad`)
      heard = [...parts]
      yield new TextEncoder().encode(` user b from 192.0.2.2\n`)
    }
    const { parts: all } = await typed(['match', 'plain', '--json', '--config', ETC], {
      input: trickle(),
      onOut: (text) => parts.push(text),
    })
    assert.equal(heard.length, 1)
    assert.equal(all.length, 2)
  })
  test('a line that would take for ever is passed over within a moment', async () => {
    const { out } = await match(['slow'], { input: [`${STAMP} ${'a'.repeat(50_000)}\n${STAMP} bad 192.0.2.1\n`] })
    assert.match(out, /2 lines, 1 matched/)
  })
})
