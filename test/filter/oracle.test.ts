/** Filters of every kind, beside the installed Fail2ban: lines at random, made to meet what the expressions ask for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filter } from '../../src/filter/filter.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { compareTrials } from './compare.ts'
import { askFail2ban, type Case, type Line, missing } from './oracle.ts'
import { type Chance, chance } from './regex/random.ts'
import { settingsOf } from './settings.ts'

const ZONE = 'CET-01CEST-02,M3.5.0,M10.5.0'
const NOW = 1124013600

/** What lines are made of. */
const ADDRESSES = [
  ...[
    '192.0.2.1',
    '[192.0.2.2]',
    '999.2.3.4',
    '010.2.3.4',
    '0x7f.1',
    '1.2.3',
    '1.2.3.4.5',
    '192.0.2.9/24',
    '192.0.2.9/0',
  ],
  ...[
    '2001:db8::1',
    '[2001:DB8::2]',
    '::ffff:192.0.2.3',
    '::FFFF:192.0.2.3',
    '::fffff:192.0.2.3',
    'fe80::1%eth0',
    '::',
  ],
  ...['::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8:9', '12345::1', ':1', '1:2', 'a::b::c', '2001:db8::/32'],
  ...['host.example', '-', 'a', '_x', 'über.example', '٣.1.1.1', 'x^y', 'host.'],
]
const USERS = ['bob', 'eve', '', 'a b', "o'neil", 'x"y', 'ünal']

const rows: readonly [sentence: string, settings: Partial<FilterSettings>, lines: readonly string[]][] = [
  ['<HOST>', { failregex: ['^from <HOST>$', 'at <HOST>\\b'], usedns: 'warn' }, ['from A', 'at A,', 'at A']],
  ['<HOST> without names', { failregex: ['^from <HOST>(?: |$)'] }, ['from A', 'from A x']],
  ['<ADDR>', { failregex: ['^from <ADDR>$', 'by (?:x )?<ADDR>:\\d+'] }, ['from A', 'by A:1', 'by x A:22']],
  [
    '<IP4> and <IP6>',
    { failregex: ['^four <IP4>$', '^six <IP6>', '^any (?:<IP4>|<IP6>|<DNS>)$'] },
    ['four A', 'six A', 'any A'],
  ],
  ['<DNS>', { failregex: ['^name <DNS>$'], usedns: 'raw' }, ['name A']],
  [
    '<SUBNET> and <CIDR>',
    { failregex: ['^net <SUBNET>$', '^two <ADDR>/<CIDR>$', '<F-SUBNET/> end'] },
    ['net A', 'two A', 'A end'],
  ],
  [
    'self-closed tags',
    {
      failregex: [
        '^<F-ID/> id$',
        '<F-ADDR/>:<F-PORT/>$',
        '^4<F-IP4/>',
        '^6<F-IP6/>',
        '^n<F-DNS/>',
        '^<F-ADDR/>/<F-CIDR/> c',
      ],
    },
    ['U id', 'A:22', 'A:http', '4A', '6A', 'nA', 'A c'],
  ],
  [
    'an id beside an address',
    { failregex: ['^<F-ID>\\S*</F-ID> from <HOST>$', '^<F-ID><ADDR></F-ID>$', '^k<F-ID>.*</F-ID>$'], usedns: 'warn' },
    ['U from A', 'A', 'A from A', 'kU', 'k'],
  ],
  [
    'alternatives',
    {
      failregex: [
        '^(?:u=<F-USER>\\S*</F-USER> )?(?:a=<F-ALT_USER_2>\\S+</F-ALT_USER_2> )?(?:b=<F-ALT_USER_1>\\S+</F-ALT_USER_1> )?<ADDR>$',
        '^p=<F-ALT_PORT>\\d*</F-ALT_PORT> <F-ALT_ID>\\S*</F-ALT_ID> <ADDR>?$',
        '^(?:<F-ALT_IP4_1>x\\S+</F-ALT_IP4_1>|<F-ALT_DNS>y\\S+</F-ALT_DNS>) <ADDR>?$',
      ],
    },
    ['u=U A', 'u=U a=U A', 'a=U b=U A', 'b=U a=U A', 'p=1 U A', 'p= U ', 'xU A', 'yU '],
  ],
  [
    'tuples',
    {
      failregex: [
        '^<F-ID>\\S+</F-ID>,<F-TUPLE_ID>\\S*</F-TUPLE_ID>$',
        '^<F-TUPLE_ID_1>\\S+</F-TUPLE_ID_1>;<F-TUPLE_ID_2>\\S*</F-TUPLE_ID_2>(?:;<F-TUPLE_ID_3>\\S*</F-TUPLE_ID_3>)?(?: <ADDR>)?$',
        '^<F-USER>\\S*</F-USER>@<F-TUPLE_USER>\\S*</F-TUPLE_USER> <ADDR>$',
      ],
    },
    ['U,U', 'U;U A', 'U;U;U A', 'U@U A', 'A,A'],
  ],
  [
    'a prefregex, and its values overridden',
    {
      prefregex: '^(?:<F-USER>\\w+</F-USER>@)?srv\\[<F-PID>\\d+</F-PID>\\](?: <ADDR>)?: <F-CONTENT>.*</F-CONTENT>$',
      failregex: ['^bad(?: <F-USER>\\w+</F-USER>)? <ADDR>?$', '^also <F-ID>\\S+</F-ID>$', '^worse$', '^$'],
      ignoreregex: ['bob <', '^bad eve'],
    },
    [
      'srv[1]: bad U A',
      'bob@srv[2] A: bad A',
      'eve@srv[2] A: worse',
      'bob@srv[3]: also U',
      'srv[1] A: ',
      'bob@srv[1]: bad bob A',
      'x',
    ],
  ],
  [
    'many expressions: what is ignored is asked before the prefix',
    {
      prefregex: '^p: <F-CONTENT>.+</F-CONTENT>$',
      failregex: ['^a <ADDR>', '^b <ADDR>', '<ADDR> c$', '^[ab] <ADDR> c'],
      ignoreregex: ['^p: .*friend'],
    },
    ['p: a A c', 'p: a A friend', 'p: b A', 'a A friend', 'p: b A c', 'p: friend A c'],
  ],
  [
    'several ignoreregex and failregex that match one line',
    { failregex: ['<ADDR>', '^a', 'b$'].map((one) => `${one}(?:<F-ID>)?`), ignoreregex: ['x', 'y', 'xy'] },
    [],
  ],
  [
    'several expressions match one line',
    { failregex: ['^a <ADDR>', '<ADDR> b$', 'a <HOST> b'], ignoreregex: ['x', 'y', 'bob'] },
    ['a A b', 'a A', 'a A b x', 'xy A b', 'a A bob'],
  ],
  [
    'a group without value leaves the line to the next expression',
    { failregex: ['^(?:a <ADDR>|b)', '^(?:c|<F-ID>.*</F-ID>)$', '^\\s*(?:<F-ID>)?'].slice(0, 2) },
    ['a A', 'b', 'c', 'b A', 'U'],
  ],
  [
    'flags inside',
    {
      failregex: [
        '^((?i)from) <ADDR>',
        '^(?:(?i)by) <ADDR>',
        '(?i)^AT <F-USER>((?i)Bob|eve)</F-USER> <ADDR>',
        '^(?i:to) <ADDR>',
      ],
    },
    ['FROM A', 'from A', 'By A', 'at BOB A', 'at U A', 'TO A'],
  ],
  [
    'the newline at the end',
    { failregex: ['^a <ADDR>\\s$', '^b <ADDR>\\n$', '^c <ADDR>\\s+\\Z', '^d <ADDR>\\Z', '^e <ADDR>[^x]'] },
    ['a A', 'b A', 'c A', 'd A', 'e A', 'a A ', 'e Ax'],
  ],
  [
    'a date in the line',
    { failregex: ['^ ?<ADDR>$', '^\\[\\] <ADDR>$', '^x <ADDR> y$'] },
    [
      '2005-08-14 11:58:00 A',
      '[14/Aug/2005:11:59:10 +0200] A',
      'x A 11:00 y',
      'Aug 14 11:50:01 A',
      '2005-02-31 11:58:00 A',
      'A',
    ],
  ],
  ['no date at all', { failregex: ['^<ADDR>'], datepattern: '{NONE}' }, ['A', '2005-08-14 11:58:00 A']],
  [
    'an optional date',
    { failregex: ['^<ADDR>', '^x <ADDR>'], datepattern: '^%Y-%m-%d %H:%M:%S\\s*\n{NONE}' },
    ['A', '2005-08-14 11:58:00 A', '2005-08-14 11:59:50 x A', '2005-08-14 11:59:58 A'],
  ],
  [
    'no session without <F-MLFID>',
    {
      failregex: [
        '^<F-NOFAIL>ok</F-NOFAIL> <ADDR>',
        '^<F-MLFGAINED>in</F-MLFGAINED> <ADDR>',
        '^<F-MLFFORGET>out</F-MLFFORGET> <ADDR>',
      ],
    },
    ['ok A', 'in A', 'out A'],
  ],
]

const SESSION = {
  failregex: [
    '^<F-NOFAIL>connect</F-NOFAIL> <HOST>$',
    '^wrong(?: <F-USER>\\S+</F-USER>)?$',
    '^wrong <F-ALT_USER_1>\\S+</F-ALT_USER_1> from <ADDR>$',
    '^<F-MLFFORGET><F-MLFGAINED>accepted</F-MLFGAINED></F-MLFFORGET>(?: <F-USER>\\S+</F-USER>)?',
    '^<F-MLFGAINED>gained</F-MLFGAINED>(?: <F-USER>\\S+</F-USER>)?',
    '^<F-NOFAIL><F-MLFFORGET>closed</F-MLFFORGET></F-NOFAIL>(?: <ADDR>)?',
    '^<F-MLFFORGET>reset</F-MLFFORGET>(?: <ADDR>)?',
    '^<F-NOFAIL></F-NOFAIL>empty <F-USER>\\S*</F-USER>',
    '^<F-NOFAIL>note</F-NOFAIL> <F-USER>\\S*</F-USER>',
    '^six <IP6>',
    '^(?:connect|wrong|six)',
  ],
  prefregex: '^s<F-MLFID>\\d*</F-MLFID>(?: <F-USER>\\w+</F-USER>@)?: <F-CONTENT>.+</F-CONTENT>$',
}
const SESSION_LINES = [
  'connect A',
  'wrong U',
  'wrong',
  'wrong U from A',
  'accepted U',
  'gained',
  'gained U',
  'closed',
  'closed A',
  'reset',
  'reset A',
  'empty U',
  'note U',
  'six A',
  'wrong U x',
]

const SEVERAL: readonly [sentence: string, settings: Partial<FilterSettings>, lines: readonly string[]][] = [
  [
    'two lines',
    { failregex: ['^begin (?P<n>\\d)\\n<SKIPLINES>^end (?P=n) <ADDR>$'.replace('\\n<', '<')], maxlines: 3 },
    ['begin N', 'end N A', 'other', 'begin N A'],
  ],
  [
    'two gaps',
    { failregex: ['^a N?<SKIPLINES>^b<SKIPLINES>^c <HOST>$', '^alone <HOST>$'], maxlines: 6 },
    ['a ', 'b', 'c A', 'other', 'alone A'],
  ],
  [
    'anchors at each line',
    { failregex: ['^x$<SKIPLINES>.*y <ADDR>$', '^z$\\n^<ADDR>$', '\\Aq <ADDR>'], maxlines: 4 },
    ['x', 'y A', 'a y A', 'z', 'A', 'q A'],
  ],
  [
    'with an ignoreregex',
    { failregex: ['^a<SKIPLINES>^b <ADDR>', '^c <ADDR>'], ignoreregex: ['friend', '^c.*x\\n'], maxlines: 5 },
    ['a', 'b A', 'b A friend', 'c A', 'c A x', 'friend', 'a friend'],
  ],
  [
    'with early ignoreregex',
    {
      failregex: ['^a<SKIPLINES>^b <ADDR>', '^c <ADDR>', '^d <ADDR>', '^e <ADDR>'],
      ignoreregex: ['friend'],
      maxlines: 5,
    },
    ['a', 'b A', 'friend', 'c A', 'd A', 'e A x'],
  ],
  [
    'with a prefregex',
    {
      prefregex: '^p<F-MLFID>N?</F-MLFID>: <F-CONTENT>.*</F-CONTENT>$',
      failregex: ['^a<SKIPLINES>^b <ADDR>', '^b <ADDR>'],
      maxlines: 5,
    },
    ['p: a', 'p: b A', 'p1: b A', 'x', 'a'],
  ],
  [
    'with sessions',
    {
      failregex: [
        '^s<F-MLFID>\\d</F-MLFID> <F-NOFAIL>hi</F-NOFAIL>\\n<ADDR>$',
        '^s<F-MLFID>\\d</F-MLFID> bad <F-USER>\\w+</F-USER>$',
        '^s<F-MLFID>\\d</F-MLFID><SKIPLINES>^bye <ADDR>',
      ],
      maxlines: 4,
    },
    ['sN hi', 'A', 'sN bad U', 'sN', 'bye A', 'other'],
  ],
  [
    'with dates',
    { failregex: ['^ begin<SKIPLINES>^ end <ADDR>$'], maxlines: 4 },
    ['2005-08-14 11:58:0N begin', '2005-08-14 11:58:1N end A', 'no date', ' end A'],
  ],
  [
    'a match that ends with its newline',
    {
      failregex: ['^a\\n', '^b <ADDR>\\s', '(?:\\n|^)c <ADDR>', '\\n+<ADDR>$'].map((one) =>
        one.includes('<ADDR>') ? one : `${one}<F-ID>.*</F-ID>`,
      ),
      maxlines: 3,
    },
    ['a', 'b A', 'c A', 'A', ''],
  ],
]

for (const [sentence, settings, lines] of [...rows, ...SEVERAL]) {
  if (lines.length === 0) continue
  test(sentence, { skip: missing }, () => {
    const from = chance(sentence.length)
    const many = Array.from({ length: 400 }, (): Line => [line(lines, from), NOW + from.below(90)])
    compareBoth({ ...settingsOf([]), ...settings }, many)
  })
}

for (const ids of [2, 5, 140]) {
  test(`sessions, ${ids} ids`, { skip: missing }, () => {
    const from = chance(ids)
    let now = NOW
    const lines = Array.from({ length: 2500 }, (): Line => {
      now += from.below(ids === 5 ? 60 : 2)
      const user = from.below(6) === 0 ? ` ${from.pick(['amy', 'bob'])}@` : ''
      return [`s${from.below(ids) || ''}${user}: ${line(SESSION_LINES, from)}`, now]
    })
    compareBoth(settingsOf(SESSION.failregex, { prefregex: SESSION.prefregex, usedns: 'warn' }), lines)
  })
}

test('what Fail2ban refuses is refused', { skip: missing }, () => {
  const refused = [
    '<HOST> <ADDR>',
    '<IP4> and <SUBNET>',
    '^no id$',
    '<ADDR> (x',
    'a(?i)b <ADDR>',
    '<F-X-Y>a</F-X-Y> <ADDR>',
    ' ',
    '<F-USER>a <ADDR>',
  ]
  const cases = refused.map((one): Case => ({ settings: settingsOf([one]), lines: [] }))
  for (const [index, answer] of askFail2ban(cases, ZONE).entries()) {
    assert.equal(typeof answer, 'string', `Fail2ban takes ${refused[index]}`)
    assert.throws(() => filter(cases[index]!.settings), `we take ${refused[index]}`)
  }
})

function compareBoth(settings: FilterSettings, lines: readonly Line[]): void {
  const ways = [{ checkAll: true }, { checkAll: false }, { checkAll: false, raw: false }]
  // Names would be looked up, and are none where that must not be.
  const mayBeName = settings.usedns === 'warn' || /DNS/.test(settings.failregex.join())
  const possible = mayBeName && settings.usedns !== 'raw' ? ways.slice(0, 2) : ways
  compareTrials(
    possible.map((way) => ({ settings, lines, ...way })),
    ZONE,
  )
}

/** A for an address, U for a user, N for a digit. */
function line(lines: readonly string[], from: Chance): string {
  const made = from.pick(lines).replace(/\b[AUN]\b|(?<=[46nxykp])[AU]|\d[N]/g, (letter) => {
    if (letter.endsWith('N')) return letter.slice(0, -1) + String(from.below(3))
    return from.pick(letter === 'A' ? ADDRESSES : USERS)
  })
  return made.replace('sN', `s${from.below(3)}`)
}
