/** `rampart jail test` over logs of every kind; nothing but files is touched. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Tested } from '../../src/cli/rampart/jail/try-jail.ts'
import { typed } from './typed.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-jail-test-'))
after(() => rmSync(folder, { recursive: true }))

const REMOTE = '/lib/systemd/systemd-journal-remote'
const noJournal = existsSync(REMOTE) && existsSync('/usr/bin/journalctl') ? false : 'no systemd-journal-remote here'
const DAY = Date.UTC(2026, 9, 1)

/** A jail that bans at the third failure within ten minutes, for ten. */
function jail(options = ''): string {
  const config = join(folder, 'etc')
  mkdirSync(join(config, 'filter.d'), { recursive: true })
  writeFileSync(
    join(config, 'filter.d/x.conf'),
    '[Definition]\nfailregex = ^ bad <ADDR>$\n  ^ odd <F-ID>\\S+</F-ID>$\n',
  )
  const section = 'filter = x\nmaxretry = 3\nfindtime = 10m\nbantime = 10m\nignoreip = 192.0.2.200\n'
  writeFileSync(join(config, 'jail.local'), `[x]\n${section}logpath = ${folder}/own*.log\n${options}`)
  return config
}

function written(name: string, lines: readonly (readonly [minute: number, text: string])[]): string {
  const path = join(folder, name)
  const text = lines.map(([minute, what]) => `${new Date(DAY + minute * 60_000).toISOString()} ${what}\n`).join('')
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

async function tested(words: readonly string[], options?: string): Promise<Tested> {
  const { out, err } = await typed(['jail', 'test', 'x', ...words, '--config', jail(options), '--json'])
  assert.equal(err, '')
  return JSON.parse(out) as Tested
}

const bansOf = ({ bans }: Tested) =>
  bans.map(
    ({ address, at, until }) => `${address} ${(at - DAY) / 60_000} ${until === null ? '-' : (until - at) / 60_000}`,
  )

test('three in ten minutes are banned at the third, and again when that is over', async () => {
  const log = written(
    'a.log',
    [0, 1, 2, 5, 20, 21, 22].map((minute) => [minute, 'bad 198.51.100.1']),
  )
  const told = await tested([log])
  assert.deepEqual(bansOf(told), ['198.51.100.1 2 10', '198.51.100.1 22 10'])
  assert.deepEqual(told.logs, [{ log, lines: 7, matched: 7, ignored: 0, failures: 7 }])
  assert.deepEqual(
    told.addresses.map(({ address, failures, bans }) => [address, failures, bans]),
    [['198.51.100.1', 7, 2]],
  )
})

test('bans grow where they are to, and who was banned before gets fewer tries', async () => {
  const log = written(
    'b.log',
    [0, 1, 2, 20, 21, 22].map((minute) => [minute, 'bad 198.51.100.1']),
  )
  assert.deepEqual(bansOf(await tested([log], 'bantime.increment = true\n')), [
    '198.51.100.1 2 10',
    '198.51.100.1 21 20',
  ])
})

test('two logs count together, by their times; one of them is packed', async () => {
  const log = written('c.log', [
    [2, 'bad 198.51.100.1'],
    [0, 'bad 198.51.100.1'],
  ])
  const packed = written('c.log.1.gz', [[1, 'bad 198.51.100.1']])
  assert.deepEqual(bansOf(await tested([log, packed])), ['198.51.100.1 2 10'])
})

test('the spared, names and what is no address are counted, and banned by nobody', async () => {
  const log = written('d.log', [
    ...[0, 1, 2].map((minute) => [minute, 'bad 192.0.2.200'] as const),
    ...[0, 1, 2].map((minute) => [minute, 'bad 127.0.0.1'] as const),
    ...[0, 1, 2, 3].map((minute) => [minute, 'odd \x1b[2J'] as const),
  ])
  const told = await tested([log])
  assert.deepEqual([bansOf(told), told.nameless], [[], 4])
  assert.deepEqual(told.addresses.map(({ spared }) => spared).sort(), [
    '192.0.2.200 stands in ignoreip of x',
    'it is an address of this host',
  ])
  const { out } = await typed(['jail', 'test', 'x', log, '--config', jail()], { columns: 80 })
  assert.match(out, /4 failures of what is no address: nobody would be banned for them\n/)
  assert.match(out, /0 would have been banned, of 2 that failed\n$/)
})

test('a network of IPv6 is banned for its crowd', async () => {
  const lines = Array.from({ length: 12 }, (_, i) => [i / 60, `bad 2001:db8::${i + 1}`] as const)
  const told = await tested([written('e.log', lines)], 'banaction = nftables\naction = nftables\n')
  assert.deepEqual(
    told.bans.map(({ address }) => address),
    ['2001:db8::/64'],
  )
})

test("the jail's own logs, by their pattern; none there is a fault", async () => {
  assert.match(
    (await typed(['jail', 'test', 'x', '--config', jail()])).err,
    /no log of jail x is there: .*own\*\.log\n/,
  )
  written(
    'own1.log',
    [0, 1, 2].map((minute) => [minute, 'bad 198.51.100.1']),
  )
  written(
    'own2.log',
    [0, 1].map((minute) => [minute, 'bad 198.51.100.2']),
  )
  const told = await tested([])
  assert.deepEqual([told.logs.length, bansOf(told)], [2, ['198.51.100.1 2 10']])
})

test('a jail without an expression, and one with a bad one, is a fault', async () => {
  const config = jail('[y]\nfilter =\nlogpath = /x\n[z]\nfilter =\nfailregex = (<HOST>\n')
  for (const [name, err] of [
    ['y', /jail y has no expressions/],
    ['z', /^rampart: .*\(/],
  ] as const) {
    const done = await typed(['jail', 'test', name, written('f.log', [[0, 'x']]), '--config', config])
    assert.equal(done.code, 2)
    assert.match(done.err, err)
  }
})

test('a journal is read to its end', { skip: noJournal }, async () => {
  const path = join(folder, 'x.journal')
  const entry = (minute: number) =>
    `__REALTIME_TIMESTAMP=${(DAY + minute * 60_000) * 1000}\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=sshd\n_PID=4\n_SYSTEMD_UNIT=ssh.service\nMESSAGE=Failed password for root from 198.51.100.7 port 4000 ssh2\n\n`
  execFileSync(REMOTE, ['--output', path, '-'], { input: [0, 1, 2, 3, 4].map(entry).join('') })
  const config = jail(`[sshd]\nlogpath = /x\nbackend = systemd[journalfiles="${path}"]\n`)
  const { out } = await typed(['jail', 'test', 'sshd', '--config', config, '--json'])
  const told = JSON.parse(out) as Tested
  assert.deepEqual(
    [told.logs, bansOf(told).length],
    [[{ log: 'journal', lines: 5, matched: 5, ignored: 0, failures: 5 }], 1],
  )
})
