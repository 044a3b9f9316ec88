/** `ufw-init`: what the unit ufw.service calls, in a network namespace of its own. What it says and returns is UFW's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ufwInit } from '../../../src/cli/ufw/init.ts'
import { isActive } from '../../../src/firewall/rules/apply.ts'
import { realWorld } from '../../../src/world/real.ts'
import type { Exit } from '../../../src/world/run.ts'
import { inNamespace } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

/** What is said, what is answered, the exit code, and whether rules are in force then. */
const STEPS: readonly (readonly [string, string, number, boolean])[] = [
  ['ufw-init status', 'Firewall is not running\n', 3, false],
  ['ufw-init start', 'Skip starting firewall: ufw (not enabled)\n', 0, false],
  ['ufw-init stop', 'Skip stopping firewall: ufw (not enabled)\n', 0, false],
  ['ufw --force enable', 'Firewall is active and enabled on system startup\n', 0, true],
  ['ufw-init status', 'Firewall is running\n', 0, true],
  ['ufw-init start', "Firewall already started, use 'force-reload'\n", 0, true],
  ['ufw-init stop', '', 0, false],
  ['ufw status', 'Status: inactive\n', 0, false],
  ['ufw-init start', '', 0, true],
  ['ufw-init restart', '', 0, true],
  ['ufw-init force-reload', '', 0, true],
  ['ufw-init flush-all', '', 0, false],
  ['ufw-init force-stop', '', 0, false],
  ['ufw-init force-reload', '', 0, true],
  ['ufw disable', 'Firewall stopped and disabled on system startup\n', 0, false],
  ['ufw-init start', 'Skip starting firewall: ufw (not enabled)\n', 0, false],
]

/** The jobs of systemd while the unit stops, and whether rules are in force behind it. */
const JOBS: Readonly<Record<string, readonly [string, boolean]>> = {
  'stop takes the rules away': ['812 ufw.service stop running\n', false],
  'the first half of a restart leaves them': ['812 ufw.service restart running\n', true],
  'a host that goes down keeps them': ['9 shutdown.target start waiting\n8 ufw.service stop running\n', true],
}

inNamespace(import.meta.filename, () => {
  const world = realWorld()

  test('in the order of a day', async () => {
    const host = openHost()
    for (const [words, answer, exit, active] of STEPS) {
      const said = await say(host, words)
      assert.deepEqual([said.out, said.code, await isActive(world)], [answer, exit, active], words)
    }
  })

  test('a word that is none is answered with those that are', async () => {
    const said = await say(openHost(), 'ufw-init reload')
    assert.equal(said.code, 1)
    assert.match(said.out, /^Usage: ufw-init \{start\|stop\|/)
  })

  for (const [name, [jobs, stays]] of Object.entries(JOBS)) {
    test(`the unit: ${name}`, async () => {
      const host = openHost()
      await host.say('--force enable')
      await say(host, 'ufw-init stop --by-unit', jobs)
      assert.equal(await isActive(world), stays)
      await host.say('disable')
    })
  }

  async function say(host: ReturnType<typeof openHost>, words: string, jobs = '') {
    const [program, ...rest] = words.split(' ')
    if (program === 'ufw') return host.say(rest.join(' '))
    const out: string[] = []
    const run: typeof world.run = {
      ...world.run,
      once: async (command, options) =>
        command[0] === 'systemctl' ? answered(jobs) : world.run.once(command, options),
    }
    const terminal = { out: (text: string) => void out.push(text), err: () => {}, colour: false, columns: undefined }
    const setting = {
      ...{ world: { ...world, run }, terminal, version: '0', pid: process.pid, isRoot: true, stockFolder: '' },
      ...{ readerCommand: [], input: async function* () {}, stopped: new Promise<string>(() => {}) },
    }
    return { code: await ufwInit(setting, [`--datadir=${host.folder}`, ...rest]), out: out.join('') }
  }
})

function answered(out: string): Exit {
  return { code: 0, out, err: '', timedOut: false }
}
