/** One suite over both worlds: the machine's files and those in memory. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'

const folder = mkdtempSync(join(tmpdir(), 'rampart-files-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

for (const [name, world, root] of [
  ['real', realWorld(), folder],
  ['fake', fakeWorld(), '/tmp/x'],
] as const) {
  describe(`files, ${name}`, () => {
    const { files } = world
    test('what was written is read, and replaced whole', () => {
      files.write(`${root}/a`, 'one', 0o600)
      files.write(`${root}/a`, 'two\n', 0o600)
      assert.equal(files.text(`${root}/a`), 'two\n')
      assert.deepEqual(files.list(root), ['a'])
      assert.equal(files.stat(`${root}/a`)?.mode, 0o600)
    })
    test('a file is created with exactly its mode, in the place of another, and written over as it is', () => {
      files.create(`${root}/a`, 'one', 0o600)
      files.create(`${root}/a`, 'longer', 0o666)
      const { inode } = files.stat(`${root}/a`)!
      files.overwrite(`${root}/a`, 'two\n')
      files.syncFolder(root)
      assert.equal(files.isWritable(`${root}/a`), true)
      const after = files.stat(`${root}/a`)!
      assert.deepEqual([files.text(`${root}/a`), after.mode, after.inode], ['two\n', 0o666, inode])
    })
    test('an open file is read from any offset, and again after it is gone', () => {
      const file = files.open(`${root}/a`)
      const into = new Uint8Array(2)
      assert.equal(file.read(into, 2), 2)
      assert.equal(Buffer.from(into).toString(), 'o\n')
      files.remove(`${root}/a`)
      assert.equal(file.read(into, 0), 2)
      file.close()
    })
    test('what is not there is absent, by its code', () => {
      assert.equal(files.stat(`${root}/none`), undefined)
      assert.deepEqual(files.list(`${root}/none`), [])
      assert.throws(() => files.read(`${root}/none`), { code: 'file.absent' })
      files.remove(`${root}/none`)
    })
  })
}

for (const size of [0, 1, 4095, 4096, 4097, 70_000]) {
  test(`a file of ${size} bytes is read whole, and refused by a smaller limit`, () => {
    const { files } = realWorld()
    const path = join(folder, 'sized')
    const content = Uint8Array.from({ length: size }, (_, i) => i % 251)
    files.write(path, content, 0o600)
    assert.deepEqual(Buffer.from(files.read(path)), Buffer.from(content))
    assert.equal(files.read(path, size).length, size)
    if (size > 0) assert.throws(() => files.read(path, size - 1), { code: 'file.large' })
  })
}

test('a folder is made with those above it, and refused where none can be', { timeout: 10_000 }, () => {
  const { files } = realWorld()
  const path = join(folder, 'made/of/three')
  files.makeFolder(path, 0o700)
  files.makeFolder(path, 0o700)
  assert.equal(files.stat(path)?.mode, 0o700)
  files.write(join(path, 'file'), '', 0o600)
  assert.throws(() => files.makeFolder(join(path, 'file'), 0o700), { code: 'file.exists' })
  assert.throws(() => files.makeFolder(join(path, 'file/below'), 0o700), { code: 'file.absent' })
  assert.throws(() => files.makeFolder('/proc/none/such', 0o700), { code: 'file.absent' })
})

test('files whose size the kernel does not tell are read whole', () => {
  assert.match(realWorld().files.text('/proc/self/status'), /^Name:\t.*\n.*/)
})

test('a link is refused where links are not followed', () => {
  symlinkSync('/etc/passwd', join(folder, 'link'))
  assert.throws(() => realWorld().files.open(join(folder, 'link'), { follow: false }), { code: 'file.link' })
})

test('a write that fails leaves the old content and no temporary file', () => {
  const { files } = realWorld()
  files.write(join(folder, 'kept'), 'old', 0o600)
  assert.throws(() => files.write(join(folder, 'absent/kept'), 'new', 0o600), { code: 'file.absent' })
  assert.equal(files.text(join(folder, 'kept')), 'old')
  assert.ok(!readdirSync(folder).some((name) => name.endsWith('.new')))
  assert.equal(statSync(join(folder, 'kept')).size, 3)
})

test('a link that lies where the temporary file would be is no way into another file', () => {
  const [victim, path] = [join(folder, 'victim'), join(folder, 'wanted')]
  writeFileSync(victim, 'as it was')
  symlinkSync(victim, `${path}.${process.pid}.new`)
  realWorld().files.write(path, 'new', 0o600)
  assert.deepEqual(
    [victim, path].map((file) => realWorld().files.text(file)),
    ['as it was', 'new'],
  )
})

test('a program is run by its argument list, with its input, and cut at its time', async () => {
  const { run } = realWorld()
  const cat = await run.once(['cat'], { input: '$(id) `id`' })
  assert.deepEqual(cat, { code: 0, out: '$(id) `id`', err: '', timedOut: false })
  assert.equal((await run.once(['/no/such/program'])).code, 127)
  const slow = await run.once(['sh', '-c', 'sleep 30 & sleep 30'], { timeoutMs: 50 })
  assert.ok(slow.timedOut)
})

test('time in memory passes only when told, timers act in order', () => {
  const world = fakeWorld({ now: 1000 })
  const acts: string[] = []
  world.clock.every(10, () => acts.push(`every ${world.clock.now()}`))
  const cancel = world.clock.after(5, () => acts.push('cancelled'))
  world.clock.after(15, () => acts.push('once'))
  cancel()
  world.advance(20)
  assert.deepEqual(acts, ['every 1010', 'once', 'every 1020'])
})

test('a link is not followed by what is created in its place', () => {
  const { files } = realWorld()
  writeFileSync(join(folder, 'target'), 'kept')
  symlinkSync(join(folder, 'target'), join(folder, 'through'))
  files.create(join(folder, 'through'), 'new', 0o600)
  assert.deepEqual([files.text(join(folder, 'target')), files.text(join(folder, 'through'))], ['kept', 'new'])
})
