/** `rampart bans`: the table at several widths, moments, and what the history tells where no guard runs. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import type { BanRow } from '../../src/cli/rampart/bans/gather.ts'
import { printBans } from '../../src/cli/rampart/bans/print-bans.ts'
import { parseSince } from '../../src/cli/since.ts'
import type { Ban } from '../../src/jail/ban.ts'
import { openHistory } from '../../src/store/history.ts'
import { realWorld } from '../../src/world/real.ts'
import { typed } from './typed.ts'

const NOW = new Date(2026, 10, 23, 12, 0, 0).getTime()
const MINUTE = 60_000
const ROW: BanRow = {
  ...{ address: '192.0.2.7', jail: 'sshd', from: NOW - 90 * MINUTE, until: NOW + 30 * MINUTE, ended: null },
  ...{ endedBy: null, failures: 5, count: 2, origin: 'filter', state: 'active', country: null },
}
const ROWS: readonly BanRow[] = [
  ROW,
  { ...ROW, address: '2001:db8:1111:2222:3333:4444:5555:6666', until: null, origin: 'manual', failures: 0, count: 1 },
  { ...ROW, address: '198.51.100.0/24', state: 'pending' },
  { ...ROW, from: NOW - 48 * 60 * MINUTE, ended: NOW - 47 * 60 * MINUTE, endedBy: 'time', state: 'over' },
  { ...ROW, jail: 'a\x1b[2J', ended: NOW - MINUTE, endedBy: 'manual', state: 'over' },
]

function printed(rows: readonly BanRow[], columns?: number): string {
  const parts: string[] = []
  const terminal = { out: (text: string) => void parts.push(text), err() {}, colour: false, columns }
  printBans(terminal, rows, { now: NOW, credit: 'Data by X' })
  return parts.join('')
}

const TABLE = `\
address                                 jail      since                ends                       failures  bans  by
192.0.2.7                               sshd      10:30:00             in 30m                            5     2  failures
2001:db8:1111:2222:3333:4444:5555:6666  sshd      10:30:00             never                             0     1  hand
198.51.100.0/24                         sshd      10:30:00             in 30m, pending                   5     2  failures
192.0.2.7                               sshd      2026-11-21 12:00:00  2026-11-21 13:00:00, over         5     2  failures
192.0.2.7                               a\\x1b[2J  10:30:00             11:59:00, lifted by hand          5     2  failures
`

describe('the table', () => {
  test('of all that is known where nothing limits it', () => {
    assert.equal(printed(ROWS), TABLE)
  })
  for (const columns of [40, 60, 80, 100, 120, 160]) {
    test(`fits ${columns} columns where an address does, and cuts none`, () => {
      const lines = printed(ROWS, columns).trimEnd().split('\n')
      assert.equal(lines.length, ROWS.length + 2)
      assert.equal(lines.at(-1), '5 bans')
      for (const [index, { address }] of ROWS.entries()) assert.ok(lines[index + 1]!.startsWith(address))
      if (columns >= 80) for (const line of lines) assert.ok(line.length <= columns, line)
    })
  }
  test('with the countries that are known, and whose data that is', () => {
    const lines = printed([{ ...ROW, country: 'DE' }, ROW], 100).split('\n')
    assert.deepEqual(lines, [
      'address    country  jail  since     ends    failures  bans  by',
      '192.0.2.7  DE       sshd  10:30:00  in 30m         5     2  failures',
      '192.0.2.7  -        sshd  10:30:00  in 30m         5     2  failures',
      '2 bans (countries: Data by X)',
      '',
    ])
  })
  test('of nobody', () => assert.equal(printed([]), 'nobody is banned\n'))
})

describe('moments', () => {
  const rows: readonly [text: string, time: number | undefined][] = [
    ['2h', NOW - 120 * MINUTE],
    ['1d12h', NOW - 36 * 60 * MINUTE],
    ['2026-11-22', new Date(2026, 10, 22).getTime()],
    ['2026-11-22 14:30', new Date(2026, 10, 22, 14, 30).getTime()],
    ['2026-11-22T14:30:05Z', Date.UTC(2026, 10, 22, 14, 30, 5)],
    ['-1', undefined],
    ['2026-13-45', undefined],
    ['2026-02-30', undefined],
    ['2026-11-31 10:00', undefined],
    ['2024-02-29', new Date(2024, 1, 29).getTime()],
    ['yesterday', undefined],
    ['', undefined],
    ['\x1b[2J', undefined],
  ]
  for (const [text, time] of rows) {
    test(`${JSON.stringify(text)} ${time === undefined ? 'is none' : 'is one'}`, () => {
      if (time === undefined) assert.throws(() => parseSince(text, NOW), { name: 'Fault', code: 'cli.bad-time' })
      else assert.equal(parseSince(text, NOW), time)
    })
  }
})

describe('without a guard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bans-'))
  const world = realWorld()
  const now = world.clock.now()
  after(() => rmSync(folder, { recursive: true }))

  before(async () => {
    const history = await openHistory({ folder, clock: world.clock, files: world.files, pid: 1 })
    const ban = (address: string, of: Partial<Ban> = {}): Ban => ({
      ...{ jail: 'sshd', network: parseNetwork(address)!, from: now - 60 * MINUTE, until: now + MINUTE, failures: 3 },
      ...{ count: 1, matches: ['a line'], origin: 'filter' as const, ...of },
    })
    const bans = [
      ban('192.0.2.1'),
      ban('192.0.2.2', { until: undefined, from: now - 5 * MINUTE, origin: 'manual', jail: 'manual' }),
      ban('192.0.2.3', { until: now - MINUTE }),
      ban('192.0.2.4', { from: now - 30 * MINUTE }),
    ]
    await history.save({ bans })
    const ends = [{ jail: 'sshd', network: parseNetwork('192.0.2.4')!, at: now - 2 * MINUTE, by: 'manual' }]
    await history.save({ ends })
    await history.close()
  })

  const HERE = ['bans', '--history', folder, '--socket', join(folder, 'none')]
  const rows: readonly [sentence: string, words: readonly string[], addresses: readonly string[]][] = [
    ['those that come back, newest first', [], ['192.0.2.2 kept null', '192.0.2.1 kept null']],
    ['of one jail', ['--jail', 'sshd'], ['192.0.2.1 kept null']],
    ['since then', ['--since', '10m'], ['192.0.2.2 kept null']],
    [
      'all of them, with what ended each',
      ['--state', 'all'],
      ['192.0.2.2 kept null', '192.0.2.4 over manual', '192.0.2.1 kept null', '192.0.2.3 over time'],
    ],
  ]
  for (const [sentence, words, addresses] of rows) {
    test(sentence, async () => {
      const { code, out } = await typed([...HERE, ...words, '--json'])
      assert.equal(code, 0)
      const told = JSON.parse(out) as { guard: string; bans: BanRow[] }
      assert.equal(told.guard, 'absent')
      assert.deepEqual(
        told.bans.map(({ address, state, endedBy }) => `${address} ${state} ${endedBy}`),
        addresses,
      )
    })
  }
  test('it is told that none runs, beside the table', async () => {
    const { out, err } = await typed(HERE)
    assert.match(err, /^rampart: no guard is running: /)
    assert.match(out, /^address .*\n192\.0\.2\.2 .*never, kept.*\n192\.0\.2\.1 .*in 1m, kept .*\n$/)
  })
  test('JSON has every name in every row', async () => {
    const { out } = await typed([...HERE, '--json'])
    const { bans } = JSON.parse(out) as { bans: object[] }
    const names = [
      'address',
      'jail',
      'from',
      'until',
      'ended',
      'endedBy',
      'failures',
      'count',
      'origin',
      'state',
      'country',
    ]
    for (const ban of bans) assert.deepEqual(Object.keys(ban), names)
  })
  const wrong: readonly [sentence: string, words: readonly string[], code: number, err: RegExp][] = [
    ['a jail that never was', ['--jail', 'x'], 1, /there is no jail "x"\n {2}in the history are: manual, sshd\n/],
    ['no history', ['--history', '/nowhere'], 1, /there is no history in \/nowhere\n {2}start it/],
    ['no country', ['--country', 'Germany'], 1, /"Germany" is no code of a country\n {2}two letters/],
    ['a code of none', ['--country', 'QQ'], 1, /"QQ" is no code of a country/],
    ['no state', ['--state', 'x'], 2, /active, all/],
  ]
  for (const [sentence, words, code, err] of wrong) {
    test(`${sentence}: told`, async () => {
      const done = await typed([...HERE, ...words])
      assert.equal(done.code, code)
      assert.match(done.err, err)
    })
  }
})
