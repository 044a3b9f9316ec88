/** Commands of every kind that are killed, or find no room: real processes, in a network namespace of their own. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { random } from '../../../fuzz/random.ts'
import { decide, isChanging } from '../../../src/cli/ufw/decision.ts'
import { parseSentence } from '../../../src/cli/ufw/sentence.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import { readRuleset } from '../../../src/config/ufw/read-ruleset.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { printTuple } from '../../../src/config/ufw/tuple.ts'
import { isInForce, whatIsActive } from '../../../src/firewall/rules/apply.ts'
import { realWorld } from '../../../src/world/real.ts'
import { INSIDE, inNamespace, run } from '../../kernel/namespace.ts'
import { openHost } from './host.ts'

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const KILLS = process.env['RAMPART_ALL'] ? 100 : 12
/** A command of ours from its start to its end, from the sources, on a slow machine. */
const COMMAND_MS = 900

const world = realWorld()

inNamespace(import.meta.filename, () => {
  test(`R58 ${KILLS} commands of every kind killed at some instant: files and kernel have the old or the new, and agree after the next start`, async (t) => {
    const host = openHost()
    const paths = ufwPaths(host.folder)
    for (const port of [7001, 7002, 7003]) await host.say(`allow ${port}/tcp`)
    await host.say('enable')
    const next = random(7)
    const ends = { old: 0, new: 0 }
    for (let i = 0; i < KILLS; i++) {
      const before = host.state()
      const words = sentence(i, before)
      const after = wanted(before, words)
      const child = spawn(process.execPath, argv(host.folder, words), { stdio: 'ignore' })
      // At its start and at its end nothing can be torn.
      await new Promise((resolve) => setTimeout(resolve, COMMAND_MS * (0.2 + 0.8 * next())))
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      const now = host.state()
      const isOld = told(now) === told(before)
      assert.ok(isOld || told(now) === told(after), `${words.join(' ')}: ${told(now)}`)
      if (child.exitCode === 0) assert.equal(told(now), told(after))
      ends[isOld ? 'old' : 'new'] += 1
      assert.ok((await isIn(before)) || (await isIn(after)), `the kernel has neither after ${words.join(' ')}`)
      // The next start.
      await host.say(now.enabled ? 'reload' : 'disable')
      assert.ok(await isIn(host.state()), `files and kernel differ after ${words.join(' ')}`)
      assert.equal(told(host.state()), told(now))
    }
    t.diagnostic(JSON.stringify(ends))
    assert.deepEqual(
      readdirSync(join(host.folder, 'etc/ufw')).filter((name) => name.startsWith('.') && !name.startsWith('.rampart-')),
      [],
    )
    await host.say('disable')

    async function isIn(state: UfwState): Promise<boolean> {
      if (!state.enabled) return !(await whatIsActive(world)).rules
      return isInForce(world, readRuleset(world, paths, state, false))
    }
  })

  const FULL: Readonly<Record<string, readonly string[]>> = {
    'a rule': ['allow', '7100/tcp'],
    'a rule that goes': ['delete', 'allow', '7001/tcp'],
    'another policy': ['default', 'reject'],
    'another level of the log': ['logging', 'full'],
  }
  const skip = process.env[INSIDE] === 'root' ? false : 'only root can mount a small disk'
  for (const [title, words] of Object.entries(FULL)) {
    test(`R58 a disk with hardly any room, ${title}: all of it in files and kernel, or nothing and exit 1`, {
      skip,
    }, async () => {
      const host = openHost()
      await host.say('allow 7001/tcp')
      await host.say('enable')
      const before = host.state()
      const after = wanted(before, words)
      for (const pages of [0, 1, 3, 8, 40]) {
        const { code, tuples, kernel, litter, again } = onSmallDisk(host.folder, words, pages)
        const state = code === 0 ? after : before
        assert.deepEqual(tuples, state.rules.map(printTuple), `${pages} pages: ${code}`)
        assert.equal(
          code === 0 ? kernel !== again.before : kernel === again.before,
          true,
          `${pages} pages, exit ${code}`,
        )
        assert.deepEqual([litter, again.code], ['', 0], `${pages} pages`)
        assert.ok(code === 0 || code === 1)
        if (pages === 0) assert.equal(code, 1)
        if (pages === 40) assert.equal(code, 0)
        await host.say('reload')
      }
      await host.say('disable')
    })
  }
})

/** In turn one of each kind; what is switched off is switched on next. */
function sentence(i: number, { enabled, rules, policies, logging }: UfwState): readonly string[] {
  if (!enabled) return ['enable']
  const last = rules.find(({ to }) => to.ports !== '7001')!
  const all = [
    ['allow', `${7010 + i}/tcp`],
    ['delete', 'allow', `${last.to.ports}/tcp`],
    ['default', policies.in === 'drop' ? 'reject' : 'deny'],
    ['reload'],
    ['logging', logging === 'low' ? 'high' : 'low'],
    ['prepend', 'deny', `${7010 + i}/udp`],
    ['disable'],
  ]
  return all[i % all.length]!
}

function wanted(state: UfwState, words: readonly string[]): UfwState {
  const { command } = parseSentence(words, { services: () => undefined, profiles: () => new Map(), ipv6: true })
  assert.ok(isChanging(command))
  return decide(state, command, new Map()).next
}

function told({ rules, ...settings }: UfwState): string {
  return JSON.stringify([Object.entries(settings).sort(), rules.map(printTuple)])
}

function argv(folder: string, words: readonly string[]): string[] {
  return ['--disable-warning=ExperimentalWarning', MAIN, 'ufw', `--datadir=${folder}`, ...words]
}

/** The command with so many pages free where UFW's files are, then once more with room. What it does to the files is gone then. */
function onSmallDisk(folder: string, words: readonly string[], pages: number) {
  const etc = join(folder, 'etc')
  const command = [process.execPath, ...argv(folder, words)].map((word) => `'${word}'`).join(' ')
  const script = `
    mount --make-rprivate /
    mkdir -p ${folder}/small; mount -t tmpfs -o size=512k tmpfs ${folder}/small; cp -a ${etc}/. ${folder}/small/
    mount --bind ${folder}/small ${etc}
    dd if=/dev/zero of=${etc}/filler bs=4k 2>/dev/null || true
    truncate -s -$((${pages} * 4096)) ${etc}/filler
    nft -s list table inet rampart > ${folder}/kernel-before
    code=0; ${command} > /dev/null 2> ${folder}/said || code=$?
    echo $code
    nft -s list table inet rampart > ${folder}/kernel
    grep -h '^### tuple' ${etc}/ufw/user.rules ${etc}/ufw/user6.rules | sed 's/^### tuple ### //' > ${folder}/tuples || true
    (cd ${etc}/ufw; ls -A | grep '^[.].*new$' || true) > ${folder}/litter
    rm ${etc}/filler
    ${command} > /dev/null 2>&1; echo $?`
  const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' })
  if (status !== 0 && stdout.split('\n').length < 3) throw new Error(stderr)
  const [code = NaN, again = NaN] = stdout.trim().split('\n').map(Number)
  const text = (name: string) => run('cat', join(folder, name))
  return {
    code,
    tuples: text('tuples').trim().split('\n').filter(Boolean),
    kernel: text('kernel'),
    litter: text('litter'),
    again: { code: again, before: text('kernel-before') },
  }
}
