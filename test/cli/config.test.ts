/** `rampart config check` as a person and a program see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Terminal } from '../../src/cli/print.ts'
import { check, printLinted } from '../../src/cli/rampart/config.ts'
import type { Setting } from '../../src/cli/setting.ts'
import type { Finding } from '../../src/config/lint/finding.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const FILES: Readonly<Record<string, string>> = {
  '/stock/jail.conf': '[DEFAULT]\nusedns = no\nbantime = 1h\n',
  '/stock/filter.d/good.conf': '[Definition]\nfailregex = ^app: <ADDR>$\n',
  '/good/jail.local': '[good]\nenabled = true\nfilter = good\nlogpath = /var/log/app.log\n',
  '/bad/jail.local': '[bad]\nenabled = true\nfilter = good\nlogpath = /var/log/none.log\n',
  '/open/jail.local': '[x]\nenabled = true\nfilter = x\nlogpath = /var/log/app.log\n',
  '/open/filter.d/x.conf': '[Definition]\nfailregex = ^app: login of .* from <ADDR> \n',
  '/var/log/app.log': '',
}

async function run(
  words: { config: readonly string[]; names?: readonly string[]; json?: boolean },
  optional: readonly string[] = [],
) {
  const world = fakeWorld()
  for (const [path, text] of Object.entries(FILES)) world.put(path, text)
  let [out, err] = ['', '']
  const terminal: Terminal = {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    colour: false,
    columns: 80,
  }
  const setting = { world, terminal, stockFolder: '/stock' } as unknown as Setting
  const { config, names = [], json = false } = words
  const code = await check(setting, names, { config, json, logs: true }, optional)
  return { code, out, err }
}

const CODES: readonly (readonly [string, Parameters<typeof run>[0], readonly string[], number])[] = [
  ['a configuration without fault', { config: ['/good'] }, [], 0],
  ['a warning', { config: ['/bad'] }, [], 1],
  ['hints alone', { config: ['/open'] }, [], 0],
  ['a folder that is not there', { config: ['/nowhere'] }, [], 2],
  ['a folder that need not be there', { config: ['/good', '/nowhere'] }, ['/nowhere'], 0],
  ['a filter alone', { config: ['/good'], names: ['good'] }, [], 0],
  ['a name of nothing', { config: ['/good'], names: ['nosuch'] }, [], 2],
]

for (const [name, words, optional, code] of CODES) {
  test(`the exit code of ${name} is ${code}`, async () => {
    assert.equal((await run(words, optional)).code, code)
  })
}

test('JSON has stable names', async () => {
  const { out } = await run({ config: ['/bad'], json: true })
  const { findings, ...rest } = JSON.parse(out)
  assert.deepEqual(rest, { jails: ['bad'], filters: [], errors: 0, warnings: 1, hints: 0 })
  const { why, better, ...finding } = findings[0]
  assert.deepEqual(finding, {
    code: 'lint.no-log',
    severity: 'warning',
    jail: 'bad',
    file: '/bad/jail.local',
    line: 4,
    message: 'jail bad: there is no log /var/log/none.log',
    source: { text: 'logpath = /var/log/none.log', from: 10, to: 27 },
  })
  assert.ok(why && better)
})

const FINDING: Finding = {
  code: 'lint.x',
  severity: 'error',
  at: { file: '/etc/fail2ban/filter.d/x.conf', line: 7 },
  message: 'jail x: something that is told in more words than fit into one line of a terminal',
  why: 'It matters.',
  source: { text: `^${'a'.repeat(60)}.*${'b'.repeat(60)}<HOST>`, from: 61, to: 63 },
  example: { line: 'a line \x1b[31m of an attacker', does: 'counts' },
  write: 'failregex = ^x <HOST>',
}

test('a long expression is cut around what is meant, and the caret stands below it', () => {
  const terminal = { out: () => {}, err: () => {}, colour: false, columns: 60 }
  assert.equal(
    printLinted(terminal, { findings: [FINDING], jails: ['x'], filters: [] }),
    `/etc/fail2ban/filter.d/x.conf
    7  error: jail x: something that is told in more words
       than fit into one line of a terminal [lint.x]
       …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.*bbbbbbbbbbbbbbbb…
                                         ^^
       It matters.
       such as  a line \\x1b[31m of an attacker
                → counts
       write    failregex = ^x <HOST>

1 jail: 1 error
`,
  )
})

test('colour adds nothing but colour', () => {
  const plain = { out: () => {}, err: () => {}, colour: false, columns: 80 }
  const linted = { findings: [FINDING], jails: [], filters: ['x'] }
  const coloured = printLinted({ ...plain, colour: true }, linted)
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), printLinted(plain, linted))
})
