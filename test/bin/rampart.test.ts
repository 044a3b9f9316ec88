/** The launcher finds its program however it is called. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/rampart', import.meta.url))
const isBuilt = existsSync(new URL('../../dist/main.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rampart launcher '))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, '-c'))
symlinkSync(LAUNCHER, join(folder, 'one'))
symlinkSync('one', join(folder, 'two'))
symlinkSync('../two', join(folder, '-c/three'))
symlinkSync(fileURLToPath(new URL('../../bin/ufw', import.meta.url)), join(folder, 'ufw'))

symlinkSync(dirname(LAUNCHER), join(folder, 'bin'))

const rows: readonly [sentence: string, within: string, command: string][] = [
  ['by its own path', '/', `'${LAUNCHER}' version`],
  ['by a link', folder, './one version'],
  ['by a link to a link', folder, './two version'],
  ['by a link into another folder', folder, './-c/three version'],
  ['from a folder whose name begins like an option', join(folder, '-c'), './three version'],
  ['by PATH', '/', `PATH="${folder}:$PATH" two version`],
  ['by a shell that is given a bare name', folder, 'sh two version'],
  ['by a folder that is a link', '/', `'${folder}/bin/rampart' version`],
  ['by a path with detours', '/', `'${folder}/-c/../bin/../bin//./rampart' version`],
  ['by a path from elsewhere', dirname(LAUNCHER), '../bin/rampart version'],
  ['with a CDPATH', '/', `CDPATH=/tmp '${LAUNCHER}' version`],
]

for (const [sentence, cwd, command] of rows) {
  test(`it starts ${sentence}`, { skip: isBuilt ? false : 'not built' }, () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })
    assert.match(stdout, /^rampart \d/, stderr)
  })
}

for (const [sentence, command] of [
  ['from its own folder', `'${LAUNCHER.replace(/rampart$/, 'ufw')}' version`],
  ['by a link from elsewhere', `'${folder}/ufw' version`],
  ['by PATH', `PATH="${folder}:$PATH" ufw version`],
]) {
  test(`it starts as ufw ${sentence}`, { skip: isBuilt ? false : 'not built' }, () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', command!], { encoding: 'utf8' })
    assert.match(stdout, /^ufw 0\.36\.2\n/, stderr)
  })
}

test('what a command that is loaded late raises keeps its hint', { skip: isBuilt ? false : 'not built' }, () => {
  const { stderr } = spawnSync(LAUNCHER, ['chart', 'bar', '--by', 'nothing'], { encoding: 'utf8' })
  assert.match(stderr, /^rampart: nothing can be counted by nothing\n {2}one of: country, /)
})

/** What is in dist/, the words of a command, and whether they start. */
for (const [there, name, words, isReady] of [
  [[], 'rampart', ['status'], false],
  [['main.mjs'], 'rampart', ['status'], false],
  [['main.mjs'], 'rampart', ['up'], true],
  [['rampart.cjs'], 'rampart', ['status'], true],
  [['main.mjs', 'rampart.cjs'], 'ufw', ['status'], false],
  [['main.mjs', 'rampart.cjs'], 'fail2ban-client', ['status'], false],
  [['rampart.cjs'], 'fail2ban-server', [], false],
] as const) {
  const built = there.length === 0 ? 'nothing built' : `${there.join(' and ')} built`
  test(`with ${built}, ${name} ${words.join(' ')} ${isReady ? 'starts' : 'tells how to set it up'}`, () => {
    const root = mkdtempSync(join(folder, 'root '))
    for (const part of ['bin', 'dist', 'runtime']) mkdirSync(join(root, part))
    writeFileSync(join(root, 'runtime/node'), '#!/bin/sh\necho started\n', { mode: 0o755 })
    for (const file of there) writeFileSync(join(root, 'dist', file), '')
    copyFileSync(LAUNCHER, join(root, 'bin', name))
    const { status, stdout, stderr } = spawnSync(join(root, 'bin', name), words, { encoding: 'utf8' })
    const said = `rampart: not set up yet; run: npm run setup --prefix '${root}'\n`
    assert.deepEqual([status, stdout, stderr], isReady ? [0, 'started\n', ''] : [1, '', said])
  })
}
