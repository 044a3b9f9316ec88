/** Many commands of ufw at once, and commands that are killed: real processes, in a network namespace of their own. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inNamespace, run } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const AT_ONCE = 20
const KILLS = process.env['RAMPART_ALL'] ? 100 : 8
/** A command of ours from its start to its end, from the sources, on a slow machine. */
const COMMAND_MS = 900

inNamespace(import.meta.filename, () => {
  test(`R57 ${AT_ONCE} allow at once leave ${AT_ONCE} rules, in files and kernel`, async () => {
    const host = openHost()
    await host.say('enable')
    const ports = Array.from({ length: AT_ONCE }, (_, i) => 5001 + i)
    const codes = await Promise.all(ports.map((port) => ended(start(host.folder, 'allow', `${port}/tcp`))))
    assert.deepEqual(
      codes,
      ports.map(() => 0),
    )
    const sorted = host.tuples().toSorted()
    assert.deepEqual(sorted, [
      ...ports.map((port) => `4 allow tcp ${port} 0.0.0.0/0 any 0.0.0.0/0 in`),
      ...ports.map((port) => `6 allow tcp ${port} ::/0 any ::/0 in`),
    ])
    const ruleset = run('nft', 'list', 'ruleset')
    for (const port of ports) assert.match(ruleset, new RegExp(`\\b${port}\\b`))
    await host.say('disable')
  })

  test(`R58 ${KILLS} commands killed at some instant leave the old or the new state; files and kernel agree after a reload`, async () => {
    const host = openHost()
    await host.say('allow 6000/tcp')
    await host.say('enable')
    let known = new Set(host.tuples())
    for (let i = 0; i < KILLS; i++) {
      const port = 6001 + i
      const child = start(
        host.folder,
        i % 3 === 2 ? 'prepend' : 'allow',
        ...(i % 3 === 2 ? ['allow'] : []),
        `${port}/tcp`,
      )
      await new Promise((resolve) => setTimeout(resolve, (COMMAND_MS * i) / KILLS))
      child.kill('SIGKILL')
      const code = await ended(child)
      const now = new Set(host.tuples())
      const added = [...now].filter((tuple) => !known.has(tuple))
      assert.ok(
        [...known].every((tuple) => now.has(tuple)),
        `killed after ${i}`,
      )
      assert.ok(added.length === 0 || added.length === 2, `one family alone has ${added}`)
      if (code === 0) assert.equal(added.length, 2)
      known = now
    }
    assert.deepEqual((await host.say('reload')).out, 'Firewall reloaded\n')
    const ruleset = run('nft', 'list', 'ruleset')
    for (let port = 6000; port <= 6000 + KILLS; port++) {
      const isKnown = [...known].some((tuple) => tuple.includes(` ${port} `))
      assert.equal(new RegExp(`\\b${port}\\b`).test(ruleset), isKnown, `port ${port}`)
    }
    assert.deepEqual(
      readdirSync(join(host.folder, 'etc/ufw')).filter((name) => name.startsWith('.') && !name.startsWith('.rampart-')),
      [],
    )
    await host.say('disable')
  })
})

function start(folder: string, ...words: readonly string[]): ChildProcess {
  const argv = ['--disable-warning=ExperimentalWarning', MAIN, 'ufw', `--datadir=${folder}`, ...words]
  return spawn(process.execPath, argv, { stdio: 'ignore' })
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) =>
    (child.exitCode ?? child.signalCode) === null ? child.once('exit', resolve) : resolve(child.exitCode),
  )
}
