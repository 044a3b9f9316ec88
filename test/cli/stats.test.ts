/** `rampart stats`, typed: the article's tables from a list by way of a service, what is refused, and what stands in each format. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseAddress } from '../../src/base/address.ts'
import { openHistory } from '../../src/store/history.ts'
import { golden } from '../chart/golden.ts'
import { type Offer, service } from '../place/ipinfo/server.ts'
import { shuffled } from '../statistics/shuffled.ts'
import { ban, world } from '../store/folder.ts'
import { listOf } from './article-list.ts'
import { typed } from './typed.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-stats-'))
})
after(() => rmSync(folder, { recursive: true }))

function articleOf(by: 'country' | 'org' | 'city'): string {
  return golden(by)
    .map(({ count, label }) => `${String(count).padStart(7)} ${label}\n`)
    .join('')
}

const OFFERS: readonly (readonly [string, Offer['ways']])[] = [
  ['in batches', ['batch', 'json']],
  ['one by one', ['json']],
]
for (const by of ['country', 'org', 'city'] as const) {
  for (const [how, ways] of OFFERS) {
    test(`the article's table by ${by} comes back from its addresses, shuffled, asked for ${how}`, async (t) => {
      const { rows, lines } = listOf(by)
      const { url } = await service(t, rows, { ways })
      const words = [
        'stats',
        '--ips-file',
        '-',
        '--format',
        'article',
        '--by',
        by,
        '--geo',
        'ipinfo',
        '--ipinfo-url',
        url,
      ]
      const { code, out, err } = await typed([...words, '--history', folder], { input: [`${lines.join('\n')}\n`] })
      assert.equal(code, 0, err)
      assert.equal(out, articleOf(by))
    })
  }
}

test('the same address on many lines counts each, as the article does; with --unit ips once', async (t) => {
  const rows = Object.fromEntries(
    golden('country').map(({ label }, i) => [`11.0.0.${i}`, { ip: `11.0.0.${i}`, country: label }]),
  )
  const lines = golden('country').flatMap(({ count }, i) => new Array<string>(count).fill(`11.0.0.${i}`))
  const { url } = await service(t, rows, { ways: ['batch'] })
  const words = [
    'stats',
    '--ips-file',
    '-',
    '--format',
    'article',
    '--by',
    'country',
    '--geo',
    'ipinfo',
    '--ipinfo-url',
    url,
  ]
  const input = [shuffled(lines, 9).join('\r\n')]
  assert.equal((await typed([...words, '--history', folder], { input })).out, articleOf('country'))
  const once = await typed([...words, '--history', folder, '--unit', 'ips'], { input })
  assert.equal(once.out.split('\n').length, 66)
  assert.match(once.out, /^( {6}1 [A-Z]{2}\n){65}$/)
})

test('who names a mirror or a token wants ipinfo.io to be asked; with --geo offline nobody is', async (t) => {
  const { url, asked } = await service(t, { '11.0.0.1': { ip: '11.0.0.1', country: 'DE' } }, { ways: ['batch'] })
  const words = ['stats', '--ips-file', '-', '--by', 'country', '--format', 'article', '--history', folder]
  const input = ['11.0.0.1\n']
  assert.equal((await typed([...words, '--ipinfo-url', url, '--geo', 'offline'], { input })).code, 0)
  assert.deepEqual(asked, [])
  assert.equal((await typed([...words, '--ipinfo-url', url], { input })).out, '      1 DE\n')
  assert.deepEqual(asked, ['POST batch 1'])
})

test('what is no address, and what has no place, is a row and is told', async (t) => {
  const { url } = await service(t, { '11.0.0.1': { ip: '11.0.0.1', country: 'US' } }, { ways: ['batch'] })
  const words = [
    'stats',
    '--ips-file',
    '-',
    '--by',
    'country',
    '--geo',
    'ipinfo',
    '--ipinfo-url',
    url,
    '--history',
    folder,
  ]
  const input = ['11.0.0.1\nhello\n\n# nobody\n10.0.0.1\n11.0.0.9\n']
  const { out } = await typed(words, { input })
  assert.match(out, /4 lines, 3 different addresses, 1 country/)
  assert.match(out, /unknown +3 +75\.0 %/)
  assert.match(out, /unknown: 1 no address, 1 private, 1 of which the data says nothing/)
  const once = await typed([...words, '--unit', 'ips'], { input })
  assert.match(once.out, /\n4 different entries, 3 of them addresses, 1 country\n/)
  const drawn = await typed(['chart', 'bar', ...words.slice(1)], { input })
  assert.match(drawn.out, /Unknown: 1 no address, 1 private, 1 of which the data says nothing/)
})

describe('of a history', () => {
  const history = () => join(folder, 'history')
  before(async () => {
    const alive = setInterval(() => {}, 1000)
    const { clock, files } = world
    const now = clock.now()
    const kept = await openHistory({ folder: history(), clock, files, pid: process.pid })
    const HOUR = 3_600_000
    await kept.save({
      bans: [
        ban('11.0.0.1', { from: now - HOUR, until: undefined }),
        ban('11.0.0.1', { jail: 'web', from: now - HOUR, until: now + HOUR }),
        ban('11.0.0.2', { jail: 'web', from: now - 50 * HOUR, until: now - 49 * HOUR }),
        ban('2001:db8::/64', { jail: 'web', from: now - 2 * HOUR, until: undefined }),
      ],
      failures: [{ jail: 'web', network: parseAddress('11.0.0.2')!, time: now - 50 * HOUR, count: 5 }],
      traits: [
        { jail: 'web', time: now - 50 * HOUR, trait: 'path', value: '/.env', count: 2 },
        { jail: 'web', time: now - 50 * HOUR, trait: 'path', value: '', count: 2 },
      ],
    })
    await kept.close()
    clearInterval(alive)
  })

  const ROWS: readonly (readonly [words: string, ...shown: RegExp[]])[] = [
    [
      '--by jail',
      /2 addresses in force, 2 jails; an address may be in several/,
      /web +2 +100\.0 %/,
      /sshd +1 +50\.0 %/,
    ],
    ['--by jail --state all', /3 addresses banned, 2 jails/, /web +3/],
    ['--by jail --since 24h', /2 addresses banned, 2 jails/, /all jails · from \d{4}-\d\d-\d\d \d\d:\d\d to/],
    ['--by jail --unit bans --jail web', /3 bans of 3 addresses, 1 jail/, /jail web · from the beginning/],
    ['--by ip', /4 bans of 3 addresses/, /1 {2}11\.0\.0\.1 +2 +50\.0 %/],
    ['--by jail --unit failures', /5 failures of 1 address, 1 jail/, /by full hours/],
    [
      '--by path --unit failures',
      /5 failures of 1 address, 1 path\n/,
      /\/\.env +2 +40\.0 %/,
      /unknown: 2 others, too many to keep apart, 1 of which the history does not tell/,
    ],
    ['--by agent --unit failures', /5 failures of 1 address/, /unknown: 5 of which the history does not tell/],
    ['', /Statistics by country code\n[\s\S]*Statistics by organization\n[\s\S]*Statistics by city\n/],
    ['--by jail --to 24h', /1 address banned, 1 jail/],
    ['--by jail --state active --to 49.5h', /1 address in force, 1 jail/],
    ['--by class', /Statistics by class of network/],
    [
      '--by jail --format md -n 1',
      /## Statistics by jail\n\n2 addresses in force/,
      /\| 1 \| web \| 2 \| 100\.0 % \|/,
      /1 row not shown/,
    ],
  ]
  for (const [words, ...shown] of ROWS) {
    test(`stats ${words}`, async () => {
      const { code, out, err } = await typed(['stats', '--history', history(), ...words.split(' ').filter(Boolean)])
      assert.equal(code, 0, err)
      for (const part of shown) assert.match(out, part)
    })
  }

  test('as JSON', async () => {
    const { out } = await typed(['stats', '--history', history(), '--by', 'jail', '--format', 'json'])
    const { generated, tz, period, rows, ...rest } = JSON.parse(out)
    assert.deepEqual(rows, [
      { rank: 1, key: 'web', label: 'web', count: 2, share: 1 },
      { rank: 2, key: 'sshd', label: 'sshd', count: 1, share: 0.5 },
    ])
    assert.deepEqual(rest, {
      ...{
        by: 'jail',
        unit: 'ips',
        origin: 'history',
        filter: { jail: null, state: 'active' },
        source: null,
        sources: [],
      },
      ...{ total: 2, distinct: 2, overlaps: true, unknown: { count: 0, why: {} }, cut: { rows: 0, count: 0, ties: 0 } },
    })
    assert.deepEqual([period.from, period.to], [null, generated])
    assert.equal(tz, new Intl.DateTimeFormat().resolvedOptions().timeZone)
  })

  test('as CSV, a row for each, with what it counts', async () => {
    const { out } = await typed(['stats', '--history', history(), '--by', 'jail', '--format', 'csv'])
    const lines = out.split('\r\n')
    assert.equal(lines[0], 'by,unit,rank,key,label,count,share,from,to,data')
    assert.match(lines[1]!, /^jail,ips,1,web,web,2,1\.000000,,\d{4}-\d\d-\d\dT[\d:.]+Z,$/)
  })

  const REFUSED: readonly (readonly [words: string, code: 1 | 2, told: RegExp])[] = [
    ['--by path --unit failures --state active', 1, /failures are not in force, bans are/],
    ['--by jail --unit failures --state active', 1, /failures are not in force, bans are/],
    ['--by jail --unit lines', 1, /the history has no lines to count/],
    ['--by jail --jail nosuch', 1, /nothing of a jail "nosuch"\n {2}it knows sshd, web/],
    ['--by jail --since yesterday', 1, /"yesterday" is no time/],
    ['--by jail --from 1h --to 2h', 1, /1h is not before 2h/],
    ['--by jail --since 1h --from 2h', 2, /cannot be used with/],
    ['--by nothing', 2, /Allowed choices are/],
    ['--by jail -n 0', 2, /a number, or all/],
    ['--by jail --ips-file /nonexistent', 1, /\/nonexistent/],
    ['--by jail --ips-file -', 1, /a list of addresses cannot be counted by jail/],
    ['--by country --unit bans --ips-file -', 1, /a list of addresses says nothing of bans/],
    ['--by country --jail web --ips-file -', 1, /a list of addresses says nothing of jails/],
    ['--by country --since 1d --ips-file -', 1, /a list of addresses has no times/],
    ['--by country --to 1d --ips-file -', 1, /a list of addresses has no times/],
    ['--history /nonexistent', 1, /no guard has kept a history in \/nonexistent/],
  ]
  for (const [words, wanted, told] of REFUSED) {
    test(`stats ${words}: refused`, async () => {
      const { code, out, err } = await typed(['stats', '--history', history(), ...words.split(' ')])
      assert.equal(code, wanted, err)
      assert.match(err, told)
      assert.equal(out, '')
    })
  }

  test('a list in a file, without a history', async () => {
    writeFileSync(join(folder, 'list'), '11.0.0.1\n11.0.0.1\n11.0.0.2\n')
    const words = [
      'stats',
      '--history',
      '/nonexistent',
      '--ips-file',
      join(folder, 'list'),
      '--by',
      'ip',
      '--format',
      'article',
    ]
    const { out, err } = await typed(words)
    assert.equal(out, '      2 11.0.0.1\n      1 11.0.0.2\n')
    assert.match(err, /^rampart: 3 lines, 2 different addresses; counted /)
  })
})
