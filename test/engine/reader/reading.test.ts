/** The reader as a process of its own without rights, beside a core that reads for it what it may not open. */
import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Fault } from '../../../src/base/fault.ts'
import { type Reading, readApart } from '../../../src/engine/reader/reading.ts'
import type { JailPlan, Report } from '../../../src/engine/reader/report.ts'
import type { Mark } from '../../../src/source/position.ts'
import { realWorld } from '../../../src/world/real.ts'
import { settingsOf } from '../../filter/settings.ts'

const NOBODY = '65534'
const COMMAND = [process.execPath, fileURLToPath(new URL('../../../src/reader.ts', import.meta.url)), NOBODY, NOBODY]
const options = { skip: process.getuid?.() === 0 ? false : 'only root can give up its rights' }

const FILTER = settingsOf(['bad <HOST>$'])

class Watched {
  readonly folder = mkdtempSync(join(tmpdir(), 'rampart-reading-'))
  readonly reports: Report[] = []
  readonly marks = new Map<string, Mark>()
  #jails: readonly JailPlan[] = []
  #reading: Reading | undefined

  constructor() {
    chmodSync(this.folder, 0o755)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string, mode = 0o644): void {
    writeFileSync(this.path(name), text, { mode })
    chmodSync(this.path(name), mode)
  }

  begin(...jails: readonly Partial<JailPlan>[]): void {
    this.#jails = jails.map(jailOf)
    const plan = () => ({ jails: this.#jails, marks: [...this.marks].map(([log, mark]) => ({ log, mark })) })
    const hear = async (report: Report) => {
      this.reports.push(report)
      if (report.kind === 'batch' && report.batch.mark) this.marks.set(report.batch.log, report.batch.mark)
    }
    this.#reading = readApart({ world: realWorld(), plan, hear }, COMMAND)
  }

  /** What is wrong with a plan of these jails. */
  check(...jails: readonly Partial<JailPlan>[]): Promise<readonly Fault[]> {
    return this.#reading!.check({ jails: jails.map(jailOf), marks: [] })
  }

  renew(...jails: readonly Partial<JailPlan>[]): void {
    this.#jails = jails.map(jailOf)
    this.#reading!.renew()
  }

  wants(...patterns: readonly string[]): JailPlan['wanted'] {
    return patterns.map((name) => ({ kind: 'file', pattern: this.path(name), start: 'begin' }))
  }

  /** Addresses, each as often as it was told. */
  failures(): string[] {
    return this.reports.flatMap((report) =>
      report.kind === 'batch' ? report.batch.failures.map(({ failure }) => failure.id) : [],
    )
  }

  async until(told: () => boolean): Promise<void> {
    for (let i = 0; i < 500 && !told(); i++) await sleep(20)
    if (!told()) assert.fail(`it was not told: ${JSON.stringify(this.reports, null, 1)}`)
  }

  async end(): Promise<void> {
    await this.#reading?.stop()
    rmSync(this.folder, { recursive: true })
  }
}

function jailOf(jail: Partial<JailPlan>): JailPlan {
  return { name: 'test', filter: FILTER, findtime: 600, wanted: [], ...jail }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function line(address: string, ago = 0): string {
  return `${new Date(Date.now() - ago).toISOString()} bad ${address}\n`
}

async function watching(act: (watched: Watched) => Promise<void>): Promise<void> {
  const watched = new Watched()
  try {
    await act(watched)
  } finally {
    await watched.end()
  }
}

test('a log that may not be opened is read for it, and no other of its pattern twice', options, () =>
  watching(async (it) => {
    it.write('open.log', line('192.0.2.1'))
    it.write('shut.log', line('192.0.2.2'), 0o600)
    it.begin({ wanted: it.wants('*.log') })
    await it.until(() => it.failures().includes('192.0.2.2'))
    appendFileSync(it.path('open.log'), line('192.0.2.3'))
    appendFileSync(it.path('shut.log'), line('192.0.2.4'))
    await it.until(() => it.failures().includes('192.0.2.4'))
    await sleep(1200)
    assert.deepEqual(it.failures().sort(), ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
  }),
)

test('a log that may be opened later is still read once', options, () =>
  watching(async (it) => {
    it.write('a.log', line('192.0.2.1'), 0o600)
    it.begin({ wanted: it.wants('a.log') })
    await it.until(() => it.failures().length > 0)
    chmodSync(it.path('a.log'), 0o644)
    await sleep(1200)
    appendFileSync(it.path('a.log'), line('192.0.2.2'))
    await it.until(() => it.failures().includes('192.0.2.2'))
    await sleep(1200)
    assert.deepEqual(it.failures(), ['192.0.2.1', '192.0.2.2'])
  }),
)

test('old lines that are caught up with count for nothing, whoever opened the log', options, () =>
  watching(async (it) => {
    const old = Array.from({ length: 6000 }, () => line('192.0.2.1', 3_600_000)).join('')
    it.write('open.log', old)
    it.write('shut.log', old, 0o600)
    it.begin({ wanted: it.wants('open.log', 'shut.log') })
    await it.until(() => it.marks.size === 2)
    await sleep(700)
    appendFileSync(it.path('shut.log'), line('192.0.2.2'))
    await it.until(() => it.failures().includes('192.0.2.2'))
    assert.deepEqual([...new Set(it.failures())], ['192.0.2.2'])
  }),
)

const wrong: readonly [sentence: string, jail: (it: Watched) => Partial<JailPlan>][] = [
  ['a path that is not absolute', () => ({ wanted: [{ kind: 'file', pattern: 'x.log', start: 'begin' }] })],
  ['a datepattern that is none', (it) => ({ wanted: it.wants('a.log'), filter: { ...FILTER, datepattern: '%Q(' } })],
  ['a time zone that is none', (it) => ({ wanted: it.wants('a.log'), filter: { ...FILTER, logtimezone: 'Mars' } })],
  [
    'a journal match that is none',
    () => ({ wanted: [{ kind: 'journal', name: 'j', choice: { matches: ['--file=/etc/shadow'] }, start: 'begin' }] }),
  ],
]

for (const [sentence, jail] of wrong) {
  test(`${sentence} in one jail leaves the others reading, and is told`, options, () =>
    watching(async (it) => {
      it.write('a.log', line('192.0.2.1'))
      it.begin({ ...jail(it), name: 'wrong' }, { wanted: it.wants('a.log') })
      await it.until(() => it.reports.length > 0)
      await it.until(() => it.failures().includes('192.0.2.1'))
      const faults = it.reports.flatMap((report) => (report.kind === 'fault' ? [report.message] : []))
      assert.match(faults.join('\n'), /the jail wrong does not run/)
      assert.deepEqual(it.failures(), ['192.0.2.1'])
    }),
  )
}

test('a reader that ends at once is started again with pauses, and a stop does not wait for one', options, async () => {
  const faults: string[] = []
  const hear = async (report: Report) => void (report.kind === 'fault' && faults.push(report.code))
  const reading = readApart({ world: realWorld(), plan: () => ({ jails: [], marks: [] }), hear }, ['false'])
  await sleep(1500)
  const told = faults.length
  await reading.stop()
  assert.equal(faults.length, told)
  assert.deepEqual([...new Set(faults)], ['reader.ended'])
})

test('more failures in one chunk than a frame holds are all told, once', options, () =>
  watching(async (it) => {
    const one = `${new Date().toISOString()} ${'\x01'.repeat(1000)} bad 192.0.2.1\n`
    it.write('a.log', one.repeat(900))
    it.begin(...Array.from({ length: 8 }, (_, i) => ({ name: `jail${i}`, wanted: it.wants('a.log') })))
    await it.until(() => it.failures().length >= 7200)
    assert.equal(it.failures().length, 7200)
    await it.until(() => it.marks.size === 1)
  }),
)

test('what is wrong with a plan is said with its place, and nothing is changed by asking', options, () =>
  watching(async (it) => {
    it.write('a.log', line('192.0.2.1'))
    it.begin({ wanted: it.wants('a.log') })
    const at = { file: '/etc/x.conf', line: 3 }
    const broken = settingsOf(['bad (<HOST>', 'good <HOST>', 'no address'], { places: { failregex: at } })
    const faults = await it.check({ name: 'one', filter: broken }, { name: 'two', wanted: it.wants('b.log') })
    assert.deepEqual(
      faults.map((fault) => fault.at),
      [at, at],
    )
    assert.match(faults[0]!.message, /^the jail one cannot run: /)
    assert.deepEqual(await it.check({ name: 'two' }), [])
    await it.until(() => it.failures().length === 1)
    it.write('b.log', line('192.0.2.9'))
    appendFileSync(it.path('a.log'), line('192.0.2.2'))
    await it.until(() => it.failures().length === 2)
    assert.deepEqual(it.failures(), ['192.0.2.1', '192.0.2.2'])
  }),
)

test('a new plan every few milliseconds under load: every line counts once for each jail that stays', options, () =>
  watching(async (it) => {
    const stays = { name: 'stays', wanted: it.wants('*.log') }
    it.write('a.log', '')
    it.write('shut.log', '', 0o600)
    it.begin(stays)
    const other = settingsOf(['worse <HOST>$'])
    for (let round = 0; round < 40; round++) {
      for (const name of ['a.log', 'shut.log']) appendFileSync(it.path(name), line(`192.0.2.${round}`).repeat(50))
      const more = { name: 'comes-and-goes', wanted: it.wants(round % 4 ? 'a.log' : 'b.log'), filter: other }
      it.renew(...(round % 2 ? [more, stays] : [stays]))
      await sleep(5)
    }
    await it.until(() => it.failures().length >= 4000)
    await sleep(300)
    assert.equal(it.failures().length, 4000)
    assert.deepEqual(
      it.reports.filter(({ kind }) => kind === 'fault'),
      [],
    )
  }),
)

test('a log that no jail wants any more is read on where it was left when one wants it again', options, () =>
  watching(async (it) => {
    for (const [name, mode] of [
      ['a.log', 0o644],
      ['shut.log', 0o600],
    ] as const) {
      it.reports.length = 0
      it.write(name, line('192.0.2.1'), mode)
      const jail = { wanted: it.wants(name) }
      if (name === 'a.log') it.begin(jail)
      else it.renew(jail)
      await it.until(() => it.failures().length === 1)
      it.renew()
      await it.check() // An answer: the plan before is in force.
      appendFileSync(it.path(name), line('192.0.2.2'))
      await sleep(1200)
      assert.deepEqual(it.failures(), ['192.0.2.1'])
      it.renew(jail)
      await it.until(() => it.failures().length === 2)
      assert.deepEqual(it.failures(), ['192.0.2.1', '192.0.2.2'])
    }
  }),
)

test('a half-finished session goes on where its filter stays as it was', options, () =>
  watching(async (it) => {
    const regexes = ['<F-MLFID>\\w+</F-MLFID> from <HOST><F-NOFAIL></F-NOFAIL>$', '<F-MLFID>\\w+</F-MLFID> denied$']
    const jail = { wanted: it.wants('a.log'), filter: settingsOf(regexes) }
    it.write('a.log', `${new Date().toISOString()} abc from 192.0.2.1\n`)
    it.begin(jail)
    await it.until(() => it.marks.size === 1)
    it.renew(jail, { name: 'another', wanted: it.wants('a.log') })
    appendFileSync(it.path('a.log'), `${new Date().toISOString()} abc denied\n`)
    await it.until(() => it.failures().length === 1)
    assert.deepEqual(it.failures(), ['192.0.2.1'])
  }),
)

test('where the plan in force ends the reader, another one says whether the next is better', options, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-reading-'))
  const once = join(folder, 'once')
  // The first one ends at once, every other is a reader.
  const command = ['sh', '-c', `[ -e ${once} ] && exec "$@"; touch ${once}`, 'sh', ...COMMAND]
  const reading = readApart(
    { world: realWorld(), plan: () => ({ jails: [], marks: [] }), hear: async () => {} },
    command,
  )
  try {
    assert.deepEqual(await reading.check({ jails: [jailOf({})], marks: [] }), [])
    const [fault] = await reading.check({ jails: [jailOf({ filter: settingsOf(['(<HOST>']) })], marks: [] })
    assert.match(fault!.code, /^regex\./)
  } finally {
    await reading.stop()
    rmSync(folder, { recursive: true })
  }
})
