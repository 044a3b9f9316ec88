/** `rampart report`, from a history that the guard's own writer has written to the page, and to its numbers. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { amount } from '../../src/chart/amount.ts'
import type { Terminal } from '../../src/cli/print.ts'
import { type ReportOptions, report } from '../../src/cli/rampart/report/report.ts'
import type { Setting } from '../../src/cli/setting.ts'
import type { Ban } from '../../src/jail/ban.ts'
import { openHistory } from '../../src/store/history.ts'
import { realWorld } from '../../src/world/real.ts'
import { checkHtml } from './check-html.ts'
import { PATHS, writeHistory } from './history.ts'

const world = realWorld()
const folder = mkdtempSync(join(tmpdir(), 'rampart-report-'))
const history = join(folder, 'history')
const JAILS = ['nginx-4xx', 'sshd', 'nginx-botsearch']
const ADDRESSES = [
  ...Array.from({ length: 300 }, (_, i) => `203.0.113.${i % 254}`).slice(0, 250),
  ...Array.from({ length: 60 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
]
let bans: readonly Ban[] = []

before(async () => {
  bans = await writeHistory(world, history, { addresses: ADDRESSES, jails: JAILS, days: 3, often: [9, 4, 2] })
})
after(() => rmSync(folder, { recursive: true }))

async function run(options: Partial<ReportOptions>) {
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
  const setting = { world, terminal, version: '0.0.0', programs: folder, stockFolder: folder } as unknown as Setting
  const code = await report(setting, { out: '-', geo: 'offline', history, ...options })
  return { code, out, err }
}

test("the page's numbers are those of the history", async () => {
  const { code, out } = await run({ state: 'all' })
  assert.equal(code, 0)
  const { faults, text } = checkHtml(out)
  assert.deepEqual(faults, [])
  const addresses = new Set(bans.map(({ network }) => network.text))
  assert.equal(addresses.size, 310)
  assert.ok(
    follows(text, amount(addresses.size), 'addresses banned') ||
      follows(text, 'addresses banned', amount(addresses.size)),
  )
  for (const jail of JAILS) {
    const own = new Set(bans.filter((ban) => ban.jail === jail).map(({ network }) => network.text))
    assert.ok(follows(text, jail, `${amount(own.size)} addresses`), jail)
    for (const address of own) assert.ok(text.includes(address), address)
  }
  for (const [address, often] of [
    ['203.0.113.0', '9'],
    ['203.0.113.1', '4'],
    ['203.0.113.2', '2'],
  ] as const) {
    assert.ok(follows(text, address, 'unknown', 'unknown', often), address)
  }
})

test('what was asked for stands in it, escaped', async () => {
  const { out } = await run({ state: 'all' })
  const { elements, text } = checkHtml(out)
  assert.equal(elements.get('script'), undefined)
  const first = bans.filter(({ jail, matches }) => jail !== 'sshd' && matches[0]!.includes(`GET ${PATHS[0]!} `)).length
  assert.ok(follows(text, PATHS[0]!, amount(first)), 'the first path')
  assert.ok(text.includes('<img src=x onerror=alert(1)>'))
})

test('Markdown says the same', async () => {
  const { out } = await run({ state: 'all', format: 'md' })
  assert.match(out, /\| 310 \| addresses banned \|/)
  assert.match(out, /\| `203\.0\.113\.0` \| unknown \| unknown \| 9 \|/)
})

test('a list of addresses is a page of its own, without times and jails', async () => {
  const list = join(folder, 'list')
  writeFileSync(list, '192.0.2.1\n192.0.2.1\n\u202egarbage\n')
  const { out } = await run({ ipsFile: list })
  const { faults, text } = checkHtml(out)
  assert.deepEqual(faults, [])
  assert.doesNotMatch(out, /id="(?:time|jails|repeat|addresses)"/)
  assert.ok(follows(text, 'lines of the list', '3'))
})

test('the file is written whole, for whom the umask lets read, and its size told', async () => {
  const path = join(folder, 'page.html')
  const { out, code } = await run({ out: path, title: 'A <title>' })
  assert.equal(code, 0)
  assert.match(out, /page\.html: 310 addresses, 0 countries; \d+ KB\n$/)
  assert.equal(statSync(path).mode & 0o777, 0o666 & ~process.umask())
  assert.match(readFileSync(path, 'utf8'), /<h1>A &lt;title&gt;<\/h1>/)
})

/** A change of the options, and the Fault. */
const faults: readonly (readonly [string, () => Partial<ReportOptions>, string])[] = [
  ['a name that says nothing', () => ({ out: join(folder, 'page.txt') }), 'report.format'],
  ['a pipe', () => ({ out: pipe(), format: 'html' }), 'cli.no-file'],
  ['a folder', () => ({ out: folder, format: 'md' }), 'cli.no-file'],
  ['a jail that nobody knows', () => ({ jail: 'nosuch' }), 'statistics.no-such-jail'],
  ['no history', () => ({ history: join(folder, 'none') }), 'statistics.no-history'],
]

for (const [name, options, code] of faults) {
  test(`${name} is the Fault ${code}`, () => assert.rejects(run(options()), { code }))
}

test('a link to a file is not taken for a device', async () => {
  symlinkSync('page.md', join(folder, 'link.md'))
  assert.equal((await run({ out: join(folder, 'link.md') })).code, 0)
})

function pipe(): string {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

/** Whether these stand one behind the other, each a whole text of an element. */
function follows(text: string, ...words: readonly string[]): boolean {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.some((_, i) => words.every((word, j) => lines[i + j] === word))
}

test('paths and agents are those of all failures where the history tells of more of them than of bans', async () => {
  const other = join(folder, 'counted')
  await writeHistory(world, other, { addresses: ['203.0.113.1'], jails: ['nginx-4xx'], days: 1 })
  const kept = await openHistory({ folder: other, clock: world.clock, files: world.files, pid: process.pid })
  const of = { jail: 'nginx-4xx', time: world.clock.now() } as const
  await kept.save({
    failures: [{ ...of, network: parseNetwork('203.0.113.1')!, count: 4321 }],
    traits: [
      { ...of, trait: 'path', value: '/"><script>alert(2)</script>', count: 4000 },
      { ...of, trait: 'agent', value: 'curl/8', count: 1234 },
    ],
  })
  await kept.close()
  const { out } = await run({ history: other })
  const { faults, text } = checkHtml(out)
  assert.deepEqual(faults, [])
  assert.match(text, /Paths and user agents of all failures, banned for or not/)
  assert.ok(follows(text, '/"><script>alert(2)</script>', amount(4000)), 'the path')
  assert.ok(follows(text, 'curl/8', amount(1234)), 'the agent')
})
