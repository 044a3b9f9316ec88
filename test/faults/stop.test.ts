/** The guard's end, whatever hangs: nft, the history, the half that reads, the start itself. */
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { childrenOf, isAlive, readerOf } from '../lab/below.ts'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, ROOT, sleep, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

const JAILS = `
[DEFAULT]
bantime = 1h
[load]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/load.log
maxretry = 1
`
/** What is promised, and some room for a machine that is busy. */
const PROMISED_MS = 10_000 + 5000

describe('the end of a guard in which something hangs', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  let attacker = 0

  before(async () => {
    lab = await Lab.open(JAILS)
    lab.append('log/load.log', '')
    copyFileSync('/usr/sbin/nft', join(lab.folder, 'nft'))
    lab.write('hanging-nft', '#!/bin/sh\nexec sleep 1000\n', 0o755)
  })
  after(() => lab?.close())

  /** Starts a guard that has a ban. @returns its address */
  async function guardWithBan(...words: readonly string[]): Promise<string> {
    guard = await lab.guard(words)
    const [address] = unique(1, 1, attacker++) as [string]
    lab.append('log/load.log', probeLine(address))
    await until('the ban', async () => (await inKernel()).includes(address))
    return address
  }
  /** With the real nft, whatever stands in its place. */
  const inKernel = async () => (await lab.server.run([join(lab.folder, 'nft'), 'list', 'ruleset'])).out
  const hangNft = () => lab.server.must(['mount', '--bind', join(lab.folder, 'hanging-nft'), '/usr/sbin/nft'])
  const mendNft = () => lab.server.must(['umount', '/usr/sbin/nft'])
  const ended = () => until('its end', () => guard.process.exitCode !== null, PROMISED_MS)

  /** Ends it by SIGTERM, and another one later. */
  async function terminate(): Promise<void> {
    const children = childrenOf(guard.process.pid!)
    guard.process.kill('SIGTERM')
    await sleep(1500)
    guard.process.kill('SIGTERM')
    await ended()
    await until('its children are gone', () => children.every(({ pid }) => !isAlive(pid)))
  }

  test('R07 nft hangs: it ends, and says that the bans stay until their ends', async () => {
    const address = await guardWithBan()
    await hangNft()
    // One that was started before waits for its input: another ban takes it.
    lab.append('log/load.log', probeLine(...(unique(1, 1, attacker++) as [string])))
    await sleep(500)
    await terminate()
    await mendNft()
    assert.equal(guard.process.exitCode, 1)
    assert.match(guard.err, /bans in the kernel stay there until their ends/)
    assert.ok((await inKernel()).includes(`${address} timeout`))
  })

  test('R07 nft hangs at the start: it ends', async () => {
    await hangNft()
    const process = lab.server.start([join(ROOT, 'bin/rampart'), 'up'])
    await sleep(1500)
    process.kill('SIGTERM')
    await until('its end', () => process.exitCode !== null, PROMISED_MS)
    await mendNft()
  })

  for (const keep of [false, true]) {
    const bans = keep ? 'the bans stay' : 'the bans are lifted'

    test(`R07 the history is locked: it ends, and ${bans}`, async () => {
      const address = await guardWithBan(...(keep ? ['--keep-bans'] : []))
      const database = new DatabaseSync(join(lab.folder, 'state/history.db'))
      database.exec('BEGIN EXCLUSIVE')
      lab.append('log/load.log', probeLine(...(unique(1, 1, attacker++) as [string])))
      await sleep(300)
      await terminate()
      database.close()
      assert.equal((await inKernel()).includes(address), keep)
    })

    test(`R07 the half that reads hangs: it ends, and ${bans}`, async () => {
      const address = await guardWithBan(...(keep ? ['--keep-bans'] : []))
      process.kill(readerOf(guard.process.pid!)!, 'SIGSTOP')
      await terminate()
      assert.equal(guard.process.exitCode, 0)
      assert.equal((await inKernel()).includes(address), keep)
    })
  }

  test('R07 a second SIGTERM, while the first is at work, changes nothing', async () => {
    const address = await guardWithBan()
    for (let i = 0; i < 20; i++) guard.process.kill('SIGTERM')
    await ended()
    assert.equal(guard.process.exitCode, 0)
    assert.equal(guard.err, '')
    assert.equal(await inKernel(), '')
    guard = await lab.guard()
    assert.ok((await inKernel()).includes(address))
    await guard.stop()
  })

  const stops: readonly [up: readonly string[], stop: readonly string[], keeps: boolean][] = [
    [[], [], false],
    [[], ['--keep-bans'], true],
    [['--keep-bans'], [], true],
    [['--keep-bans'], ['--lift-bans'], false],
  ]
  for (const [up, stop, keeps] of stops) {
    const words = [...up.map((word) => `up ${word}`), ['stop', ...stop].join(' ')].join(', ')
    test(`${words}: the bans ${keeps ? 'stay' : 'are lifted'}, and it has ended when the command has`, async () => {
      const address = await guardWithBan(...up)
      const { code, out } = await lab.rampart('stop', ...stop)
      assert.equal(code, 0)
      assert.match(out, new RegExp(`has ended \\(pid ${guard.process.pid}\\)`))
      assert.equal((await inKernel()).includes(address), keeps)
      await until('its end', () => guard.process.exitCode === 0)
    })
  }

  test('--replace with nobody to replace begins like any other', async () => {
    assert.equal((await lab.rampart('stop')).code, 1)
    guard = await lab.guard(['--replace'])
    await guard.stop()
  })
})
