/** The commands of `fail2ban-client -d`: ours beside those of the installed Fail2ban, command by command. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { commandStream } from '../../src/config/commands/command-stream.ts'
import { realWorld } from '../../src/world/real.ts'
import { type Files, generate } from './generate.ts'
import { missing, ours, theirs } from './stream.ts'

const root = mkdtempSync(join(tmpdir(), 'rampart-commands-'))
after(() => rmSync(root, { recursive: true }))
const logs = join(root, 'logs')
for (const path of ['a.log', 'b.log', 'c.log', '.hid', 'sub/x', 'sub2/x', '[']) write(logs, path, '')
symlinkSync('nowhere', join(logs, 'd.log'))

const ETC = '/etc/fail2ban'

test('each stock jail alone, and all together', { skip: missing }, () => {
  const sections = [...readFileSync(`${ETC}/jail.conf`, 'utf8').matchAll(/^\[([^\]\n]+)\]/gm)].map(([, name]) => name!)
  const names = sections.filter((name) => name !== 'INCLUDES' && name !== 'DEFAULT')
  assert.ok(names.length > 80)
  const folders = ['DEFAULT', ...names].map((name) => {
    const folder = join(root, 'stock', name)
    write(folder, 'jail.d/on.local', `[${name}]\nenabled = true\n`)
    for (const entry of readdirSync(ETC)) if (entry !== 'jail.d') symlinkSync(join(ETC, entry), join(folder, entry))
    return folder
  })
  compare(folders)
})

const BASE: Files = {
  'fail2ban.conf': '[Definition]\nloglevel = INFO\n',
  'filter.d/f.conf': '[Definition]\nfailregex = ^<HOST>\n',
  'action.d/a.conf': '[Definition]\nactionban = ban <ip>\n[Init]\nx = 1\n',
}

/** One rule each; `log` is a log that is there. */
const RULES: readonly (readonly [rule: string, jail: string, files?: Files])[] = [
  ['no jail.conf', ''],
  ['no fail2ban.conf', '[a]\nenabled=1\n', { 'fail2ban.conf': '' }],
  ['no [Definition] in fail2ban.conf', '[a]\nenabled=1\n', { 'fail2ban.conf': '[Thread]\nstacksize=0\n' }],
  ['a stack size that is no number', '', { 'fail2ban.conf': '[Definition]\ndbmaxmatches=x\n[Thread]\nstacksize=y\n' }],
  ['a jail without anything', '[a]\nenabled=true\n'],
  ['INCLUDES is no jail, Definition is one', '[INCLUDES]\nx=1\n[DEFAULT]\nenabled=1\n[Definition]\nmaxretry=1\n'],
  ['a disabled jail with a fault that nobody reads', '[a]\nmaxretry=%(x)s\n[b]\nenabled=1\n'],
  ['a disabled jail with a fault in its filter', '[a]\nfilter=%(x)s\n[b]\nenabled=1\n'],
  ['numbers that Python takes', '[a]\nenabled=on\nmaxretry=1_0\nmaxmatches=+07\n'],
  ['a number that is none', '[a]\nenabled=on\nmaxretry=many\nmaxmatches=1.5\n'],
  ['flags', '[a]\nenabled=yEs\nignoreself=2\nbantime.increment=ON\nbantime.overalljails=\n'],
  ['quotes and what is not printed', '[a]\nenabled=1\nignorecommand=\'a\' "b" \\ \u00a0\u200b\u0001é😀\n'],
  [
    'a name that the filter has and the jail had',
    '[a]\nenabled=1\nfilter=f\nx=1\nfailregex=%(known/failregex)s %(known/x)s\n',
    { 'jail.local': '[a]\nx=2\n' },
  ],
  [
    "the filter's value before the jail's former one",
    '[a]\nenabled=1\nfilter=f\nfailregex=1\n',
    { 'jail.local': '[a]\nfailregex=%(known/failregex)s 2\n' },
  ],
  [
    'what is known is read once more',
    '[a]\nenabled=1\nfilter=p\nfailregex=%(known/failregex)s\nx=X\n',
    { 'filter.d/p.conf': '[Definition]\nfailregex=%%(x)s\n' },
  ],
  [
    'a percent sign of the filter',
    '[a]\nenabled=1\nfilter=p\ndatepattern=%(known/datepattern)s\n',
    { 'filter.d/p.conf': '[Definition]\ndatepattern=%%Y\n' },
  ],
  [
    'a number of the filter',
    '[a]\nenabled=1\nfilter=p\nx=%(known/maxlines)s\nmaxretry=%(known/maxlines)s\n',
    { 'filter.d/p.conf': '[Definition]\nmaxlines=3\n' },
  ],
  ['sections with capitals', '[A]\nx=1\n[b]\nenabled=1\nignorecommand=%(A/x)s\n'],
  ['names with capitals', '[a]\nx=1\n[b]\nenabled=1\nignorecommand=%(a/X)s\n'],
  ['a section borrowed for what it contains', '[a]\nx=%(a/y)s\ny=1\n[b]\nenabled=1\nignorecommand=%(a/x)s\n'],
  ['a section borrowed above', '[a]\nx=%(b/z)s\ny=%(a/y)s\n[b]\nenabled=1\nz=5\nignorecommand=%(a/x)s %(b/z)s\n'],
  [
    'a section named beside is not borrowed',
    '[A]\ny=1\n[a]\ny=2\nx=%(a/y)s\n[b]\nenabled=1\nignorecommand=%(a/x)s %(default/q)s\n[DEFAULT]\nq=%(a/y)s\n',
  ],
  [
    'the version in a filter',
    '[a]\nenabled=1\nfilter=p\n',
    { 'filter.d/p.conf': '[Definition]\nfailregex=%(fail2ban_version)s\n' },
  ],
  [
    'the version in a jail',
    '[a]\nenabled=1\nfail2ban_version=mine\nignorecommand=%(fail2ban_version)s %(fail2ban_confpath)s\n[DEFAULT]\nfail2ban_confpath=x\n',
  ],
  [
    'options of the jail in its filter',
    '[a]\nenabled=1\nfilter=p\nmaxretry=7\n',
    {
      'filter.d/p.conf': '[Definition]\nfailregex=%(backend)s <filter> <enabled> <maxretry> %(maxretry)s\nmaxretry=1\n',
    },
  ],
  [
    'Init is seen by Definition the second time',
    '[a]\nenabled=1\nfilter=p\nignorecommand=%(known/failregex)s\n',
    { 'filter.d/p.conf': '[Definition]\nfailregex=%(x)s <x>\nx=1\n[Init]\nx=2\n' },
  ],
  [
    'names that are pieces of datepattern',
    '[a]\nenabled=1\nfilter=p[pat=5,e=6,T=7]\n',
    { 'filter.d/p.conf': '[Definition]\nfailregex=x\ntern=9\n[Init]\ndate=8\n' },
  ],
  [
    'an option that has a conditional twin',
    '[a]\nenabled=1\nfilter=p\n',
    { 'filter.d/p.conf': '[Definition]\nfailregex=<x> <y>\nx=<y>\ny=1\n[Init?a=b]\nfailregex=6 <x>\n' },
  ],
  ['a section that only looks conditional', '[a-b?x]\nenabled=1\n[c?x]\nenabled=1\nmaxretry=1\n'],
  [
    'journal matches',
    '[a]\nenabled=1\nfilter=f\nbackend=systemd\njournalmatch=A="b c" + D=\\e"f\'\\"" \'g"\'h\n  I=\n',
  ],
  ['a journal match with an open quote', '[a]\nenabled=1\njournalmatch=A="b\n'],
  ['an open quote after a missing action', '[a]\nenabled=1\naction=nope\njournalmatch=A="b\n'],
  [
    'a circle of tags after a missing action',
    '[a]\nenabled=1\naction=c nope\n[b]\nenabled=1\n',
    { 'action.d/c.conf': '[Definition]\nactionban=<x>\n[Init]\nx=<y>\ny=<x>\n' },
  ],
  [
    'a missing action before a fault in another',
    '[a]\nenabled=1\naction=nope c\n[b]\nenabled=1\n',
    { 'action.d/c.conf': '[Definition]\nactionban=%(x)s\n' },
  ],
  ['all jails skipped', '[a]\nenabled=1\nfilter=nope\n'],
  ['logs', '[a]\nenabled=1\nlogpath=LOGS/[ab].log tail\n LOGS/*.log  head\n LOGS//a.log x y\n\n nope*\n'],
  [
    'links that lead nowhere and hidden files',
    '[a]\nenabled=1\nlogpath=LOGS/d.log\n LOGS/.*\n LOGS/*d\n LOGS/**\n LOGS/*/x\n',
  ],
  ['no logs for the journal', '[a]\nenabled=1\nbackend=systemd[x]\nlogpath=LOGS/a.log\n'],
  ['a folder in place of a file', '[a]\nenabled=1\nfilter=g\n', { 'filter.d/g.conf/x': '' }],
  ['an action without [Definition]', '[a]\nenabled=1\naction=c\n', { 'action.d/c.conf': '[Init]\nx=1\n' }],
  [
    'a filter without [Definition]',
    '[a]\nenabled=1\nfilter=c\n',
    { 'filter.d/c.conf': '[Init]\nx=1\nfailregex=<x>\n' },
  ],
  [
    'values of an action that are none',
    '[a]\nenabled=1\naction=c\n',
    { 'action.d/c.conf': '[Definition]\nnorestored=<x>\nactionban=<x> <norestored> <actname>\n[Init]\nx=yes\n' },
  ],
  [
    'tags of an action that wait for the ban',
    '[a]\nenabled=1\nbantime=5\naction=c\n',
    {
      'action.d/c.conf':
        '[Definition]\nactionban=<bantime> <timeout> <matches> <ip> <findtime>\n[Init]\ntimeout=<x>\nx=1\nmatches=2\nip=3\n',
    },
  ],
  ['a python action', '[a]\nenabled=1\naction=x.py[a="é\u007f", b=\'"\', actname=n]\n y.tar.py\n'],
  [
    'a file that includes itself',
    '[a]\nenabled=1\nfilter=g\n',
    {
      'filter.d/g.conf':
        '[INCLUDES]\nafter=g.conf\n[Definition]\nfailregex=%(known/failregex)s\nx=1\n[DEFAULT]\nfailregex=d\n',
    },
  ],
  [
    'a .local that includes its .conf',
    '[a]\nenabled=1\nfilter=f\n',
    { 'filter.d/f.local': '[INCLUDES]\nbefore=f.conf\n' },
  ],
  [
    'names in INCLUDES',
    '[INCLUDES]\nbefore=%(x)s.inc\nx=p\n[a]\nenabled=1\n',
    { 'p.inc': '[a]\nmaxretry=3\n', 'p.local': '[a]\nmaxmatches=4\n' },
  ],
  ['a file that is not UTF-8', '[a]\nenabled=1\n', { 'jail.local': '[a]\nmaxretry=\u0000BAD' }],
  ['a byte order mark', '\ufeff[a]\nenabled=1\n'],
  ['an option before any section', 'x=1\n[a]\nenabled=1\n'],
  ['an unknown log level', '', { 'fail2ban.conf': '[Definition]\nloglevel=LOUD\n' }],
]

test('hand-made folders, a rule each', { skip: missing }, async (t) => {
  const folders = RULES.map(([, jail, files = {}], index) => {
    const folder = join(root, 'rules', String(index))
    const all = { ...BASE, ...(jail === '' ? {} : { 'jail.conf': jail }), ...files }
    for (const [path, text] of Object.entries(all)) if (text !== '' || path.endsWith('/x')) write(folder, path, text)
    return folder
  })
  const expected = theirs(folders)
  for (const [index, folder] of folders.entries()) {
    await t.test(RULES[index]![0], () => same(folder, expected[index]!))
  }
})

test('400 folders made by chance', { skip: missing }, () => {
  const folders = Array.from({ length: 400 }, (_, seed) => {
    const folder = join(root, 'chance', String(seed))
    for (const [path, text] of Object.entries(generate(seed))) write(folder, path, text)
    return folder
  })
  const expected = compare(folders)
  // Else the mistakes in them would hide everything else.
  assert.ok(expected.filter(({ commands }) => commands).length > 200)
})

test('a block needs no file in action.d, but in a folder that was named, as for Fail2ban', () => {
  const [stock, admins] = [join(root, 'built-in/stock'), join(root, 'built-in/etc')]
  write(stock, 'jail.conf', '[a]\nfilter = f\naction = %(banaction)s[port=80]\nbanaction = nftables-multiport\n')
  write(stock, 'filter.d/f.conf', '[Definition]\nfailregex = <HOST>\n')
  write(admins, 'jail.d/custom.conf', '[a]\nenabled = true\nbanaction = ufw\n')
  const { commands, fatal, jails } = commandStream(realWorld(), [stock, admins], {})
  assert.deepEqual([fatal, jails.map(({ refusal }) => refusal)], [[], [undefined]])
  assert.ok(commands!.some(({ words }) => words.join(' ') === 'set a addaction ufw'))
  write(stock, 'jail.local', '[a]\nenabled = true\n')
  assert.equal(commandStream(realWorld(), [stock], {}).jails[0]!.refusal?.why, 'no-action')
})

function compare(folders: readonly string[]) {
  const expected = theirs(folders)
  for (const [index, folder] of folders.entries()) same(folder, expected[index]!)
  return expected
}

function same(folder: string, expected: ReturnType<typeof theirs>[number]): void {
  const { commands, well, stream } = ours(folder)
  assert.deepEqual(commands, expected.commands, `${folder} ${expected.error}`)
  assert.equal(well, expected.well)
  for (const fault of stream.faults) {
    assert.ok(fault.at?.file, `${fault.message} has no file`)
    assert.ok(fault.hint, `${fault.message} has no hint`)
  }
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  const content = text.replaceAll('LOGS', logs)
  writeFileSync(join(folder, path), content.endsWith('BAD') ? Buffer.from('[a]\nmaxretry=\xe9', 'latin1') : content)
}
