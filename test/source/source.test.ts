/** What a reader watches as a whole: patterns, turns, wake-ups, and what another process feeds. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Chunk } from '../../src/source/chunk.ts'
import type { Hands } from '../../src/source/input.ts'
import type { Mark } from '../../src/source/position.ts'
import { Source, type SourceOptions, type Wanted } from '../../src/source/source.ts'
import { realWorld } from '../../src/world/real.ts'
import { inPlace, type Place, printState } from './place.ts'

interface Reading {
  readonly source: Source
  readonly states: string[]
  /** `name: line`, in the order in which they came. */
  readonly lines: string[]
  /** Waits until so many lines have come, at most 3 s. */
  until(count: number): Promise<string[]>
}

test('a pattern brings the files that are there from their end, and new ones whole, within a second', () =>
  read(async ({ folder }, start) => {
    writeFileSync(join(folder, 'a.log'), 'old\n')
    const reading = start([file(join(folder, '*.log'), 'end')])
    appendFileSync(join(folder, 'a.log'), 'one\n')
    await reading.until(1)
    writeFileSync(join(folder, 'b.log'), 'two\n')
    assert.deepEqual(await reading.until(2), ['a.log: one', 'b.log: two'])
  }))

test('a pattern with folders finds a file in a folder that is made later, without waiting for the second', () =>
  read(async ({ folder }, start) => {
    const reading = start([file(join(folder, 'new', '*', 'logs', '*.log'), 'end')])
    for (const name of ['new', 'new/home', 'new/home/logs']) {
      await pause(20)
      mkdirSync(join(folder, name))
    }
    writeFileSync(join(folder, 'new/home/logs/a.log'), 'one\n')
    assert.deepEqual(await reading.until(1), ['a.log: one'])
  }, 'no poll'))

test('what a log is rotated to is no log of its own, though the pattern fits it', () =>
  read(async ({ folder, log }, start) => {
    writeFileSync(log, 'one\n')
    const reading = start([file(`${folder}/a.log*`, 'begin')])
    await reading.until(1)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'two\n')
    writeFileSync(`${log}.2.gz`, 'packed\n')
    await reading.until(2)
    await pause(50)
    assert.deepEqual(reading.lines, ['a.log: one', 'a.log: two'])
    assert.deepEqual(reading.source.logs, [log])
  }))

test('nor is it while the log has no name, between its rename and its create', () =>
  read(async ({ folder, log }, start) => {
    writeFileSync(log, 'one\n')
    const reading = start([file(`${folder}/a.log*`, 'begin')])
    await reading.until(1)
    renameSync(log, `${log}.1`)
    await pause(100)
    appendFileSync(`${log}.1`, 'late\n')
    await reading.until(2)
    writeFileSync(log, 'two\n')
    await reading.until(3)
    await pause(50)
    assert.deepEqual(reading.lines, ['a.log: one', 'a.log: late', 'a.log: two'])
  }))

test('a file that is renamed from one name of the pattern to another is gone on with', () =>
  inPlace(async ({ folder, log, hands, time }) => {
    const source = new Source(hands, { onState: () => {} })
    const done = join(folder, 'done-17.log')
    writeFileSync(log, 'one\n')
    source.want([file(`${folder}/*.log`, 'begin')])
    const lines = taken(source)
    for (const text of ['two', 'three', 'four']) {
      appendFileSync(log, `${text}\n`)
      renameSync(log, done)
      writeFileSync(log, `${text} anew\n`)
      time.advance(3000)
      lines.push(...taken(source))
    }
    for (let second = 0; second < 15; second++) time.advance(1000)
    appendFileSync(done, 'late\n')
    time.advance(3000)
    lines.push(...taken(source))
    assert.deepEqual(lines, [
      'a.log: one',
      'a.log: two',
      'a.log: two anew',
      'a.log: three',
      'a.log: three anew',
      'a.log: four',
      'a.log: four anew',
      'done-17.log: late',
    ])
    source.close()
  }))

test('numbers within names that the pattern fits: each file goes on under its new one', () =>
  inPlace(async ({ folder, log, hands, time }) => {
    const source = new Source(hands, { onState: () => {} })
    const numbered = (n: number) => (n === 0 ? log : join(folder, `a.${n}.log`))
    source.want([file(`${folder}/a*.log`, 'begin')])
    const lines: string[] = []
    for (let turn = 0; turn < 6; turn++) {
      for (let n = turn; n > 0; n--) renameSync(numbered(n - 1), numbered(n))
      writeFileSync(log, `turn ${turn}\n`)
      time.advance(3000)
      lines.push(...taken(source))
    }
    for (let n = 0; n < 6; n++) appendFileSync(numbered(n), `late ${n}\n`)
    time.advance(3000)
    lines.push(...taken(source))
    assert.deepEqual(lines.map((line) => line.replace(/.*: /, '')).sort(), [
      ...[0, 1, 2, 3, 4, 5].map((n) => `late ${n}`),
      ...[0, 1, 2, 3, 4, 5].map((n) => `turn ${n}`),
    ])
    source.close()
  }))

test('a link beside the dated files that it leads to is read once, under their names', () =>
  inPlace(async ({ folder, hands, time }) => {
    const source = new Source(hands, { onState: () => {} })
    const day = (n: number) => join(folder, `b-2026010${n}.log`)
    writeFileSync(day(1), 'one\n')
    symlinkSync(day(1), join(folder, 'a.log'))
    source.want([file(`${folder}/*.log`, 'begin')])
    const lines = taken(source)
    writeFileSync(day(2), 'two\n')
    time.advance(3000)
    unlinkSync(join(folder, 'a.log'))
    symlinkSync(day(2), join(folder, 'a.log'))
    time.advance(3000)
    appendFileSync(day(2), 'more\n')
    time.advance(3000)
    lines.push(...taken(source))
    assert.deepEqual(lines, ['b-20260101.log: one', 'b-20260102.log: two', 'b-20260102.log: more'])
    source.close()
  }))

test('a file that got another name of the pattern while nobody read is gone on with', () =>
  inPlace(({ folder, log, hands }) => {
    const marks = new Map<string, Mark>()
    const begin = () => {
      const source = new Source(hands, { onState: () => {}, position: (log) => marks.get(log), left: marks })
      source.want([file(`${folder}/*.log`, 'begin')])
      const lines = taken(source, marks)
      source.close()
      return lines
    }
    writeFileSync(log, 'one\n')
    assert.deepEqual(begin(), ['a.log: one'])
    appendFileSync(log, 'rest\n')
    renameSync(log, join(folder, 'b.log'))
    writeFileSync(log, 'two\n')
    assert.deepEqual(begin().sort(), ['a.log: two', 'b.log: rest'])
    assert.deepEqual(begin(), [])
  }))

test('late lines in the old file come without waiting for the second', () =>
  read(async ({ folder, log }, start) => {
    writeFileSync(log, 'one\n')
    const reading = start([file(log, 'begin')])
    await reading.until(1)
    renameSync(log, join(folder, 'elsewhere'))
    writeFileSync(log, 'two\n')
    await reading.until(2)
    appendFileSync(join(folder, 'elsewhere'), 'late\n')
    assert.deepEqual(await reading.until(3), ['a.log: one', 'a.log: two', 'a.log: late'])
  }, 'no poll'))

test('a file that vanished is dropped after its grace, and read on where it was left when it is back', () =>
  inPlace(async ({ folder, log, hands, time }) => {
    const source = new Source(hands, { onState: () => {} })
    writeFileSync(log, 'one\n')
    source.want([file(`${folder}/*.log`, 'begin')])
    assert.deepEqual(taken(source), ['a.log: one'])
    renameSync(log, join(folder, 'hidden'))
    for (let second = 0; second < 15; second++) time.advance(1000)
    assert.deepEqual(source.logs, [])
    renameSync(join(folder, 'hidden'), log)
    appendFileSync(log, 'two\n')
    time.advance(3000)
    assert.deepEqual(taken(source), ['a.log: two'])
    source.close()
  }))

test('a link and the folder that it leads to are both watched', () =>
  read(async ({ folder, log }, start) => {
    mkdirSync(join(folder, 'targets'))
    writeFileSync(join(folder, 'targets', 'x'), 'one\n')
    writeFileSync(join(folder, 'targets', 'y'), 'two\n')
    symlinkSync('targets/x', log)
    const reading = start([file(log, 'begin')])
    await reading.until(1)
    appendFileSync(join(folder, 'targets', 'x'), 'more\n')
    await reading.until(2)
    unlinkSync(log)
    symlinkSync('targets/y', log)
    assert.deepEqual(await reading.until(3), ['a.log: one', 'a.log: more', 'a.log: two'])
  }, 'no poll'))

test('a missing log is pending and the others are read', () =>
  read(async ({ folder, log }, start) => {
    writeFileSync(log, 'one\n')
    const reading = start([file(join(folder, 'none.log'), 'begin'), file(log, 'begin')])
    assert.deepEqual(await reading.until(1), ['a.log: one'])
    assert.deepEqual(reading.states, ['none.log pending file.absent', 'a.log reading'])
    mkdirSync(join(folder, 'none.log'))
    await pause(50)
    rmSync(join(folder, 'none.log'), { recursive: true })
    writeFileSync(join(folder, 'none.log'), 'two\n')
    assert.deepEqual(await reading.until(2), ['a.log: one', 'none.log: two'])
    assert.ok(reading.states.includes('none.log refused source.no-file'))
  }))

test('its folders missing too, a log is found when all are made, and again when one was moved away', () =>
  read(async ({ folder }, start) => {
    const inner = join(folder, 'new', 'inner')
    const reading = start([file(join(inner, 'a.log'), 'end')])
    mkdirSync(join(folder, 'new'))
    for (const [index, text] of ['one', 'two'].entries()) {
      await pause(20)
      mkdirSync(inner)
      writeFileSync(join(inner, 'a.log'), `${text}\n`)
      await reading.until(index + 1)
      renameSync(inner, `${inner} ${text}`)
    }
    assert.deepEqual(reading.lines, ['a.log: one', 'a.log: two'])
  }, 'no poll'))

test('no log starves another: each has its turn of a budget', () =>
  inPlace(({ folder, hands }) => {
    const source = new Source(hands, { onState: () => {}, turnBytes: 100_000 })
    for (const name of ['a', 'b', 'c'])
      writeFileSync(join(folder, name), `${'x'.repeat(999)}\n`.repeat(name === 'a' ? 1000 : 5))
    source.want(['a', 'b', 'c'].map((name) => file(join(folder, name), 'begin')))
    const order: string[] = []
    const buffer = new Uint8Array(1024 * 1024)
    for (let chunk = source.take(buffer); chunk; chunk = source.take(buffer)) {
      assert.ok(chunk.bytes.length <= 100_000)
      order.push(chunk.log.slice(-1))
    }
    assert.deepEqual(order.slice(0, 3).sort(), ['a', 'b', 'c'])
    assert.equal(order.filter((name) => name === 'a').length, 11)
    source.close()
  }))

test('what is wanted anew is read beside what goes on, and what is not wanted any more is let go', () =>
  inPlace(({ folder, log, hands }) => {
    const source = new Source(hands, { onState: () => {} })
    const other = join(folder, 'b.log')
    writeFileSync(log, 'one\n')
    writeFileSync(other, 'other\n')
    source.want([file(log, 'begin')])
    assert.deepEqual(taken(source), ['a.log: one'])
    source.want([file(log, 'begin'), file(other, 'begin')])
    assert.deepEqual(taken(source), ['b.log: other'])
    source.want([file(other, 'begin')])
    assert.deepEqual(source.logs, [other])
    assert.throws(() => source.want([file('a.log', 'end')]), { code: 'source.relative' })
    source.close()
  }))

test('reading goes on at the positions that the last chunks told', () =>
  inPlace(({ log, hands }) => {
    writeFileSync(log, 'one\n')
    let end: Chunk['end'] | undefined
    const first = new Source(hands, { onState: () => {} })
    first.want([file(log, 'begin')])
    end = first.take(new Uint8Array(100_000))?.end
    first.close()
    appendFileSync(log, 'two\n')
    const second = new Source(hands, { onState: () => {}, position: () => end })
    second.want([file(log, 'begin')])
    assert.deepEqual(taken(second), ['a.log: two'])
    second.close()
  }))

test('a chunk that is fed comes out in the buffer, and its feeder is told when it has been dealt with', () =>
  inPlace(async ({ hands }) => {
    const source = new Source(hands, { onState: () => {} })
    const bytes = new TextEncoder().encode('one\n')
    const chunk: Chunk = { log: 'x', bytes, offset: 7, end: { cursor: 'c' }, cutLines: 2 }
    let done = false
    const fed = source.feed('/var/log/secret', chunk).then(() => {
      done = true
    })
    const buffer = new Uint8Array(100_000)
    const taken = source.take(buffer)
    assert.deepEqual(taken && { ...taken, bytes: [...taken.bytes] }, {
      ...chunk,
      log: '/var/log/secret',
      bytes: [...bytes],
    })
    assert.equal(taken?.bytes.buffer, buffer.buffer)
    await pause(1)
    assert.equal(done, false)
    assert.equal(source.take(buffer), undefined)
    await fed
    assert.throws(
      () => {
        for (let i = 0; i < 100; i++) void source.feed('/var/log/secret', chunk)
      },
      { code: 'source.overfed' },
    )
    source.close()
  }))

test('a turn bounds what is read here; what is fed comes whole', () =>
  inPlace(async ({ hands, log }) => {
    writeFileSync(log, 'a line\n'.repeat(40_000))
    const source = new Source(hands, { onState: () => {} })
    source.want([file(log, 'begin')])
    const buffer = new Uint8Array(400_000)
    const most = 70_000
    const read = source.take(buffer, most)!.bytes.length
    assert.ok(read <= most && read > most - 7, String(read))
    source.close()
    const other = new Source(hands, { onState: () => {} })
    const bytes = new TextEncoder().encode('a line\n'.repeat(40_000))
    void other.feed('/var/log/secret', { log: 'x', bytes, offset: 0, end: { cursor: 'c' }, cutLines: 0 })
    assert.equal(other.take(buffer, most)?.bytes.length, bytes.length)
    other.close()
  }))

test('a source that is closed while it rests ends the wait too', () =>
  inPlace(async ({ hands, log, time }) => {
    const source = new Source(hands, { onState: () => {} })
    writeFileSync(log, 'one\n')
    source.want([file(log, 'begin')])
    time.advance(100)
    const next = source.next(new Uint8Array(100_000))
    source.close()
    time.advance(100)
    assert.equal(await next, undefined)
  }))

test('a closed source ends the wait', () =>
  inPlace(async ({ hands }) => {
    const source = new Source(hands, { onState: () => {} })
    const next = source.next(new Uint8Array(100_000))
    source.close()
    assert.equal(await next, undefined)
  }))

function file(pattern: string, start: 'begin' | 'end'): Wanted {
  return { kind: 'file', pattern, start }
}

function taken(source: Source, marks = new Map<string, Mark>()): string[] {
  const lines: string[] = []
  const buffer = new Uint8Array(1024 * 1024)
  for (let chunk = source.take(buffer); chunk; chunk = source.take(buffer)) {
    lines.push(...print(chunk))
    marks.set(chunk.log, chunk.end)
  }
  return lines
}

function print({ log, bytes }: Chunk): string[] {
  const name = log.slice(log.lastIndexOf('/') + 1)
  return Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .slice(0, -1)
    .map((line) => `${name}: ${line}`)
}

/** With the machine's clock and watches; with `no poll` the clock stands still, so that only watches can tell. */
function read(
  act: (place: Place, start: (wanted: readonly Wanted[]) => Reading) => Promise<void>,
  poll?: 'no poll',
): Promise<void> {
  return inPlace(async (place) => {
    const hands: Hands = poll === 'no poll' ? place.hands : realWorld()
    const alive = setInterval(() => {}, 1000)
    const open: Source[] = []
    const start = (wanted: readonly Wanted[]): Reading => {
      const states: string[] = []
      const lines: string[] = []
      const onState: SourceOptions['onState'] = (log, state) =>
        void states.push(`${log.slice(log.lastIndexOf('/') + 1)} ${printState(state)}`)
      const source = new Source(hands, { onState })
      open.push(source)
      source.want(wanted)
      void collect(source, lines)
      return { source, states, lines, until: (count) => until(lines, count) }
    }
    try {
      await act(place, start)
    } finally {
      for (const source of open) source.close()
      clearInterval(alive)
    }
  })
}

async function collect(source: Source, lines: string[]): Promise<void> {
  const buffer = new Uint8Array(1024 * 1024)
  for (let chunk = await source.next(buffer); chunk; chunk = await source.next(buffer)) lines.push(...print(chunk))
}

async function until(lines: string[], count: number): Promise<string[]> {
  for (let i = 0; i < 600 && lines.length < count; i++) await pause(5)
  return lines
}
