/** What befell a log while nobody read it: reading goes on at the saved position, in whichever file that is now. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import type { Position } from '../../src/source/position.ts'
import { inPlace } from './place.ts'

const line = (text: string) => `${text} ${'.'.repeat(60)}\n`
const rotate = (log: string) => {
  for (const n of [3, 2, 1]) if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
  renameSync(log, `${log}.1`)
}

/** Before: `0` to `9` were read. */
const rows: readonly {
  readonly name: string
  readonly act: (log: string) => void
  readonly lines: readonly string[]
  readonly change?: (position: Position) => Position
}[] = [
  { name: 'nothing happened', act: () => {}, lines: [] },
  { name: 'lines were written', act: (log) => appendFileSync(log, line('new')), lines: ['new'] },
  {
    name: 'written and rotated: first the rest of the old file',
    act: (log) => {
      appendFileSync(log, line('rest'))
      rotate(log)
      writeFileSync(log, line('new'))
    },
    lines: ['rest', 'new'],
  },
  {
    name: 'rotated three times',
    act: (log) => {
      for (const text of ['a', 'b', 'c']) {
        appendFileSync(log, line(`rest ${text}`))
        rotate(log)
        writeFileSync(log, line(text))
      }
    },
    lines: ['rest a', 'a', 'rest b', 'b', 'rest c', 'c'],
  },
  {
    name: 'rotated by date',
    act: (log) => {
      appendFileSync(log, line('rest'))
      renameSync(log, `${log}-20260131`)
      writeFileSync(log, line('between'))
      renameSync(log, `${log}-20260201`)
      writeFileSync(log, line('new'))
    },
    lines: ['rest', 'between', 'new'],
  },
  {
    name: 'rotated, and nothing was created yet',
    act: (log) => {
      appendFileSync(log, line('rest'))
      rotate(log)
      writeFileSync(log, '')
    },
    lines: ['rest'],
  },
  {
    name: 'copied and truncated: first the rest in the copy',
    act: (log) => {
      appendFileSync(log, line('rest'))
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      appendFileSync(log, line('new'))
    },
    lines: ['rest', 'new'],
  },
  {
    name: 'truncated and regrown beyond the offset',
    act: (log) => {
      truncateSync(log)
      for (let i = 0; i < 20; i++) appendFileSync(log, line(`new ${i}`))
    },
    lines: Array.from({ length: 20 }, (_, i) => `new ${i}`),
  },
  {
    name: 'deleted and created anew',
    act: (log) => {
      rmSync(log)
      writeFileSync(log, line('new'))
    },
    lines: ['new'],
  },
  {
    name: 'rotated, and the new file begins with the same lines',
    act: (log) => {
      const content = line('0')
      appendFileSync(log, line('rest'))
      rotate(log)
      writeFileSync(log, content + line('new'))
    },
    lines: ['rest', '0', 'new'],
  },
  {
    name: 'put back from a copy: another inode, the same lines',
    act: (log) => {
      copyFileSync(log, `${log}.copy`)
      rmSync(log)
      renameSync(`${log}.copy`, log)
      appendFileSync(log, line('new'))
    },
    lines: ['new'],
  },
  {
    name: 'the disk has another number after a reboot',
    act: (log) => appendFileSync(log, line('new')),
    change: (position) => ({ ...position, device: position.device + 1 }),
    lines: ['new'],
  },
  {
    name: 'the position comes from a program that keeps no tail',
    act: (log) => appendFileSync(log, line('new')),
    change: ({ tail: _, ...position }) => position,
    lines: ['new'],
  },
]

for (const { name, act, lines, change = (position: Position) => position } of rows) {
  test(`while nobody read: ${name}`, () =>
    inPlace(({ log, follow }) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      const first = follow()
      assert.equal(first.lines().length, 10)
      const position = first.follower.position()
      first.follower.close()
      assert.ok(position)
      act(log)
      const second = follow(change(position))
      assert.deepEqual(second.lines().map(short), lines)
      second.follower.close()
    }))
}

test('a saved position holds the old file as long as late lines may come to it', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, line('one'))
    const first = follow()
    first.lines()
    rotate(log)
    writeFileSync(log, line('two'))
    assert.deepEqual(first.lines().map(short), ['two'])
    const position = first.follower.position()
    assert.equal(position?.before?.length, 1)
    first.follower.close()
    appendFileSync(`${log}.1`, line('late'))
    appendFileSync(log, line('three'))
    assert.deepEqual(follow(position).lines().map(short), ['late', 'three'])
  }))

test('a new file that is still empty is remembered, and so is the old one before it', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, line('one'))
    const first = follow()
    first.lines()
    rotate(log)
    writeFileSync(log, '')
    first.lines()
    const position = first.follower.position()
    assert.deepEqual([position?.inode, position?.offset], [statSync(log).ino, 0])
    assert.equal(position?.before?.[0]?.inode, statSync(`${log}.1`).ino)
    first.follower.close()
    appendFileSync(log, line('two'))
    rotate(log)
    writeFileSync(log, line('three'))
    assert.deepEqual(follow(position).lines().map(short), ['two', 'three'])
  }))

function short(text: string): string {
  return text.replace(/ \.{60}$/, '')
}
