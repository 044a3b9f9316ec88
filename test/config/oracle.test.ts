/** The same folders read by Fail2ban 1.0.2 itself (`fail2ban-client -d`, a black box) and by us. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import type { JailSettings } from '../../src/config/settings.ts'
import { realWorld } from '../../src/world/real.ts'
import type { World } from '../../src/world/world.ts'

const installed = spawnSync('fail2ban-client', ['--version']).status === 0
const skip = installed ? false : 'Fail2ban is not installed'
const root = mkdtempSync(join(tmpdir(), 'rampart-config-'))
after(() => rmSync(root, { recursive: true }))

interface Row {
  /** What the row proves. */
  readonly name: string
  readonly jail: string
  readonly filter?: string
  /** Other files of the folder; NAME in them and in `jail` is the jail. */
  readonly files?: Readonly<Record<string, string>>
}

const ROWS: readonly Row[] = [
  {
    name: 'numbers, durations and lists',
    jail: 'maxretry = 4\nmaxmatches = 9\nignoreip = 192.0.2.1, 192.0.2.2\n  example.org\n',
  },
  { name: 'continuation lines with comments', jail: 'ignorecommand = x\n\n  y\n  # gone\n; gone\n  z ;gone\n' },
  { name: '%% and names', jail: 'ignorecommand = %%x %(__name__)s %(fail2ban_version)s %(MaxRetry)s\nmaxretry = 4\n' },
  { name: 'another section is read in the context of the asking one', jail: 'ignorecommand = %(other/x)s\ny = mine\n' },
  {
    name: 'another section falls back to DEFAULT',
    jail: 'ignorecommand = %(other/def)s %(default/def)s %(DEFAULT/def)s\n',
  },
  {
    name: 'known: the value before',
    jail: 'x = 1\nignorecommand = -\n',
    files: { 'jail.d/NAME.local': '[NAME]\nx = 2\nignorecommand = %(known/x)s %(x)s %(known/def)s\n' },
  },
  {
    name: 'tags of Definition and Init',
    jail: 'filter = NAME',
    filter: 'failregex = ^<HOST> <x> <y> <z>\nx=1 <y>\ny=2\n[Init]\nz=3 <x>\n',
  },
  {
    name: 'nested tags',
    jail: 'filter = NAME[mode=more]',
    filter:
      'failregex = ^<HOST> <mdre-<mode>> <p-<nope>> <<q>>\nq=mode\nmdre-normal=N\nmdre-more=%(mdre-normal)s M\n[Init]\nmode=normal',
  },
  {
    name: 'tags of other sections',
    jail: 'filter = NAME',
    filter:
      'failregex = <lt_<logtype>/x> <lt_file/y> <HOST>\n  <Definition/y> <DEFAULT/d> <d>\ny=1\n[lt_file]\nx=LTF\ny=<lt_journal/x>\n[lt_journal]\nx=LTJ <y>\n[DEFAULT]\nd=D\n',
  },
  {
    name: 'logtype of a journal',
    jail: 'backend = systemd\nfilter = NAME',
    filter: 'failregex = ^<HOST> <logtype>\njournalmatch = A=1 + B=2\n  C=3\n',
  },
  {
    name: 'logtype as given',
    jail: 'backend = systemd\nfilter = NAME[logtype=short]',
    filter: 'failregex = ^<HOST> <logtype>\n',
  },
  {
    name: 'a conditional twin keeps the tag',
    jail: 'filter = NAME',
    filter: 'failregex = ^<HOST> <y> <z>\ny=1\nz=<y>\n[Init?family=inet6]\ny=6\n',
  },
  {
    name: 'known as the value of Init',
    jail: 'filter = NAME[y=5<known/y>]',
    filter: 'failregex = ^<HOST> <y> <known/y>\n[Init]\ny=6\n',
  },
  {
    name: 'tags in any case',
    jail: 'filter = NAME[X=1,HOST=9]',
    filter: 'failregex = <X> <x> <HOST> <F-ID/> <a b> <?x> <Y-Z> <y/z> <init/q> <Init/q>\ny-z=YZ\n[Init]\nq=Q\n',
  },
  { name: 'many uses of one tag', jail: 'filter = NAME', filter: `failregex = ^<HOST> ${'<x>'.repeat(40)}\nx=5\n` },
  { name: 'a tag made of pieces', jail: 'filter = NAME', filter: 'failregex = ^<HOST> <y>x>\ny = <\nx=5\n' },
  {
    name: 'parameters before the file',
    jail: 'filter = NAME[x=5,y="%(z)s"]\nz=zz',
    filter: 'failregex = ^<HOST> %(x)s <x> <y>\nx=3\n[Init]\ny=4\n',
  },
  {
    name: 'a percent sign in a parameter',
    jail: 'filter = NAME[datepattern="%%Y-%%m"]',
    filter: 'failregex = ^<HOST> <datepattern>\n',
  },
  {
    name: 'options of the jail are no tags of the filter',
    jail: 'filter = NAME\nx=9',
    filter: 'failregex = ^<HOST> <x> %(x)s\nx=2\n',
  },
  {
    name: 'the jail before the filter',
    jail: 'filter = NAME\nfailregex = ^j <HOST> <x>\nignoreregex = ^i\nmaxlines = 3\ndatepattern = %%Y\nusedns = no\n',
    filter: 'failregex = ^<HOST>\nx=2\nmaxlines=2\nusedns=yes\ndatepattern=EPOCH\n',
  },
  {
    name: 'how the log is written is no option of a filter',
    jail: 'filter = NAME[logencoding=ascii]\nlogtimezone = UTC+0200\n',
    filter: 'failregex = ^<HOST>\nlogencoding = latin1\nlogtimezone = UTC+0300\n',
  },
  {
    name: 'the jail adds to the filter',
    jail: 'filter = NAME\nfailregex = %(known/failregex)s\n  ^j <HOST>\nignorecommand = %(known/x)s\n',
    filter: 'failregex = ^<HOST> <x>\nx=2\n',
  },
  {
    name: 'Init before Definition',
    jail: 'filter = NAME',
    filter:
      'failregex = d <HOST>\nmaxlines=1\ndatepattern=1\n[Init]\nfailregex = i <HOST>\nmaxlines=2\ndatepattern=2\n  3\n',
  },
  {
    name: 'DEFAULT of a filter',
    jail: 'filter = NAME',
    filter:
      'failregex = <HOST> <foo> %(foo)s\n[DEFAULT]\nignoreregex = fromdef\nmaxlines = 7\nfoo = D <bar>\nbar = E\n',
  },
  { name: 'a filter without expressions', jail: 'filter = NAME', filter: '_daemon = d\n' },
  {
    name: 'a filter with layers',
    jail: 'filter = NAME',
    filter: 'failregex = ^<HOST> c\nx = c\n',
    files: {
      'filter.d/NAME.d/1.conf': '[Definition]\nfailregex = %(known/failregex)s <x> d\n',
      'filter.d/NAME.local': '[Definition]\nx = l\n',
    },
  },
  {
    name: 'a filter with includes',
    jail: 'filter = NAME',
    filter:
      'failregex = %(known/failregex)s <x> <y> <z>\n[INCLUDES]\nbefore = NAME-b.inc\n  missing.conf\nafter = NAME-a.inc\n',
    files: {
      'filter.d/NAME-b.inc': '[Definition]\nfailregex = ^<HOST>\nx = b\ny = b\n',
      'filter.d/NAME-b.local': '[Definition]\ny = bl\n',
      'filter.d/NAME-a.inc': '[INCLUDES]\nbefore = NAME-b.inc\n[Definition]\nz = a\n',
    },
  },
  {
    name: 'actions with parameters',
    jail: 'action = %(act)s\n  two[x=%(p)s]\nact = one[x="a,b", y=\'c"d\', z=e f, Q=1]\np=5\n',
  },
  {
    name: 'parameters stand in for names of Definition alone',
    jail: 'filter = NAME[x=5]',
    filter: 'failregex = <HOST> <z> <x> %(x)s <Definition/x>\nx=1\n[Init]\nz=%(x)s\nx=2',
  },
  {
    name: 'lists of parameter and jail add up',
    jail: 'filter = NAME[failregex=p,ignoreregex=i,journalmatch="A=1",prefregex=P,maxlines=2,usedns=raw,datepattern=D]\nfailregex = %(known/failregex)s c\nignoreregex=j\njournalmatch=A=2\nprefregex=J\nmaxlines=3\nusedns=no\ndatepattern=E',
    filter: 'failregex = <HOST>',
  },
  {
    name: 'what the jail sets empty',
    jail: 'filter = NAME\nprefregex =\nfailregex =',
    filter: 'failregex = <HOST>\nprefregex = x',
  },
  { name: 'an action twice', jail: 'action = one[x=1]\n  one[x=2,actname=other][y=<x>]\n' },
]

test('one folder with a jail for each row is read alike', { skip }, async (t) => {
  const folder = join(root, 'rows')
  const names = ROWS.map((_, index) => `row${index}`)
  const put = (path: string, text: string) => write(folder, path, text)
  base(put)
  const jails = ROWS.map((row, index) => `[${names[index]}]\nenabled = true\n${row.jail}\n`).join('')
  put(
    'jail.conf',
    `[DEFAULT]\nlogpath = ${folder}/log\ndef = DEF\n[other]\nx = %(y)s\ny = theirs\n${jails}`.replaceAll(
      'NAME',
      '%(__name__)s',
    ),
  )
  for (const [index, row] of ROWS.entries()) {
    const name = names[index]!
    if (row.filter !== undefined) put(`filter.d/${name}.conf`, `[Definition]\n${row.filter}\n`.replaceAll('NAME', name))
    for (const [path, text] of Object.entries(row.files ?? {}))
      put(path.replaceAll('NAME', name), text.replaceAll('NAME', name))
  }
  const theirs = dump(folder)
  const ours = loadConfiguration(realWorld(), [folder], {})
  assert.deepEqual(ours.faults, [])
  for (const [index, row] of ROWS.entries()) {
    await t.test(row.name, () => {
      const settings = ours.jails.find(({ name }) => name === names[index])
      assert.deepEqual(plainOf(settings!), theirs[names[index]!])
    })
  }
})

/** What Fail2ban refuses, with our code for it; without one, its whole configuration falls where ours goes on. */
const REFUSED: readonly (readonly [string, string, string, string])[] = [
  ['config.unknown-key', 'an unknown name', 'ignorecommand = %(nope)s', ''],
  ['config.unknown-key', 'an unknown section', 'ignorecommand = %(nope/maxretry)s\nmaxretry = 3', ''],
  ['config.unknown-key', 'known without a value before', 'x = 1\nignorecommand = %(known/x)s', ''],
  ['config.bad-percent', 'a percent sign alone', 'ignorecommand = 50%', ''],
  ['config.too-deep', 'a circle of names', 'ignorecommand = %(ignorecommand)s', ''],
  ['config.twice', 'an option twice', 'maxretry = 1\nMaxRetry = 2', ''],
  ['config.not-an-option', 'a line without =', 'maxretry', ''],
  ['config.unknown-key', 'an unused option of a filter', 'filter = bad', 'x = %(nope)s'],
  ['config.tag-circle', 'an unused circle of tags', 'filter = bad', 'x = a<x>'],
  ['config.no-filter', 'an absent filter', 'filter = absent', ''],
  ['config.bad-parameters', 'brackets left open', 'filter = bad[x', ''],
  ['config.no-action', 'an absent action', 'action = absent', ''],
  ['config.tag-circle', 'a tag that names itself', 'filter = bad', 'failregex = <x>\nx = a<x>'],
  ['config.tag-circle', 'a circle of tags', 'filter = bad', 'failregex = <x>\nx = <y>\ny = <x> b'],
  ['config.unknown-key', 'a name of Init in Definition', 'filter = bad', 'failregex = %(y)s\n[Init]\ny = 6'],
]

for (const [index, [code, name, jail, filter]] of REFUSED.entries()) {
  test(`both refuse ${name}; the other jail stands`, { skip }, () => {
    const folder = join(root, `refused${index}`)
    const put = (path: string, text: string) => write(folder, path, text)
    base(put)
    put('filter.d/bad.conf', `[Definition]\n${filter}\n`)
    put('jail.conf', `[DEFAULT]\nlogpath = ${folder}/log\nenabled = true\n[bad]\n${jail}\n[good]\n`)
    const theirs = spawnSync('fail2ban-client', ['-c', folder, '-d'], { encoding: 'utf8' })
    assert.ok(theirs.status !== 0 || theirs.stdout.includes("['config-error'"), theirs.stdout)
    const { faults, jails } = loadConfiguration(realWorld(), [folder], {})
    assert.deepEqual(
      faults.map((fault) => fault.code),
      [code],
    )
    assert.match(faults[0]!.at?.file ?? '', /refused/)
    assert.ok(faults[0]!.at?.line, 'the fault has its line')
    assert.ok(faults[0]!.hint, 'the fault has a hint')
    assert.deepEqual(
      jails.map((one) => one.name),
      ['good'],
    )
  })
}

test('all stock jails of the installed Fail2ban are read alike', { skip }, () => {
  const folder = join(root, 'stock')
  execFileSync('cp', ['-r', '/etc/fail2ban', folder])
  rmSync(join(folder, 'jail.d'), { recursive: true, force: true })
  write(folder, 'jail.d/on.local', '[DEFAULT]\nenabled = true\n')
  const theirs = dump(folder)
  const ours = loadConfiguration(withoutJournal(), [folder], {})
  assert.deepEqual(ours.faults, [])
  assert.deepEqual(
    ours.jails.map(({ name }) => name),
    Object.keys(theirs),
  )
  for (const jail of ours.jails) {
    // Their firewall actions are our built-in block, and no script.
    const { actions: _, ...rest } = theirs[jail.name]!
    const { actions: __, ...own } = plainOf(jail)
    assert.deepEqual(own, rest, jail.name)
  }
})

/** Where a host keeps a journal, jails whose syslog files are not there read that; Fail2ban 1.0 never does. */
function withoutJournal(): World {
  const world = realWorld()
  const stat: World['files']['stat'] = (path, options) =>
    /^\/(run|var)\/log\/journal/.test(path) ? undefined : world.files.stat(path, options)
  const list: World['files']['list'] = (path) => (/^\/(run|var)\/log\/journal/.test(path) ? [] : world.files.list(path))
  return { ...world, files: { ...world.files, stat, list } }
}

function base(put: (path: string, text: string) => void): void {
  put(
    'fail2ban.conf',
    '[Definition]\nloglevel = INFO\nlogtarget = STDOUT\nsyslogsocket = auto\nsocket = /tmp/s\npidfile = /tmp/p\ndbfile = None\ndbmaxmatches = 10\ndbpurgeage = 1d\n[Thread]\n',
  )
  put('log', '')
  put(
    'action.d/one.conf',
    '[Definition]\nactionstart = start <x> <y> <z> <Q> <q> <zz> <ip>\nactionban = ban <nest_<x2>> <name>\n[Init]\nx2 = un\nnest_un = NEST\nzz = %(z3)s\nz3 = z3d\n',
  )
  put('action.d/two.conf', '[INCLUDES]\nbefore = one.conf\n[Definition]\nactionban = %(known/actionban)s plus <x>\n')
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** What both programs say of a jail. */
interface Plain {
  readonly failregex: readonly string[]
  readonly ignoreregex: readonly string[]
  readonly prefregex: string
  readonly datepattern: string
  readonly maxlines: number
  readonly usedns: string
  readonly logencoding: string
  readonly logtimezone: string
  readonly journalmatch: readonly string[]
  readonly maxretry: number
  readonly maxmatches: number
  readonly ignoreip: readonly string[]
  readonly ignorecommand: string
  readonly actions: Readonly<Record<string, Readonly<Record<string, string>>>>
}

function plainOf({ filter, options, actions }: JailSettings): Plain {
  return {
    failregex: filter.failregex,
    ignoreregex: filter.ignoreregex,
    prefregex: filter.prefregex ?? '',
    datepattern: filter.datepattern ?? '',
    maxlines: filter.maxlines,
    usedns: filter.usedns,
    logencoding: filter.logencoding,
    logtimezone: filter.logtimezone ?? '',
    journalmatch: filter.journalmatch.map((line) => line.replaceAll(/["']/g, '')),
    maxretry: options.maxretry,
    maxmatches: options.maxmatches,
    ignoreip: options.ignoreip,
    ignorecommand: options.ignorecommand ?? '',
    actions: Object.fromEntries(actions.map(({ name, commands }) => [name, { ...commands.inet4 }])),
  }
}

/** The command stream that `-d` prints in Python's notation, by jail. */
function dump(folder: string): Record<string, Plain> {
  const out = execFileSync('fail2ban-client', ['-c', folder, '-d'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const script = 'import ast,json,sys\nprint(json.dumps([ast.literal_eval(l) for l in sys.stdin if l.strip()]))'
  const commands: unknown[][] = JSON.parse(execFileSync('python3', ['-c', script], { input: out, encoding: 'utf8' }))
  const jails: Record<string, Record<string, unknown> & { actions: Record<string, Record<string, string>> }> = {}
  for (const [verb, name, key, value, ...rest] of commands) {
    if (verb === 'add') jails[name as string] = { actions: {} }
    const jail = jails[name as string]
    if (!jail || (verb !== 'set' && verb !== 'multi-set')) continue
    if (key === 'addfailregex' || key === 'addignoreregex' || key === 'addignoreip')
      jail[key] = [...((jail[key] as string[]) ?? []), ...[value].flat(), ...rest]
    else if (key === 'addjournalmatch') jail[key] = [...((jail[key] as string[]) ?? []), [value, ...rest].join(' ')]
    else if (key === 'action') jail.actions[value as string] = commandsOf(rest[0] as [string, string][])
    else if (key !== 'addaction' && key !== 'addlogpath') jail[key as string] = value
  }
  return Object.fromEntries(Object.entries(jails).map(([name, jail]) => [name, theirPlain(jail)]))
}

function commandsOf(pairs: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([key]) => /^action(start|stop|check|ban|unban|flush|reload)$/.test(key)))
}

function theirPlain(jail: Record<string, unknown> & { actions: Plain['actions'] }): Plain {
  const list = (key: string) => (jail[key] as string[] | undefined) ?? []
  const text = (key: string, fallback = '') => (jail[key] as string | undefined) ?? fallback
  const maxretry = (jail['maxretry'] as number | undefined) ?? 3
  return {
    failregex: list('addfailregex'),
    ignoreregex: list('addignoreregex'),
    prefregex: text('prefregex'),
    datepattern: text('datepattern'),
    maxlines: Number(jail['maxlines'] ?? 1),
    usedns: text('usedns', 'warn'),
    logencoding: text('logencoding', 'auto'),
    logtimezone: text('logtimezone'),
    journalmatch: list('addjournalmatch'),
    maxretry,
    maxmatches: (jail['maxmatches'] as number | undefined) ?? maxretry,
    ignoreip: list('addignoreip'),
    ignorecommand: text('ignorecommand'),
    actions: jail.actions,
  }
}
