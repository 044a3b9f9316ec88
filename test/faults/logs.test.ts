/** Logs under faults: rotated under load, replaced by what is no log, hostile in their bytes. Every line counts, none twice. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { end } from '../lab/host.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

/** More retries than lines: every line counts, the second of an address too. */
const counting = (name: string, logpath: string, more = '') =>
  `[${name}]\nenabled = true\nfilter = nginx-botsearch\nlogpath = ${logpath}\nmaxretry = 1000000\n${more}\n`
const banning = (name: string, logpath: string, more = '') =>
  `[${name}]\nenabled = true\nfilter = nginx-botsearch\nlogpath = ${logpath}\nmaxretry = 1\n${more}\n`

const LOGS = '/var/log/nginx'
const LINES = 15_000
const A_SECOND = 10_000
const RUSH_SECONDS = process.env['RAMPART_ALL'] ? 60 : 3

describe('logs of busy and hostile programs', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(
      [
        counting('copied', `${LOGS}/copied.log`),
        counting('renamed', `${LOGS}/renamed.log*`),
        counting('frozen', `${LOGS}/frozen.log`),
        counting('dated', `${LOGS}/dated/*/app-*.log`),
        counting('moved', `${LOGS}/moved/a.log`),
        counting('linked', `${LOGS}/linked.log`),
        counting('polled', `${LOGS}/polled.log`, 'backend = polling'),
        counting('sparse', `${LOGS}/sparse.log`),
        counting('burst', `${LOGS}/burst.log`),
        counting('rush', `${LOGS}/rush.log`),
        banning('replaced', `${LOGS}/home/replaced.log`),
        banning('bytes', `${LOGS}/bytes.log`),
        banning('other', `${LOGS}/other.log`),
      ].join(''),
    )
    const names = ['copied', 'renamed', 'frozen', 'polled', 'sparse', 'burst', 'rush', 'bytes', 'other']
    for (const name of names) lab.append(`log/${name}.log`, '')
    guard = await lab.guard()
    await lab.reading(names)
  })
  after(() => lab?.close())

  const path = (name: string) => join(lab.folder, 'log', name)
  const lines = (addresses: readonly string[]) => addresses.map((one) => probeLine(one)).join('')
  const append = (name: string, addresses: readonly string[]) => lab.append(`log/${name}`, lines(addresses))
  const rotate = (name: string, move: (from: string, to: string) => void) => {
    for (let age = 9; age > 0; age--) {
      if (existsSync(path(`${name}.${age}`))) renameSync(path(`${name}.${age}`), path(`${name}.${age + 1}`))
    }
    move(path(name), path(`${name}.1`))
  }
  const writer = (name: string, network: number) =>
    lab.server.start([
      process.execPath,
      join(ROOT, 'test/lab/writer.ts'),
      `${LOGS}/${name}`,
      String(network),
      String(LINES),
      String(A_SECOND),
    ])

  /** Each of so many lines, from as many addresses, has counted, once. */
  async function counted(jail: string, count: number): Promise<void> {
    await until(`${count} failures in ${jail}`, async () => (await lab.jail(jail)).failedTotal >= count, 20_000).catch(
      () => {},
    )
    await sleep(500) // What would be read twice has come by now.
    const { failedTotal, failedNow } = await lab.jail(jail)
    assert.deepEqual({ failedTotal, failedNow }, { failedTotal: count, failedNow: count })
  }

  const kernelHas = (addresses: readonly string[], ms = 10_000) =>
    until(
      `${addresses.join()} in the kernel`,
      async () => {
        const held = new Set(await lab.inKernel())
        return addresses.every((one) => held.has(one))
      },
      ms,
    )

  describe('under load, all at once', { concurrency: 8 }, () => {
    test('R16 copied and truncated, five times, while a program writes 10,000 lines a second', async () => {
      const program = writer('copied.log', 20)
      const written = () => {
        const logs = readdirSync(path('.')).filter((name) => name.startsWith('copied.log'))
        return logs.reduce((sum, name) => sum + readFileSync(path(name), 'latin1').split('\n').length - 1, 0)
      }
      const stop = async () => {
        program.kill('SIGSTOP')
        await until('it stands', () => / T /.test(stateOf(program)))
      }
      for (let turn = 0; turn < 5; turn++) {
        await until('lines', () => statSync(path('copied.log')).size > 10_000)
        // Not twice between two looks, which a machine that is slow enough would lose lines by.
        await stop()
        await until('all is read', async () => (await lab.jail('copied')).failedTotal === written(), 20_000)
        program.kill('SIGCONT')
        await sleep(20)
        // What is written between the copy and the truncation is nobody's: the writer stands still there.
        await stop()
        rotate('copied.log', copyFileSync)
        truncateSync(path('copied.log'))
        program.kill('SIGCONT')
      }
      await ended(program)
      await counted('copied', LINES)
    })

    test('R17 renamed, three times, while a program writes 10,000 lines a second, for a while to the old file; then packed', async () => {
      const program = writer('renamed.log', 21)
      for (let turn = 0; turn < 3; turn++) {
        await until('lines', () => statSync(path('renamed.log')).size > 10_000)
        rotate('renamed.log', renameSync)
        await sleep(400)
        program.kill('SIGUSR1')
        await until('the new log', () => existsSync(path('renamed.log')))
      }
      await ended(program)
      await counted('renamed', LINES)
      execFileSync('gzip', ['renamed.log.1', 'renamed.log.2'].map(path))
      await counted('renamed', LINES)
      assert.deepEqual(
        (await lab.jail('renamed')).logs.filter(({ state }) => state === 'reading').map(({ log }) => log),
        [`${LOGS}/renamed.log`],
      )
    })

    test('R18 dated names in folders that are made later, each day a new one, and one that is renamed to another', async () => {
      const addresses = unique(22, 700)
      const day = (n: number) => `dated/site/app-2026010${n}.log`
      mkdirSync(path('dated'))
      await sleep(100)
      mkdirSync(path('dated/site'))
      for (let n = 1; n <= 5; n++) {
        append(day(n), addresses.slice((n - 1) * 100, n * 100))
        await sleep(150)
      }
      // Late lines, under a name that is another log's from now on.
      append(day(5), addresses.slice(500, 600))
      renameSync(path(day(5)), path('dated/site/app-done.log'))
      append('dated/site/app-done.log', addresses.slice(600))
      await counted('dated', addresses.length)
    })

    test('R18 its folder is made, moved away, made anew, and moved back', async () => {
      const addresses = unique(23, 500)
      const part = (n: number) => addresses.slice(n * 100, (n + 1) * 100)
      mkdirSync(path('moved'))
      append('moved/a.log', part(0))
      await until('the first', async () => (await lab.jail('moved')).failedTotal === 100)
      append('moved/a.log', part(1))
      renameSync(path('moved'), path('away'))
      append('away/a.log', part(2))
      await sleep(300)
      mkdirSync(path('moved'))
      append('moved/a.log', part(3))
      await until('the second', async () => (await lab.jail('moved')).failedTotal === 400)
      renameSync(path('moved'), path('away2'))
      renameSync(path('away'), path('moved'))
      append('moved/a.log', part(4))
      await counted('moved', addresses.length)
    })

    test('R18 a link that is switched from file to file and back', async () => {
      const addresses = unique(24, 600)
      mkdirSync(path('targets'))
      for (let n = 0; n < 6; n++) {
        const target = `targets/${n % 2 ? 'y' : 'x'}.log`
        append(target, addresses.slice(n * 100, n * 100 + 50))
        rmSync(path('linked.log'), { force: true })
        symlinkSync(target, path('linked.log'))
        append(target, addresses.slice(n * 100 + 50, (n + 1) * 100))
        await until('its lines', async () => (await lab.jail('linked')).failedTotal === (n + 1) * 100)
      }
      await counted('linked', addresses.length)
    })

    test('R17 by polling: renamed, truncated and deleted', async () => {
      const addresses = unique(25, 400)
      const part = (n: number) => addresses.slice(n * 100, (n + 1) * 100)
      const read = (n: number) => until(`part ${n}`, async () => (await lab.jail('polled')).failedTotal === n * 100)
      append('polled.log', part(0))
      await read(1)
      renameSync(path('polled.log'), path('polled.log.1'))
      append('polled.log', part(1))
      await read(2)
      truncateSync(path('polled.log'))
      append('polled.log', part(2))
      await read(3)
      unlinkSync(path('polled.log'))
      append('polled.log', part(3))
      await counted('polled', addresses.length)
    })

    test('T25 a log of a terabyte that is a hole: what stands behind it counts', async () => {
      const addresses = unique(26, 20)
      append('sparse.log', addresses.slice(0, 10))
      await until('the first', async () => (await lab.jail('sparse')).failedTotal === 10)
      truncateSync(path('sparse.log'), 2 ** 40)
      append('sparse.log', addresses.slice(10))
      await counted('sparse', addresses.length)
    })
  })

  test('R16 while nobody can look: truncated to the same first line, regrown beyond the old size, what was unread in a copy', async () => {
    const addresses = unique(27, 900)
    const banner = `# ${'the same first line in each file '.repeat(4)}\n`
    lab.append('log/frozen.log', banner)
    append('frozen.log', addresses.slice(0, 200))
    await until('the first part', async () => (await lab.jail('frozen')).failedTotal === 200)
    const reader = readerOf(guard.process.pid!)!
    process.kill(reader, 'SIGSTOP')
    try {
      append('frozen.log', addresses.slice(200, 250))
      copyFileSync(path('frozen.log'), path('frozen.log.1'))
      truncateSync(path('frozen.log'))
      lab.append('log/frozen.log', banner)
      append('frozen.log', addresses.slice(250, 700))
    } finally {
      process.kill(reader, 'SIGCONT')
    }
    await until('the second part', async () => (await lab.jail('frozen')).failedTotal === 700)
    // Shorter, with nothing but what it began with before.
    truncateSync(path('frozen.log'))
    lab.append('log/frozen.log', banner)
    append('frozen.log', addresses.slice(700))
    await counted('frozen', addresses.length)
  })

  test('R20 what takes the place of a log is refused, told, never read, delays nothing, and the log is read when it is back', async () => {
    const home = path('home')
    const log = join(home, 'replaced.log')
    const secret = '10.66.6.6'
    const user = 12345
    mkdirSync(home)
    chownSync(home, user, user)
    writeFileSync(path('secret'), `S3CR3T\n${probeLine(secret)}`, { mode: 0o600 })
    const deeds: readonly (readonly [name: string, deed: () => void, told: RegExp])[] = [
      ['a FIFO', () => execFileSync('mkfifo', [log]), /is a FIFO, socket or device/],
      ['a folder', () => mkdirSync(log), /is a folder/],
      ['a link to a device', () => symlinkSync('/dev/zero', log), /./],
      ['a link to a secret', () => symlinkSync(`${LOGS}/secret`, log), /by a link of another user/],
      ['a hard link to a secret', () => linkSync(path('secret'), log), /other names too/],
    ]
    for (const [index, [name, deed, told]] of deeds.entries()) {
      const [before, beside, back] = unique(28, 3, index * 3) as [string, string, string]
      rmSync(log, { recursive: true, force: true })
      writeFileSync(log, probeLine(before))
      chownSync(log, user, user)
      await kernelHas([before])
      rmSync(log)
      deed()
      const { why } = await until(`${name} is refused`, async () =>
        (await lab.jail('replaced')).logs.find(({ state }) => state === 'refused'),
      )
      assert.match(why ?? '', told, name)
      append('other.log', [beside])
      await kernelHas([beside])
      rmSync(log, { recursive: true })
      writeFileSync(log, probeLine(back))
      chownSync(log, user, user)
      await kernelHas([back])
    }
    const all = [
      guard.out,
      (await lab.rampart('status', 'replaced', '--json')).out,
      ...['history.db', 'history.db-wal'].map((file) => readFileSync(join(lab.folder, 'state', file), 'latin1')),
    ]
    for (const text of all) assert.doesNotMatch(text, /S3CR3T|10\.66\.6\.6/)
    assert.equal((await lab.inKernel()).includes(secret), false)
  })

  test('R21 any bytes in a line: its sender is banned, and nothing of it is shown raw', async () => {
    const kinds: readonly (readonly [before: string, inside: string])[] = [
      ['', 'caf\xe9 \xff\xfe\x80'],
      ['', '\0a\0'],
      ['', '\xed\xa0\x80 \xed\xbf\xbf'],
      ['', '\xc0\xaf\xe0\x80\xaf\xf5\x80\x80\x80'],
      ['', '\x1b[2J\x1b]52;c;cm0gLXJm\x07\x9b31m\xc2\x9b31m'],
      ['\xef\xbb\xbf', 'a mark of the byte order before the line'],
      ['', 'a\rb\r'],
      ['', 'a\xe2\x80\xa8b\xe2\x80\xa9c\xc2\x85d\xe2\x80\xaee'],
      ['\0\0\0', 'NULs before the line'],
    ]
    const addresses = unique(29, kinds.length)
    for (const [index, [before, inside]] of kinds.entries()) {
      const line = probeLine(addresses[index]!).replace('"probe"', `"${inside}"`)
      appendFileSync(path('bytes.log'), Buffer.from(before + line, 'latin1'))
      await kernelHas([addresses[index]!])
    }
    const control = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]/
    const shown = [guard.out, guard.err, (await lab.rampart('status', 'bytes')).out]
    for (const address of addresses) {
      const why = ['why', address] as const
      shown.push((await lab.rampart(...why)).out)
      const json = (await lab.rampart(...why, '--json')).out
      assert.doesNotMatch(json, /[\0-\x09\x0b-\x1f]/)
      assert.equal(JSON.parse(json).address, address)
    }
    for (const text of shown) assert.doesNotMatch(text, control)
  })

  test('R24 100,000 lines at once, one in twenty a probe: each probe counts', async () => {
    const probes = unique(30, 5000)
    const benign = probeLine('192.0.2.77', '/').replace(' 404 ', ' 200 ')
    const text = probes.map((one) => benign.repeat(19) + probeLine(one)).join('')
    appendFileSync(path('burst.log'), text)
    await counted('burst', probes.length)
    await until('nothing is behind', async () => (await lab.jail('burst')).logs[0]?.behind === 0)
  })

  test('R25 100,000 lines a second for some seconds, one in a thousand a probe: each probe counts', async (t) => {
    const benign = probeLine('192.0.2.77', '/').replace(' 404 ', ' 200 ').repeat(999)
    const probes = unique(31, RUSH_SECONDS * 100)
    const start = Date.now()
    const file = openSync(path('rush.log'), 'a')
    for (const [at, from] of probes.entries()) {
      writeSync(file, benign + probeLine(from))
      await sleep(start + (at + 1) * 10 - Date.now())
    }
    closeSync(file)
    t.diagnostic(
      `${((Date.now() - start) / 1000).toFixed(1)} s to write, ${(await lab.jail('rush')).logs[0]?.behind} bytes behind`,
    )
    await counted('rush', probes.length)
    await until('nothing is behind', async () => (await lab.jail('rush')).logs[0]?.behind === 0)
  })

  test('the guard has no fault to tell', async () => {
    assert.deepEqual((await lab.status()).faults, [])
    assert.equal(guard.err, '')
  })

  function stateOf({ pid }: ChildProcess): string {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  }

  async function ended(program: ChildProcess): Promise<void> {
    let out = ''
    program.stdout!.on('data', (bytes) => {
      out += bytes
    })
    await until('all is written', () => out !== '', 60_000)
    await end(program)
    assert.equal(Number(out), LINES)
  }
})
