/** The rotation matrix, on real files: each row does to a log what befalls logs, and says which lines must come out. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Followed, inPlace, type Place } from './place.ts'

interface Row {
  readonly name: string
  /** Does its deeds; calls `look` where the reader looks. */
  readonly act: (place: Place, look: (how?: 'and read nothing') => void) => void
  /** Before the follower is made. */
  readonly before?: (place: Place) => void
  readonly start?: 'begin' | 'end'
  readonly lines: readonly string[]
}

/** Long enough that two of its kind differ within head and tail. */
const line = (text: string) => `${text} ${'.'.repeat(40)}\n`
const rows: readonly Row[] = [
  {
    name: 'appended lines come once each',
    act: ({ log }, look) => {
      appendFileSync(log, 'one\ntwo\n')
      look()
      look()
      appendFileSync(log, 'three\n')
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'a log that appears later is read from its beginning, even if the end was asked for',
    start: 'end',
    act: ({ log }, look) => {
      look()
      writeFileSync(log, 'one\n')
    },
    lines: ['one'],
  },
  {
    name: 'from the end, only what is written later comes',
    before: ({ log }) => writeFileSync(log, 'old\n'),
    start: 'end',
    act: ({ log }, look) => {
      look()
      appendFileSync(log, 'new\n')
    },
    lines: ['new'],
  },
  {
    name: 'from the end, a line that is being written is new and comes whole',
    before: ({ log }) => writeFileSync(log, 'old\nne'),
    start: 'end',
    act: ({ log }, look) => {
      look()
      appendFileSync(log, 'w\n')
    },
    lines: ['new'],
  },
  {
    name: 'a line in two halves comes when its newline does',
    act: ({ log }, look) => {
      writeFileSync(log, 'from 192.0.2.1')
      look()
      appendFileSync(log, '98 port 1\n')
    },
    lines: ['from 192.0.2.198 port 1'],
  },
  {
    name: 'a last line without newline never comes',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\nfrom 192.0.2.1')
      look()
      renameSync(log, `${log}.1`)
    },
    lines: ['one'],
  },
  {
    name: 'CRLF, NUL, ESC, bytes that are no UTF-8 and empty lines pass as they are',
    act: ({ log }) => writeFileSync(log, Buffer.from('a\r\n\nb\0c\x1b[0m\xff\xfe\xc0\x80\n', 'latin1')),
    lines: ['a\r', '', 'b\0c\x1b[0m\xff\xfe\xc0\x80'],
  },
  {
    name: 'rename and create: the old file to its end, then the new one',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\n')
      look()
      appendFileSync(log, 'two\n')
      renameSync(log, `${log}.1`)
      writeFileSync(log, 'three\n')
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'lines written to the old file after the rename come too',
    act: ({ log, time }, look) => {
      writeFileSync(log, 'one\n')
      look()
      const writer = openSync(log, 'a')
      renameSync(log, `${log}.1`)
      writeFileSync(log, 'new\n')
      for (let second = 0; second < 25; second += 5) {
        look()
        writeSync(writer, `late ${second}\n`)
        time.advance(5000)
      }
      closeSync(writer)
    },
    lines: ['one', 'new', 'late 0', 'late 5', 'late 10', 'late 15', 'late 20'],
  },
  {
    name: 'ten seconds after its last line the old file is given up',
    act: ({ log, time }, look) => {
      writeFileSync(log, 'one\n')
      look()
      renameSync(log, `${log}.1`)
      writeFileSync(log, 'new\n')
      look()
      time.advance(10_001)
      look()
      appendFileSync(`${log}.1`, 'too late\n')
    },
    lines: ['one', 'new'],
  },
  {
    name: 'three rotations between two looks: the files that came and went come whole and in order',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\n')
      look()
      for (const text of ['two\n', 'three\n', 'four\n']) {
        for (const n of [3, 2, 1]) if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
        renameSync(log, `${log}.1`)
        writeFileSync(log, text)
      }
    },
    lines: ['one', 'two', 'three', 'four'],
  },
  {
    name: 'lines that came to the old file after it was given up, while the path named nothing, are found',
    act: ({ log, time }, look) => {
      writeFileSync(log, line('one'))
      look()
      appendFileSync(log, line('two'))
      renameSync(log, `${log}.1`)
      look()
      time.advance(20_000)
      look() // The path names nothing and the old file is given up ...
      look()
      appendFileSync(`${log}.1`, line('late')) // ... but what came to it is found when the path names a file again.
      writeFileSync(log, line('three'))
    },
    lines: ['one', 'two', 'late', 'three'],
  },
  {
    name: 'truncated to nothing and written anew, shorter',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\ntwo\n')
      look()
      truncateSync(log)
      appendFileSync(log, 'three\n')
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'truncated and regrown beyond the old size between two looks',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\ntwo\n')
      look()
      truncateSync(log)
      appendFileSync(log, 'three\nfour\nfive\n')
    },
    lines: ['one', 'two', 'three', 'four', 'five'],
  },
  {
    name: 'truncated and regrown to the very same size',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\ntwo\n')
      look()
      writeFileSync(log, 'six\nten\n')
      utimesSync(log, 2, 2)
    },
    lines: ['one', 'two', 'six', 'ten'],
  },
  {
    name: 'truncated to the same first line, shorter',
    act: ({ log }, look) => {
      writeFileSync(log, '# banner\none\n')
      look()
      writeFileSync(log, '# banner\n')
    },
    lines: ['# banner', 'one', '# banner'],
  },
  {
    name: 'truncated and regrown behind the same first kilobyte: the bytes before the offset tell',
    act: ({ log }, look) => {
      const banner = '#'.repeat(1100)
      writeFileSync(log, `${banner}\n${line('one')}`)
      look()
      writeFileSync(log, `${banner}\n${line('two')}${line('three')}`)
    },
    lines: ['#'.repeat(1100), 'one', '#'.repeat(1100), 'two', 'three'],
  },
  {
    name: 'copytruncate: what was not read before it is found in the copy',
    act: ({ log }, look) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look()
      for (let i = 10; i < 15; i++) appendFileSync(log, line(`${i}`))
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      for (let i = 15; i < 40; i++) appendFileSync(log, line(`${i}`))
    },
    lines: Array.from({ length: 40 }, (_, i) => `${i}`),
  },
  {
    name: 'copytruncate three times between two reads: what stood between is found in the copies',
    act: ({ log }, look) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look()
      for (let turn = 1; turn < 4; turn++) {
        for (let i = 0; i < 10; i++) appendFileSync(log, line(`${turn}${i}`))
        for (const n of [3, 2, 1]) if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
        copyFileSync(log, `${log}.1`)
        truncateSync(log)
      }
      appendFileSync(log, line('last'))
    },
    lines: [...Array.from({ length: 40 }, (_, i) => `${i}`), 'last'],
  },
  {
    name: 'copytruncate twice, seen only when the log was empty between',
    act: ({ log }, look) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look()
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      look()
      for (let i = 10; i < 20; i++) appendFileSync(log, line(`${i}`))
      renameSync(`${log}.1`, `${log}.2`)
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      appendFileSync(log, line('last'))
    },
    lines: [...Array.from({ length: 20 }, (_, i) => `${i}`), 'last'],
  },
  {
    name: 'a copy that is made, of a log that is not truncated yet, is not read beside it',
    act: ({ log }, look) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look()
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      for (let i = 10; i < 20; i++) appendFileSync(log, line(`${i}`))
      renameSync(`${log}.1`, `${log}.2`)
      copyFileSync(log, `${log}.1`)
      look()
      truncateSync(log)
      appendFileSync(log, line('last'))
    },
    lines: [...Array.from({ length: 20 }, (_, i) => `${i}`), 'last'],
  },
  {
    name: 'copytruncate of what was seen and never read',
    act: ({ log }, look) => {
      writeFileSync(log, '')
      look()
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look('and read nothing')
      copyFileSync(log, `${log}.1`)
      truncateSync(log)
      appendFileSync(log, line('last'))
    },
    lines: [...Array.from({ length: 10 }, (_, i) => `${i}`), 'last'],
  },
  {
    name: 'copytruncate, read to the end before: the copy brings nothing twice',
    act: ({ log }, look) => {
      for (let i = 0; i < 10; i++) appendFileSync(log, line(`${i}`))
      look()
      copyFileSync(log, `${log}.1`)
      look()
      truncateSync(log)
      look()
      appendFileSync(log, line('10'))
    },
    lines: Array.from({ length: 11 }, (_, i) => `${i}`),
  },
  {
    name: 'a hole of NULs, left by a truncation under a writer that does not append, is passed over',
    act: ({ log }, look) => {
      const writer = openSync(log, 'w')
      for (let i = 0; i < 5000; i++) writeSync(writer, line('x'))
      look()
      truncateSync(log)
      writeSync(writer, 'behind the hole\n')
      closeSync(writer)
    },
    lines: [...Array.from({ length: 5000 }, () => 'x'), 'behind the hole'],
  },
  {
    name: 'a hole of a terabyte is not read, and what stands behind it is',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\n')
      truncateSync(log, 2 ** 40)
      look()
      appendFileSync(log, 'behind the hole\n')
      look()
      appendFileSync(log, 'more\n')
    },
    lines: ['one', 'behind the hole', 'more'],
  },
  {
    name: 'a file that is made large first is read as it is written',
    act: ({ log }, look) => {
      writeFileSync(log, '')
      truncateSync(log, 5_000_000)
      look()
      const writer = openSync(log, 'r+')
      writeSync(writer, 'one\n')
      look()
      writeSync(writer, 'two\nthree\n')
      closeSync(writer)
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'deleted and created anew at once',
    act: ({ log }, look) => {
      writeFileSync(log, 'one\n')
      look()
      appendFileSync(log, 'two\n')
      unlinkSync(log)
      writeFileSync(log, 'three\n')
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'deleted, and created a minute later, perhaps with the same inode',
    act: ({ log, time }, look) => {
      writeFileSync(log, 'one\n')
      look()
      appendFileSync(log, 'two\n')
      unlinkSync(log)
      for (let i = 0; i < 60; i++) {
        look()
        time.advance(1000)
      }
      writeFileSync(log, 'three\n')
    },
    lines: ['one', 'two', 'three'],
  },
  {
    name: 'its folder is moved away and made anew',
    before: ({ log }) => {
      mkdirSync(log)
    },
    act: ({ folder, log }, look) => {
      const inside = join(log, 'b.log')
      writeFileSync(inside, 'one\n')
      look()
      appendFileSync(inside, 'two\n')
      renameSync(log, join(folder, 'moved'))
      look()
      mkdirSync(log)
      writeFileSync(inside, 'three\n')
      look()
      appendFileSync(join(folder, 'moved', 'b.log'), 'late\n')
    },
    lines: ['one', 'two', 'three', 'late'],
  },
  {
    name: 'moved away and back: nothing comes twice',
    act: ({ log, time }, look) => {
      writeFileSync(log, line('one'))
      look()
      renameSync(log, `${log}.x`)
      look()
      renameSync(`${log}.x`, log)
      look()
      renameSync(log, `${log}.x`)
      for (let i = 0; i < 20; i++) {
        look()
        time.advance(1000)
      }
      renameSync(`${log}.x`, log)
      appendFileSync(log, line('two'))
    },
    lines: ['one', 'two'],
  },
  {
    name: 'a link is switched to another file, and back',
    before: ({ folder, log }) => {
      writeFileSync(join(folder, 'x'), line('one'))
      writeFileSync(join(folder, 'y'), line('two'))
      symlinkSync('x', log)
    },
    act: ({ folder, log, time }, look) => {
      look()
      for (const target of ['y', 'x', 'y']) {
        rmSync(log)
        symlinkSync(target, log)
        look()
        time.advance(11_000)
        look()
      }
      appendFileSync(join(folder, 'y'), line('three'))
    },
    lines: ['one', 'two', 'three'],
  },
]

for (const { name, act, before, start, lines } of rows) {
  test(name, () =>
    inPlace((place) => {
      before?.(place)
      const inside = name.startsWith('its folder') ? join(place.log, 'b.log') : place.log
      const reader = place.follow(start ?? 'begin', inside)
      const all: string[] = []
      const look = (how?: 'and read nothing') => (how ? reader.follower.look() : void all.push(...reader.lines()))
      act(place, look)
      look()
      assert.deepEqual(
        all.map((text) => text.replace(/ \.{40}$/, '')),
        lines,
      )
      reader.follower.close()
    }),
  )
}

test('of a line over 64 KiB its head comes, and the next lines do', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, `first\n${'x'.repeat(65536)}\n${'y'.repeat(65537)}\n`)
    const writer = openSync(log, 'a')
    for (let i = 0; i < 10; i++) writeSync(writer, 'z'.repeat(1024 * 1024))
    writeSync(writer, 'z\nlast\n')
    closeSync(writer)
    const reader = follow()
    const sizes = reader.lines().map((text) => `${text.length} ${text.slice(0, 5)}`)
    assert.deepEqual(sizes, ['5 first', '65536 xxxxx', '65536 yyyyy', '65536 zzzzz', '4 last'])
    assert.equal(reader.follower.cutLines, 2)
  }))

test('the rest of a cut line is no line, also when reading goes on at a saved position', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, `${'x'.repeat(100_000)} forged`)
    const first = follow()
    assert.equal(first.text().length, 65537)
    const saved = first.follower.position()
    first.follower.close()
    appendFileSync(log, ' forged too\ntrue\n')
    assert.ok(saved)
    assert.deepEqual(follow(saved).lines(), ['true'])
  }))

test('the rest of a cut line that ends with the file is no line either', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, `${'x'.repeat(100_000)} forged\n`)
    const reader = follow()
    assert.equal(reader.text().length, 65537)
    appendFileSync(log, 'true\n')
    assert.deepEqual(reader.lines(), ['true'])
    reader.follower.close()
  }))

test('a chunk says where its bytes stood', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, 'one\ntwo\n')
    const reader: Followed = follow()
    reader.lines()
    appendFileSync(log, 'three\n')
    reader.follower.look()
    const chunk = reader.follower.read(new Uint8Array(70_000))
    assert.equal(chunk?.offset, 8)
    assert.equal(chunk && 'offset' in chunk.end && chunk.end.offset, 14)
    assert.equal(chunk?.log, log)
  }))

test('a chunk says how much of its log is yet unread', () =>
  inPlace(({ log, follow }) => {
    writeFileSync(log, `${'x'.repeat(999)}\n`.repeat(500))
    const reader = follow()
    reader.follower.look()
    const behind: (number | undefined)[] = []
    for (;;) {
      const chunk = reader.follower.read(new Uint8Array(200_000))
      if (!chunk) break
      behind.push(chunk.behind)
    }
    assert.deepEqual(behind, [300_000, 101_000, 0])
    reader.follower.close()
  }))
