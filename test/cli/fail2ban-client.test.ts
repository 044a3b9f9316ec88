/** `fail2ban-client` without a server: the same command lines to the installed one and to ours. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import type { PythonValue } from '../../src/base/python-repr.ts'
import { fail2banClient } from '../../src/cli/fail2ban-client/fail2ban-client.ts'
import { pretty } from '../../src/cli/fail2ban-client/pretty.ts'
import { type Typed, typedTo } from './typed.ts'

const installed = spawnSync('fail2ban-client', ['--version']).status === 0
const skip = installed ? false : 'Fail2ban is not installed'
const root = mkdtempSync(join(tmpdir(), 'rampart-client-'))
after(() => rmSync(root, { recursive: true }))

const LONG = Array.from({ length: 60 }, (_, i) => `word${i} <HOST> "quoted" 'text' ${'x'.repeat(i)}`).join(' ')
const SERVER = '[Definition]\nloglevel = INFO\nlogtarget = STDOUT\n'
folder('good', {
  'fail2ban.conf': `${SERVER}[Thread]\nstacksize = 0\n`,
  'jail.conf': `[a]\nenabled = true\nfilter = f\naction = c[x="1"]\nlogpath = ${root}/good/log\nignorecommand = ${LONG}\n`,
  'filter.d/f.conf': `[Definition]\nfailregex = ^<HOST>\n  ^${LONG}\n  ^${'y'.repeat(1200)}\n`,
  'action.d/c.conf': `[Definition]\nactionban = ban <ip>\n   ${LONG}\n\n   end\n`,
  log: '',
})
folder('skipped', { 'fail2ban.conf': SERVER, 'jail.conf': '[a]\nenabled=1\nfilter=nope\n[b]\nenabled=1\n' })
folder('all-skipped', { 'fail2ban.conf': SERVER, 'jail.conf': '[a]\nenabled=1\naction=nope["x]\n' })
folder('empty', { 'fail2ban.conf': SERVER })
folder('no-log', { 'fail2ban.conf': SERVER, 'jail.conf': '[a]\nenabled=1\nlogpath=/nowhere/x\n' })
folder('loud', { 'fail2ban.conf': '[Definition]\nloglevel = LOUD\n', 'jail.conf': '[a]\nenabled=1\n' })

/** The folder before the words. */
const SAME = [
  ...['good -d', 'good --dp', 'good --dump-pretty', 'good -t', 'good -dt', 'good -d -t', 'good --test', 'good -d foo'],
  ...['good -d --loglevel DEBUG', 'good -d --logtarget=SYSLOG --syslogsocket /x', 'good -s /s -p /p --pname n -dvvv'],
  ...['good -d --loglevel 7', 'good -q -d', 'good --dum', 'good -qqt', 'good -d --timeout 1m', 'good -xd'],
  ...['skipped -d', 'skipped --dp', 'skipped -t', 'skipped -dt', 'all-skipped -d', 'all-skipped -t'],
  ...['empty -d', 'empty -t', 'no-log -d', 'no-log -dt'],
  ...['good -V', 'good --version', 'good --str2sec 1h', 'good --str2sec=1y', 'good -d -V', 'good --str2sec 1.5'],
]
for (const line of SAME) {
  test(`${line}: the same output and exit code`, { skip }, async () => {
    const [name, ...words] = line.split(' ')
    const given = ['-c', join(root, name!), ...words]
    const { stdout, status } = spawnSync('fail2ban-client', given, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const { out, code } = await run(given)
    assert.deepEqual({ out, code }, { out: stdout, code: status })
  })
}

/** Both refuse, in words of their own. */
const REFUSED: readonly (readonly [line: string, told: RegExp])[] = [
  ['good -Z', /no such option/],
  ['good -s', /no such option/],
  ['good --t', /no such option/],
  ['good --str2sec 1x', /"x" is no unit/],
  ['nowhere -d', /Base configuration directory .* does not exist/],
  ['loud -d', /LOUD/],
  ['loud -t', /LOUD/],
  ['good -d --loglevel LOUD', /LOUD/],
]
for (const [line, told] of REFUSED) {
  test(`${line}: both end with 255`, { skip }, async () => {
    const [name, ...words] = line.split(' ')
    const given = ['-c', join(root, name!), ...words]
    const { status } = spawnSync('fail2ban-client', given, { stdio: 'ignore' })
    const { out, err, code } = await run(given)
    assert.deepEqual([code, status], [255, 255])
    assert.match(out + err, told)
  })
}

test('a missing log is pending, for -t too', async () => {
  const { out, err, code } = await run(['-c', join(root, 'no-log'), '-t'])
  assert.deepEqual([out, code], ['OK: configuration test is successful\n', 0])
  assert.match(err, /no file is there for \/nowhere\/x/)
})

test('what keeps a jail from running, or spares nobody, is told by -t too, with its place', async () => {
  folder('unfit', {
    'fail2ban.conf': SERVER,
    'jail.conf':
      '[DEFAULT]\nenabled=1\n[a]\nfilter=open\n[b]\nfilter=whom\n[c]\nfilter=good\nlogencoding=bogus\n[d]\nfilter=good\nignoreip=1.2.3.4/99\n',
    'filter.d/open.conf': '[Definition]\nfailregex = ^fail( <HOST>$\n',
    'filter.d/whom.conf': '[Definition]\nfailregex = ^fail$\n',
    'filter.d/good.conf': '[Definition]\nfailregex = ^fail <HOST>$\n',
  })
  const { out, err, code } = await run(['-c', join(root, 'unfit'), '-t'])
  assert.deepEqual([out, code], ['OK: configuration test is successful\n', 0])
  for (const [place, what] of [
    ['open.conf:2', 'jail a: .* without its \\)'],
    ['whom.conf:2', 'jail b: .* cannot tell whom to ban'],
    ['jail.conf:9', 'jail c: no encoding is named'],
    ['jail.conf:12', 'jail d: 1.2.3.4/99 in ignoreip is no address'],
  ]) {
    assert.match(err, new RegExp(`^WARNING .*${place}: ${what}`, 'm'))
  }
})

test('every fault at once, with its place; the jail without one stands', async () => {
  folder('faults', {
    'fail2ban.conf': SERVER,
    'jail.conf':
      '[DEFAULT]\nenabled=1\n[a]\nmaxretry=%(x)s\nmaxretyr=1\n[b]\nfilter=f\n[c]\nbantime=50%\n[d]\nmaxretry=3\n',
    'filter.d/f.conf': '[Definition]\nfailregex=<y>\ny=<z>\nz=<y>\n',
  })
  const { out, err, code } = await run(['-c', join(root, 'faults'), '-d'])
  assert.equal(code, 255)
  assert.match(out, /^\['set', 'd', 'maxretry', 3\]$/m)
  assert.deepEqual(
    [...out.matchAll(/'config-error', "Jail '(.)'/g)].map(([, name]) => name),
    ['a', 'b', 'c'],
  )
  for (const place of ['jail.conf:4', 'jail.conf:9', 'f.conf:']) assert.ok(err.includes(place), place)
  assert.match(err, /did you mean maxretry/)
})

test('a command for a server that is not there: told with the path, and 255', async () => {
  const { out, err, code } = await run(['-c', join(root, 'good'), '-s', join(root, 'no.sock'), 'status', 'sshd'])
  assert.deepEqual([out, code], ['', 255])
  assert.match(
    err,
    /^[-\d]{10} [\d:,]{12} fail2ban {16}\[\d+\]: ERROR {3}Failed to access socket path: \/.*no\.sock\. Is/,
  )
})

test('long values over several lines, as Python prints them', { skip: hasPython() }, () => {
  const texts = [
    LONG,
    `a\n${LONG}\r\n\n`,
    'z'.repeat(1500),
    ` ${LONG.slice(0, 970)}`,
    '\u2028é😀 '.repeat(150),
    `${'w '.repeat(500)}\t`,
  ]
  const values: PythonValue[] = texts.flatMap((text) => [
    [text],
    text,
    [
      'set',
      'x',
      [
        ['k', text],
        ['l', 5],
      ],
    ],
    [[[text, text]], undefined],
  ])
  const json = JSON.stringify(values)
  const script =
    'import json,sys,pprint\nprint(json.dumps([pprint.pformat(v,width=1000,indent=2) for v in json.load(sys.stdin)]))'
  const theirs = JSON.parse(execFileSync('python3', ['-c', script], { input: json, encoding: 'utf8' }))
  assert.deepEqual(values.map(pretty), theirs)
})

function hasPython(): string | false {
  return spawnSync('python3', ['--version']).status === 0 ? false : 'Python is not installed'
}

function run(words: readonly string[]): Promise<Typed> {
  return typedTo(fail2banClient, words)
}

function folder(name: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true })
    writeFileSync(join(root, name, path), text)
  }
}
