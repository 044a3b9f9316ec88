/** `rampart chart`: what is counted is what is drawn, in each format, and what cannot be drawn is told. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { escaped } from '../../src/chart/markup.ts'
import { svg } from '../../src/chart/svg.ts'
import { barsOf } from '../../src/cli/rampart/chart/bars-of.ts'
import { worldOf } from '../../src/cli/rampart/chart/world-of.ts'
import { countryName } from '../../src/place/country-names.ts'
import { realWorld } from '../../src/world/real.ts'
import { plain, texts } from '../chart/drawn.ts'
import { golden } from '../chart/golden.ts'
import { service } from '../place/ipinfo/server.ts'
import { DBIP, goldenTable, tableOf } from '../report/golden.ts'
import { writeHistory } from '../report/history.ts'
import { listOf } from './article-list.ts'
import { typed } from './typed.ts'

const TITLES = {
  country: 'Top 20 Countries with the highest number of scans',
  org: 'Top 20 Organizations with the highest number of scans',
  city: 'Top 20 Cities with the highest number of scans',
} as const

for (const by of ['country', 'org', 'city'] as const) {
  test(`by ${by}: the article's title, its 20 labels and counts in its order, the rest told apart`, () => {
    const table = { ...goldenTable(by), sources: [DBIP] }
    const drawn = svg(barsOf(table, { rows: 20 }).picture(undefined))
    const words = texts(drawn)
    assert.equal(words[0]!.text, TITLES[by])
    const labels = words.filter(({ className }) => className.includes('rc-label')).map(({ text }) => text)
    const values = words
      .filter(({ className }) => className.includes('rc-value'))
      .map(({ text }) => text.replace('\u202f', ''))
    const expected = golden(`${by}.top20`)
    const titles = [...drawn.matchAll(/class="rc-row"><title>([^<]*)<\/title>/g)].map(([, title]) => plain(title!))
    for (const [i, { label, count }] of expected.entries()) {
      const name = by === 'country' ? `${countryName(label)} (${label})` : label
      assert.ok(titles[i]!.startsWith(`${name}: `), titles[i])
      assert.equal(values[i], String(count))
      if (!labels[i]!.includes('…')) assert.equal(labels[i], label)
    }
    assert.equal(labels.length, 21)
    assert.equal(labels[20], `${table.rows.length - 20} others`)
    assert.ok(
      words.some(({ text }) => text.startsWith('IP Geolocation by DB-IP (https://db-ip.com), data of 2026-06-01')),
    )
  })
}

test('a cut among equals is told with their names', () => {
  const words = (by: 'country' | 'org' | 'city') =>
    texts(svg(barsOf(goldenTable(by), { rows: 20 }).picture(undefined))).map(({ text }) => text)
  assert.ok(words('country').includes('+4 more with 13: TH, SE, ID, AU'))
  assert.ok(words('city').includes('+1 more with 22: Hong Kong'))
  assert.ok(!words('org').some((text) => text.includes('more with')))
})

test('the map shows all 65 countries, Hong Kong, Singapore, Guam and Cabo Verde as dots', () => {
  const drawn = svg(worldOf(goldenTable('country'), { rows: undefined }).picture(undefined))
  for (const { label } of golden('country')) assert.match(drawn, new RegExp(`data-code="${label}"`))
  for (const code of ['HK', 'SG', 'GU', 'CV'])
    assert.match(drawn, new RegExp(`<circle class="rc-dot [^>]*data-code="${code}"`))
})

test('where one may be in several rows no sum of the rest is made up', () => {
  const table = tableOf(
    'jail',
    [
      ['a', 'a', 5],
      ['b', 'b', 4],
      ['c', 'c', 3],
    ],
    { overlaps: true, total: 6 },
  )
  const text = barsOf(table, { rows: 2 }).text({ columns: 80, colour: false })
  assert.match(text, /an address may be in several rows, and counts once\s+in the total/)
  assert.match(text, /\n1 more are not shown\.\n/)
  assert.doesNotMatch(text, /others? {2}/)
})

test('hours stay in their order, all of them', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => [String(hour), `${hour}:00`, (hour * 7) % 24] as const)
  const lines = barsOf(tableOf('hour', hours), { rows: 5 }).text({ columns: 80, colour: false }).split('\n')
  assert.equal(lines[0], 'Addresses by hour of the day')
  assert.deepEqual(
    lines.filter((line) => /^\d+:00/.test(line)).map((line) => line.split(' ')[0]),
    hours.map(([, label]) => label),
  )
})

for (const by of ['country', 'org', 'city'] as const) {
  test(`by ${by}: from a shuffled list by way of a service, the labels and counts of the top 20, in order`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-chart-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const { rows, lines } = listOf(by)
    const { url } = await service(t, rows, { ways: ['batch'] })
    const asked = ['--ips-file', '-', '--geo', 'ipinfo', '--ipinfo-url', url, '--history', folder]
    const input = [`${lines.join('\n')}\n`]
    const { code, err, out } = await typed(['chart', 'bar', '--by', by, ...asked], { input, columns: 200 })
    assert.equal(code, 0, err)
    const bars = out.split('\n').slice(3, 23)
    for (const [i, { label, count }] of golden(`${by}.top20`).entries())
      assert.match(bars[i]!, new RegExp(`^${RegExp.escape(label)}  .*?\\b${count}  `))
    if (by !== 'country') return
    const file = join(folder, 'map.svg')
    await typed(['chart', 'map', '--out', file, ...asked], { input })
    const drawn = readFileSync(file, 'utf8')
    for (const { label } of golden('country')) assert.match(drawn, new RegExp(`data-code="${label}"`))
    for (const small of ['HK', 'SG', 'GU', 'CV'])
      assert.match(drawn, new RegExp(`<circle class="rc-dot [^>]*data-code="${small}"`))
  })
}

describe('of a history', () => {
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rampart-chart-'))
    const addresses = Array.from({ length: 40 }, (_, i) => `192.0.2.${i + 1}`)
    await writeHistory(realWorld(), folder, {
      addresses,
      jails: ['sshd', 'nginx-4xx', 'a\x1b[2J<b>'],
      days: 3,
      often: [9, 4],
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const words of [['bar', '--by', 'jail'], ['bar', '--by', 'ip', '-n', '3'], ['time'], ['map'], ['heat']]) {
    test(`${words.join(' ')}: as text, SVG, PNG and HTML`, async () => {
      const asked = ['chart', ...words, '--history', folder]
      const { code, out, err } = await typed(asked, { columns: 80 })
      assert.equal(code, 0, err)
      assert.match(out, /\((?:UTC|\w+\/\w+)\)/)
      assert.doesNotMatch(out, /\x1b/)
      for (const ending of ['svg', 'png', 'html']) {
        const file = join(folder, `chart.${ending}`)
        const done = await typed([...asked, '--out', file])
        assert.deepEqual([done.code, done.out, done.err], [0, '', ''])
        const content = readFileSync(file)
        if (ending === 'png') assert.equal(content.toString('latin1', 1, 4), 'PNG')
        else
          assert.match(
            content.toString(),
            ending === 'svg' ? /^<svg .*<\/svg>\n$/s : /^<!doctype html>\n.*<\/html>\n$/s,
          )
      }
    })
  }

  test('the page lets no script run and loads nothing', async () => {
    const file = join(folder, 'page.html')
    await typed(['chart', 'bar', '--by', 'jail', '--history', folder, '--out', file])
    const page = readFileSync(file, 'utf8')
    assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/)
    assert.doesNotMatch(page, /<script|<b>|\sstyle=|src=|href=/)
    assert.match(page, new RegExp(RegExp.escape(escaped('a\x1b[2J<b>'))))
  })

  test('a PNG in dark differs from one in light, and neither is without its words', async () => {
    const draw = async (...more: string[]) => {
      const file = join(folder, 'words.png')
      await typed(['chart', 'bar', '--by', 'jail', '--history', folder, '--out', file, ...more])
      return readFileSync(file)
    }
    const light = await draw()
    assert.notDeepEqual(light, await draw('--theme', 'dark'))
    assert.notDeepEqual(light, await draw('--title', 'Other words'))
  })

  test('a picture has the mode that the umask leaves, takes the place of a file, and leaves nothing beside it', async () => {
    const file = join(mkdtempSync(join(folder, 'out-')), 'picture.svg')
    for (const umask of [0o022, 0o077]) {
      const before = process.umask(umask)
      try {
        const done = await typed(['chart', 'bar', '--by', 'jail', '--history', folder, '--out', file])
        assert.equal(done.code, 0, done.err)
      } finally {
        process.umask(before)
      }
      assert.equal(statSync(file).mode & 0o777, 0o666 & ~umask)
      assert.deepEqual(readdirSync(dirname(file)), ['picture.svg'])
    }
  })

  for (const [what, make] of [
    ['a folder', (path: string) => mkdirSync(path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a device', (path: string) => symlinkSync('/dev/null', path)],
  ] as const) {
    test(`refused: chart --out with the name of ${what}, which stays what it is`, async () => {
      const file = join(mkdtempSync(join(folder, 'out-')), 'x.svg')
      make(file)
      const { ino } = lstatSync(file)
      const done = await typed(['chart', 'bar', '--by', 'jail', '--history', folder, '--out', file])
      assert.equal(done.code, 1)
      assert.match(done.err, /x\.svg is no file\n {2}without --out the chart is printed as text/)
      assert.equal(lstatSync(file).ino, ino)
    })
  }

  const REFUSED: readonly (readonly [words: readonly string[], code: number, err: RegExp])[] = [
    [['bar', '--out', 'x.jpg'], 1, /x\.jpg does not end in \.svg, \.png or \.html\n {2}the ending says/],
    [['bar', '--by', 'moon'], 1, /nothing can be counted by moon\n {2}one of: country, org/],
    [['map', '--by', 'org'], 1, /a chart of the kind map does not count by org\n {2}rampart chart bar --by org/],
    [['time', '--ips-file', '/dev/null'], 1, /a list of addresses has no times/],
    [['pie'], 2, /Allowed choices are bar, time, map, heat/],
    [['bar', '-n', '0'], 2, /a number from 1 to 9999, or all/],
    [['bar', '--width', '10'], 2, /320 to 4000/],
    [['bar', '--history', '/nonexistent'], 1, /\/nonexistent/],
  ]
  for (const [words, code, message] of REFUSED) {
    test(`refused: chart ${words.join(' ')}`, async () => {
      const done = await typed(['chart', ...words])
      assert.equal(done.code, code, done.err)
      assert.match(done.err, message)
      assert.equal(done.out, '')
      assert.ok(!existsSync('x.jpg'))
    })
  }
})
