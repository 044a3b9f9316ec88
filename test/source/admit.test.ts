/** What may stand in the place of a log, and whose links are followed. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inPlace, type Place } from './place.ts'

const isRoot = process.getuid?.() === 0
const USER = 12345
const OTHER = 23456

interface Row {
  readonly name: string
  readonly make: (place: Place) => void
  /** The states told, or the lines read. */
  readonly is: 'read' | string
}

/** `home` is a folder of USER, `secret` a file of root that only root may read; the log is `home/a.log`. */
const rows: readonly Row[] = [
  { name: 'a file of the user', make: ({ log }) => chown(write(log)), is: 'read' },
  { name: 'a file of root in the folder of the user', make: ({ log }) => write(log), is: 'read' },
  { name: 'a folder', make: ({ log }) => mkdirSync(log), is: 'refused source.no-file' },
  { name: 'a FIFO', make: ({ log }) => void execFileSync('mkfifo', [log]), is: 'refused source.no-file' },
  { name: 'a link to a device', make: ({ log }) => symlinkSync('/dev/zero', log), is: 'refused source.no-file' },
  { name: 'a link to itself', make: ({ log }) => symlinkSync(log, log), is: 'refused file.link' },
  { name: 'a link to nothing', make: ({ log }) => symlinkSync('nothing', log), is: 'pending file.absent' },
  {
    name: "the user's link to a secret of root",
    make: ({ log, folder }) => link(join(folder, 'secret'), log, USER),
    is: 'refused source.foreign-link',
  },
  {
    name: "the user's link to a file of another user",
    make: ({ log, folder }) => {
      chown(write(join(folder, 'other')), OTHER)
      link(join(folder, 'other'), log, USER)
    },
    is: 'refused source.foreign-link',
  },
  {
    name: "the user's link to a file of the same user",
    make: ({ log, folder }) => {
      chown(write(join(folder, 'home', 'b.log')))
      link('b.log', log, USER)
    },
    is: 'read',
  },
  {
    name: "root's link in the folder of the user: the user could put another in its place",
    make: ({ log, folder }) => link(join(folder, 'secret'), log, 0),
    is: 'refused source.foreign-link',
  },
  {
    name: "root's link in root's folder that leads to the user's link to a secret",
    make: ({ folder }) => {
      link(join(folder, 'secret'), join(folder, 'home', 'b.log'), USER)
      link(join(folder, 'home', 'b.log'), `${folder}/top.log`, 0)
    },
    is: 'refused source.foreign-link',
  },
  {
    name: "root's link in root's folder to the user's file",
    make: ({ folder }) => {
      chown(write(join(folder, 'home', 'b.log')))
      link(join(folder, 'home', 'b.log'), `${folder}/top.log`, 0)
    },
    is: 'read',
  },
  {
    name: 'a folder on the way that the user replaced by a link',
    make: ({ folder }) => {
      mkdirSync(join(folder, 'private'))
      write(join(folder, 'private', 'deep.log'))
      link(join(folder, 'private'), join(folder, 'home', 'deep'), USER)
    },
    is: 'refused source.foreign-link',
  },
  {
    name: "a hard link to a secret of root in the user's folder",
    make: ({ log, folder }) => linkSync(join(folder, 'secret'), log),
    is: 'refused source.foreign-link',
  },
  {
    name: 'a hard link to a secret of root where all may write',
    make: ({ log, folder }) => {
      linkSync(join(folder, 'secret'), log)
      chown(join(folder, 'home'), 0)
      chmodSync(join(folder, 'home'), 0o1777)
    },
    is: 'refused source.foreign-link',
  },
  {
    name: "a hard link of the user to the user's own file",
    make: ({ log, folder }) => linkSync(chown(write(join(folder, 'home', 'b.log'))), log),
    is: 'read',
  },
]

for (const { name, make, is } of rows) {
  test(`${name}: ${is}`, { skip: !isRoot && 'only root can give files to others' }, () =>
    inPlace((place) => {
      chmodSync(place.folder, 0o755)
      const home = join(place.folder, 'home')
      mkdirSync(home)
      chown(home)
      write(join(place.folder, 'secret'))
      const log = join(home, 'a.log')
      make({ ...place, log })
      const path = name.startsWith("root's link in root's")
        ? join(place.folder, 'top.log')
        : name.startsWith('a folder on the way')
          ? join(home, 'deep', 'deep.log')
          : log
      const reader = place.follow('begin', path)
      assert.deepEqual(reader.lines(), is === 'read' ? ['content'] : [])
      assert.deepEqual(reader.states, [is === 'read' ? 'reading' : is])
      reader.follower.close()
    }),
  )
}

test('what took the place of a log is not read, and the log is again when it is back', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, 'one\n')
    const reader = follow()
    assert.deepEqual(reader.lines(), ['one'])
    unlinkSync(log)
    mkdirSync(log)
    assert.deepEqual(reader.lines(), [])
    rmdirSync(log)
    writeFileSync(log, 'two\n')
    assert.deepEqual(reader.lines(), ['two'])
    assert.deepEqual(reader.states, ['reading', 'rotated renamed', 'refused source.no-file', 'reading'])
    reader.follower.close()
  }))

test('a missing log is told at once, a gap in a rotation only if it lasts', () =>
  inPlace(({ log, follow, time }) => {
    const reader = follow()
    reader.lines()
    writeFileSync(log, 'one\n')
    reader.lines()
    unlinkSync(log)
    reader.lines()
    time.advance(500)
    reader.lines()
    assert.deepEqual(reader.states, ['pending file.absent', 'reading', 'rotated renamed'])
    time.advance(600)
    reader.lines()
    assert.deepEqual(reader.states.at(-1), 'pending file.absent')
    appendFileSync(log, 'two\n')
    assert.deepEqual(reader.lines(), ['two'])
    reader.follower.close()
  }))

test('a hard link in the place of the log is followed as the file it is, where nobody else may put one', () =>
  inPlace(({ log, folder, follow }) => {
    write(join(folder, 'x'))
    linkSync(join(folder, 'x'), log)
    const reader = follow()
    assert.deepEqual(reader.lines(), ['content'])
    reader.follower.close()
  }))

function write(path: string): string {
  writeFileSync(path, 'content\n', { mode: 0o600 })
  return path
}

function chown(path: string, owner = USER): string {
  chownSync(path, owner, owner)
  return path
}

function link(target: string, path: string, owner: number): void {
  symlinkSync(target, path)
  lchownSync(path, owner, owner)
}
