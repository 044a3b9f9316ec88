/** Journals, read by the real journalctl from files that systemd-journal-remote makes of export text. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Hands, Start } from '../../src/source/input.ts'
import { Journal } from '../../src/source/journal.ts'
import { type JournalChoice, journalArguments } from '../../src/source/journal-arguments.ts'
import type { Cursor } from '../../src/source/position.ts'
import { realWorld } from '../../src/world/real.ts'
import type { Child } from '../../src/world/run.ts'
import { inPlace, printState } from './place.ts'

const REMOTE = '/lib/systemd/systemd-journal-remote'
const skip = existsSync(REMOTE) && existsSync('/usr/bin/journalctl') ? false : 'systemd-journal-remote is not installed'

type Fields = Readonly<Record<string, string | Buffer>>
const AT = Date.UTC(2026, 0, 31, 12, 0, 0, 123) * 1000
const sshd = (message: string | Buffer, more: Fields = {}): Fields => ({
  _HOSTNAME: 'host',
  SYSLOG_IDENTIFIER: 'sshd',
  _PID: '42',
  _SYSTEMD_UNIT: 'ssh.service',
  MESSAGE: message,
  ...more,
})
const STAMP = '2026-01-31T12:00:00.123Z'

const rows: readonly { readonly name: string; readonly entry: Fields; readonly line: string }[] = [
  {
    name: 'stamp, host, identifier, number, message',
    entry: sshd('Failed password for root from 192.0.2.1'),
    line: 'host sshd[42]: Failed password for root from 192.0.2.1',
  },
  {
    name: 'the kernel has no number, and says when it was since the boot',
    entry: {
      _HOSTNAME: 'host',
      SYSLOG_IDENTIFIER: 'kernel',
      _SOURCE_MONOTONIC_TIMESTAMP: '12345678901',
      MESSAGE: '[UFW BLOCK] IN=eth0',
    },
    line: 'host kernel: [12345.678901] [UFW BLOCK] IN=eth0',
  },
  {
    name: 'without an identifier the command',
    entry: { _HOSTNAME: 'host', _COMM: 'nginx', _PID: '7', MESSAGE: 'm' },
    line: 'host nginx[7]: m',
  },
  {
    name: "the sender's own number comes before the trusted one",
    entry: sshd('m', { SYSLOG_PID: '99' }),
    line: 'host sshd[99]: m',
  },
  {
    name: 'a newline inside a message makes no second line',
    entry: sshd('one\n2026-01-31T12:00:00Z host sshd[1]: forged'),
    line: 'host sshd[42]: one 2026-01-31T12:00:00Z host sshd[1]: forged',
  },
  {
    name: 'control bytes are blanks, other bytes stay',
    entry: sshd(Buffer.from('a\0b\x1b[0m\r\tc\x7f\xff\xc3\xa9', 'latin1')),
    line: 'host sshd[42]: a b [0m  c \xff\xc3\xa9',
  },
  {
    name: 'a newline in the identifier makes no second line either',
    entry: sshd('m', { SYSLOG_IDENTIFIER: Buffer.from('x\ny') }),
    line: 'host x y[42]: m',
  },
]

for (const { name, entry, line } of rows) {
  test(`${name}`, { skip }, () =>
    journal(async ({ append, start }) => {
      append([entry])
      const reading = start('begin')
      assert.deepEqual(await reading.until(1), [`${STAMP} ${line}`])
    }),
  )
}

test('entries that come while it follows are read, and only those that match', { skip }, () =>
  journal(async ({ append, start }) => {
    append([sshd('one')])
    const reading = start('begin', ['_SYSTEMD_UNIT=ssh.service'])
    await reading.until(1)
    append([sshd('other', { _SYSTEMD_UNIT: 'cron.service' }), sshd('two')])
    assert.deepEqual((await reading.until(2)).map(message), ['one', 'two'])
    assert.deepEqual(reading.states, ['reading'])
  }),
)

test('reading goes on behind the cursor, with what came meanwhile', { skip }, () =>
  journal(async ({ append, start }) => {
    append([sshd('one'), sshd('two')])
    const first = start('begin')
    await first.until(2)
    const cursor = first.end
    first.journal.close()
    append([sshd('three')])
    assert.ok(cursor)
    assert.deepEqual((await start(cursor).until(1)).map(message), ['three'])
  }),
)

test('where the entry of the cursor is gone, the first one that came after it is not left out', { skip }, () =>
  journal(async ({ append, remove, start }) => {
    append([sshd('one'), sshd('two')])
    const first = start('begin')
    await first.until(2)
    first.journal.close()
    append([sshd('three'), sshd('four')])
    remove(1)
    assert.deepEqual((await start(first.end!).until(2)).map(message), ['three', 'four'])
  }),
)

test('a cursor that journalctl cannot read is gone on from by its time', { skip }, () =>
  journal(async ({ append, start }) => {
    append([sshd('one'), sshd('two')])
    const first = start('begin')
    await first.until(2)
    first.journal.close()
    append([sshd('three')])
    const time = /t=[0-9a-f]+/.exec(first.end!.cursor)![0]
    const again = start({ cursor: `of another version;${time};what=ever` })
    assert.deepEqual((await again.until(2)).map(message), ['two', 'three'])
  }),
)

test('a cursor from before all that counts is not gone on from', () =>
  inPlace(({ hands }) => {
    const asked: string[] = []
    const real = realWorld().run
    const run: Hands['run'] = {
      ...real,
      start(argv, options) {
        asked.push(...argv)
        return real.start(['true'], options)
      },
    }
    const cursor = (ago: number) => `s=a;i=1;b=b;m=1;t=${((hands.clock.now() - ago) * 1000).toString(16)};x=1`
    const options = { backMs: 600_000, onState: () => {}, onBusy: () => {} }
    for (const ago of [3_600_000, 300_000])
      new Journal({ ...hands, run }, 'x', {}, { ...options, start: { cursor: cursor(ago) } }).close()
    const since = `--since=@${((hands.clock.now() - 600_000) / 1000).toFixed(6)}`
    assert.deepEqual(
      asked.filter((word) => /^--(?:since|cursor)/.test(word)),
      [since, `--cursor=${cursor(300_000)}`],
    )
  }))

test('a file of the journal that is rotated is followed by its name, and one that comes later is read', { skip }, () =>
  journal(async ({ append, rotate, start }) => {
    const reading = start('begin', [], 'part[12].journal')
    await pause(100)
    append([sshd('one'), sshd('two')])
    reading.journal.look()
    await reading.until(2)
    rotate(1)
    append([sshd('three')])
    reading.journal.look()
    assert.deepEqual((await reading.until(3)).map(message), ['one', 'two', 'three'])
  }),
)

test('a message over 64 KiB is cut, and the entries around it come', { skip }, () =>
  journal(async ({ append, start }) => {
    append([sshd('one'), sshd('x'.repeat(700_000)), sshd(Buffer.from('y\n'.repeat(100_000))), sshd('two')])
    const reading = start('begin')
    const lines = await reading.until(4)
    assert.deepEqual([lines[1]?.length, lines[2]?.length], [65536, 65536])
    assert.deepEqual([message(lines[0]!), message(lines[3]!)], ['one', 'two'])
    assert.equal(reading.journal.cutLines, 2)
  }),
)

test('a flood that nobody reads for a while comes whole and in order', { skip }, () =>
  journal(async ({ append, start }) => {
    append(Array.from({ length: 20_000 }, (_, i) => sshd(`${i} ${'x'.repeat(200)}`)))
    const reading = start('begin')
    await pause(300)
    const lines = await reading.until(20_000)
    assert.deepEqual(
      lines.map((line) => Number(message(line).split(' ')[0])),
      Array.from({ length: 20_000 }, (_, i) => i),
    )
  }),
)

test('a child that ends is started again behind the last entry', { skip }, () =>
  journal(async ({ append, start }) => {
    append([sshd('one')])
    const reading = start('begin')
    await reading.until(1)
    reading.children[0]?.kill('SIGKILL')
    await pause(20)
    append([sshd('two')])
    assert.deepEqual((await reading.until(2)).map(message), ['one', 'two'])
    assert.deepEqual(reading.states, ['reading', 'pending source.journal-ended', 'reading'])
  }),
)

test('a program that is not there leaves the journal pending', () =>
  inPlace(async ({ hands, time }) => {
    const states: string[] = []
    const real = realWorld().run
    const run: Hands['run'] = { ...real, start: (_argv, options) => real.start(['/nowhere/journalctl'], options) }
    const journal = new Journal(
      { ...hands, run },
      'x',
      {},
      { start: 'end', onState: (_, state) => void states.push(printState(state)), onBusy: () => {} },
    )
    await pause(50)
    time.advance(1001)
    await pause(50)
    assert.deepEqual(states, ['pending source.journal-ended'])
    journal.close()
  }))

test('a journal of years is asked only for what is new enough to count', () =>
  inPlace(({ hands }) => {
    const asked: string[] = []
    const real = realWorld().run
    const run: Hands['run'] = {
      ...real,
      start(argv, options) {
        asked.push(...argv)
        return real.start(['true'], options)
      },
    }
    const options = { start: 'end' as const, backMs: 600_000, onState: () => {}, onBusy: () => {} }
    const now = hands.clock.now()
    new Journal({ ...hands, run }, 'x', {}, options).close()
    assert.ok(asked.includes(`--since=@${((now - 600_000) / 1000).toFixed(6)}`))
  }))

test('nothing that a match or a cursor says becomes an option', () => {
  assert.deepEqual(journalArguments({ matches: ['A=--file=/x', '+', 'B=c'] }, { cursor: '--root=/' }, 0).slice(-6), [
    '--cursor=--root=/',
    '--system',
    '--',
    'A=--file=/x',
    '+',
    'B=c',
  ])
  return inPlace(({ hands }) => {
    const options = { start: 'end' as const, onState: () => {}, onBusy: () => {} }
    for (const match of ['--file=/etc/shadow', '-n', '', 'lower=x', '=x'])
      assert.throws(() => new Journal(hands, 'x', { matches: [match] }, options), { code: 'source.bad-match' })
  })
})

interface Reading {
  readonly journal: Journal
  readonly states: string[]
  readonly children: Child[]
  end: Cursor | undefined
  until(count: number): Promise<string[]>
}

interface Lab {
  /** Each time to another file, from `part1.journal` on. */
  append(entries: readonly Fields[]): void
  /** The file goes, or to another name. */
  remove(part: number): void
  rotate(part: number): void
  /** @param file the name of one, or a pattern, in the place of the whole folder */
  start(from: Start | Cursor, matches?: readonly string[], file?: string): Reading
}

function journal(act: (lab: Lab) => Promise<void>): Promise<void> {
  return inPlace(async ({ folder }) => {
    const journals: Journal[] = []
    let parts = 0
    const append = (entries: readonly Fields[]) => {
      const file = join(folder, `part${++parts}.journal`)
      execFileSync(REMOTE, [`--output=${file}`, '-'], {
        input: Buffer.concat(entries.map(print)),
        stdio: ['pipe', 'ignore', 'pipe'],
      })
    }
    const remove = (part: number) => rmSync(join(folder, `part${part}.journal`))
    const rotate = (part: number) =>
      renameSync(join(folder, `part${part}.journal`), join(folder, `old@${part}.journal`))
    const start: Lab['start'] = (from, matches = [], file = undefined) => {
      const choice = file === undefined ? { folder, matches } : { files: [join(folder, file)], matches }
      const reading = read(choice, from)
      journals.push(reading.journal)
      return reading
    }
    try {
      await act({ append, remove, rotate, start })
    } finally {
      for (const one of journals) one.close()
    }
  })
}

function read(choice: JournalChoice, start: Start | Cursor): Reading {
  const world = realWorld()
  const children: Child[] = []
  const run: Hands['run'] = {
    ...world.run,
    start(argv, options) {
      const child = world.run.start(argv, options)
      children.push(child)
      return child
    },
  }
  const states: string[] = []
  const onState = (_log: string, state: Parameters<typeof printState>[0]) => void states.push(printState(state))
  const made = new Journal({ ...world, run }, 'x', choice, { start, onState, onBusy: () => {} })
  const lines: string[] = []
  const buffer = new Uint8Array(100_000)
  const reading: Reading = {
    journal: made,
    states,
    children,
    end: undefined,
    async until(count) {
      for (let i = 0; i < 800 && lines.length < count; i++) {
        for (let chunk = made.read(buffer); chunk; chunk = made.read(buffer)) {
          for (const line of Buffer.from(chunk.bytes).toString('latin1').split('\n').slice(0, -1)) lines.push(line)
          if ('cursor' in chunk.end) reading.end = chunk.end
        }
        if (lines.length < count) await pause(5)
      }
      return lines
    },
  }
  return reading
}

let serial = 0
/** An entry in the export format; a value with control bytes in its binary form. */
function print(fields: Fields): Buffer {
  const pieces = [
    `__REALTIME_TIMESTAMP=${AT + ++serial}\n__MONOTONIC_TIMESTAMP=${serial}\n_BOOT_ID=${'a'.repeat(32)}\n_SOURCE_REALTIME_TIMESTAMP=${AT}\n`,
  ]
  const parts: Buffer[] = [Buffer.from(pieces.join(''))]
  for (const [name, value] of Object.entries(fields)) {
    const bytes = Buffer.from(value)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(bytes.length))
    parts.push(Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n'))
  }
  return Buffer.concat([...parts, Buffer.from('\n')])
}

function message(line: string): string {
  return line.slice(line.indexOf(']: ') + 3)
}
