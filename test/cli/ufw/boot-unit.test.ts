/** The unit that loads the rules at boot: written and enabled where systemd runs. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { installUnit, unitText } from '../../../src/cli/ufw/boot-unit.ts'
import type { Call } from '../../../src/cli/ufw/call.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { type FakeWorld, fakeWorld } from '../../../src/world/fake.ts'

const UNIT = '/etc/systemd/system/ufw.service'
const SYSTEMD = '/run/systemd/system/x'
const sentence = { command: { kind: 'enable' }, dryRun: false, force: false, json: false, rollback: undefined } as const

/** What it warned of. */
async function install(world: FakeWorld, columns?: number): Promise<string> {
  let warned = ''
  const err = (text: string) => {
    warned += text
  }
  const terminal = { out: err, err, colour: false, columns }
  const call: Call = {
    setting: {
      ...{ world, terminal, version: '0', pid: 1, isRoot: true, stockFolder: '', readerCommand: [] },
      ...{ selfCommand: ['/opt/node', '/opt/main.mjs'], input: async function* () {}, stopped: new Promise(() => {}) },
    },
    ...{ paths: ufwPaths(), sentence, said: 'ufw enable', warn: () => {} },
  }
  await installUnit(call)
  return warned
}

test('it is written and enabled, once', async () => {
  const world = fakeWorld()
  world.put(SYSTEMD, '')
  world.answer('systemctl enable ufw.service', {})
  assert.equal(await install(world), '')
  assert.match(world.files.text(UNIT), /^ExecStart=\/opt\/node \/opt\/main\.mjs ufw-init force-reload$/m)
  assert.equal(world.ran.length, 1)
  world.put('/etc/systemd/system/sysinit.target.wants/ufw.service', '')
  await install(world)
  assert.equal(world.ran.length, 1)
})

test('the unit of the package is enabled as it is', async () => {
  const world = fakeWorld()
  world.put(SYSTEMD, '')
  world.put('/lib/systemd/system/ufw.service', unitText(['/lib/ufw/ufw-init']))
  world.answer('systemctl enable ufw.service', {})
  assert.equal(await install(world), '')
  assert.equal(world.files.stat(UNIT), undefined)
  assert.equal(world.ran.length, 1)
})

test('what systemd refuses is told', async () => {
  const world = fakeWorld()
  world.put(SYSTEMD, '')
  world.answer('systemctl', { code: 1 })
  assert.equal(
    await install(world),
    'WARN: the rules will not be loaded at boot: systemctl enable ufw.service has failed\n',
  )
})

test('without systemd a person is told, a script is not', async () => {
  const world = fakeWorld()
  assert.equal(await install(world), '')
  assert.match(await install(world, 80), /^WARN: the rules will not be loaded at boot: there is no systemd here; /)
  assert.deepEqual([world.files.stat(UNIT), world.ran], [undefined, []])
})

const found = spawnSync('systemd-analyze', ['--version']).status === 0
test('systemd takes it, with whatever in its paths', { skip: found ? false : 'no systemd-analyze' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'unit 100%-'))
  try {
    writeFileSync(join(folder, 'main'), '#!/bin/sh\n', { mode: 0o755 })
    const path = join(folder, 'ufw.service')
    writeFileSync(path, unitText([join(folder, 'main'), '/a b/"main" $HOME', 'ufw', 'reload']))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    const own = stderr.split('\n').filter((line) => line.includes('ufw.service'))
    assert.deepEqual([own, status], [[], 0])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
