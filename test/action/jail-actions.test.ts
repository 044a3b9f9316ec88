import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JailActions } from '../../src/action/jail-actions.ts'
import { MAX_WAITING } from '../../src/action/waiting.ts'
import { fakeWorld } from '../../src/world/fake.ts'
import { realWorld } from '../../src/world/real.ts'
import type { Exit, Run } from '../../src/world/run.ts'
import { until } from '../lab/lab.ts'
import { banOf, jailWith, KNOWS_NOTHING, settingsOf } from './parts.ts'

const COMMANDS = { ban: 'ban <ip>', unban: 'unban <ip>' }
const [A, B] = ['192.0.2.1', '192.0.2.2'] as const

/** A shell that does nothing, and ends when it is let. */
class Shell {
  readonly ran: string[] = []
  readonly world = fakeWorld()
  isShut = false
  code = 0
  #waiting: (() => void)[] = []

  readonly run: Run = {
    ...this.world.run,
    once: async (argv, { cut } = {}): Promise<Exit> => {
      this.ran.push(argv[2]!.replace('umask 077\n', ''))
      if (this.isShut) {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve)
          cut?.addEventListener('abort', () => resolve())
        })
      }
      return { code: this.code, out: '', err: '', timedOut: false }
    },
  }

  open(): void {
    this.isShut = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Lets time pass, and what is due then be done. */
  async pass(jail: JailActions, seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.world.advance(1000)
      jail.tick()
      await idle(jail)
    }
  }
}

const idle = (jail: JailActions) => until('idle', () => jail.isIdle)

describe('the queue of a jail', () => {
  test('a ban and its end that both wait come to nothing', async () => {
    const shell = new Shell()
    shell.isShut = true
    const { jail, told } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await until('it runs', () => shell.ran.length === 1)
    jail.ban(banOf(B), false)
    jail.unban(banOf(B), 'manual')
    shell.open()
    await idle(jail)
    assert.deepEqual([shell.ran, told.held, told.lifted], [[`ban ${A}`], [A], [B]])
  })

  test('an end and a ban anew that both wait leave the ban in force', async () => {
    const shell = new Shell()
    const { jail, told } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await idle(jail)
    shell.isShut = true
    jail.ban(banOf(B), false)
    await until('it runs', () => shell.ran.length === 2)
    jail.unban(banOf(A), 'manual')
    jail.ban(banOf(A), false)
    shell.open()
    await idle(jail)
    assert.deepEqual(
      [shell.ran, told.held],
      [
        [`ban ${A}`, `ban ${B}`],
        [A, B, A],
      ],
    )
  })

  test('an end whose ban just runs comes behind it', async () => {
    const shell = new Shell()
    shell.isShut = true
    const { jail, told } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await until('it runs', () => shell.ran.length === 1)
    jail.unban(banOf(A), 'manual')
    const done = jail.done(A)
    shell.open()
    await done
    assert.deepEqual([shell.ran, told.lifted], [[`ban ${A}`, `unban ${A}`], [A]])
  })

  test('an end does not wait for all bans before it', async () => {
    const shell = new Shell()
    const { jail } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await idle(jail)
    for (let i = 0; i < 100; i++) jail.ban(banOf(`10.0.0.${i}`), false)
    jail.unban(banOf(A), 'manual')
    await idle(jail)
    assert.ok(shell.ran.indexOf(`unban ${A}`) < 20, String(shell.ran.indexOf(`unban ${A}`)))
    assert.equal(shell.ran.length, 102)
  })

  test('bans beyond what can wait are told, and come when there is room', async () => {
    const shell = new Shell()
    const { jail, told, standing } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    const bans = Array.from({ length: MAX_WAITING + 50 }, (_, i) => banOf(`10.0.${i >> 8}.${i & 255}`))
    for (const ban of bans) standing.set(ban.network.text, ban)
    for (const ban of bans) jail.ban(ban, false)
    assert.deepEqual([...new Set(told.faults.map(({ code }) => code))], ['action.behind'])
    await idle(jail)
    assert.equal(told.held.length, MAX_WAITING)
    await shell.pass(jail, 1)
    assert.equal(told.held.length, bans.length)
  })

  test('the lines of a ban that waits behind many come from the history', async () => {
    const shell = new Shell()
    const asked: string[] = []
    const knowledge = {
      ...KNOWS_NOTHING,
      kept: async ({ network }: { network: { text: string } }) => {
        asked.push(network.text)
        return { matches: [`kept ${network.text}`] }
      },
    }
    const settings = settingsOf({ ban: 'ban <ip> "<matches>"' })
    const { jail } = jailWith([settings], { run: shell.run, clock: shell.world.clock, knowledge })
    for (let i = 0; i < 600; i++) jail.ban(banOf(`10.0.${i >> 8}.${i & 255}`, { matches: ['own'] }), false)
    await idle(jail)
    assert.deepEqual([asked.length, shell.ran.length], [100, 600])
  })

  test('a history that cannot be asked keeps no ban from its script', async () => {
    const shell = new Shell()
    const knowledge = { ...KNOWS_NOTHING, kept: () => Promise.reject(new Error('locked')) }
    const settings = settingsOf({ ban: 'ban <ip> "<matches>"' })
    const { jail, told } = jailWith([settings], { run: shell.run, clock: shell.world.clock, knowledge })
    jail.ban(banOf(A), false)
    jail.ban(banOf(B, { matches: ['x'] }), false)
    await idle(jail)
    assert.deepEqual(told.held, [A, B])
  })
})

describe('what fails', () => {
  test('a ban is tried again after 10 s, 20 s and so on, as long as it stands', async () => {
    const shell = new Shell()
    const { jail, told, standing } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    standing.set(A, banOf(A))
    shell.code = 1
    jail.ban(banOf(A), false)
    await idle(jail)
    const counts: number[] = []
    for (const seconds of [9, 1, 19, 1]) {
      await shell.pass(jail, seconds)
      counts.push(shell.ran.length)
    }
    // Each try is two: without a check the ground counts as sound.
    assert.deepEqual([counts, told.held], [[2, 4, 4, 6], []])
    shell.code = 0
    await shell.pass(jail, 40)
    assert.deepEqual([shell.ran.length, told.held], [7, [A]])
  })

  test('a ban that stands no more is not tried again', async () => {
    const shell = new Shell()
    const { jail, told } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    shell.code = 1
    jail.ban(banOf(A), false)
    await idle(jail)
    jail.unban(banOf(A), 'ended')
    await shell.pass(jail, 100)
    assert.deepEqual([shell.ran.length, told.lifted], [2, [A]])
  })

  test('an end is tried four times, then given up', async () => {
    const shell = new Shell()
    const { jail, told } = jailWith([settingsOf(COMMANDS)], { run: shell.run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await idle(jail)
    shell.code = 1
    jail.unban(banOf(A), 'ended')
    await idle(jail)
    await shell.pass(jail, 200)
    assert.equal(shell.ran.filter((line) => line === `unban ${A}`).length, 8)
    assert.deepEqual(told.lifted, [A])
  })

  test('what only tells is not tried again, and holds up no ban', async () => {
    const shell = new Shell()
    const settings = [settingsOf(COMMANDS), settingsOf({ ban: 'mail <ip>; false' }, { name: 'mail' })]
    const run: Run = {
      ...shell.run,
      once: async (argv, options) => {
        const exit = await shell.run.once(argv, options)
        return argv[2]!.includes('mail') ? { ...exit, code: 1, err: 'sh: 2: no mail\n' } : exit
      },
    }
    const { jail, told } = jailWith(settings, { run, clock: shell.world.clock })
    jail.ban(banOf(A), false)
    await idle(jail)
    await shell.pass(jail, 100)
    assert.deepEqual(told.held, [A])
    assert.equal(shell.ran.length, 3)
    assert.equal(told.faults[0]!.message, `jail x, action mail: actionban for ${A} ended with 1: sh: 2: no mail`)
  })
})

test('a host without a descriptor to spare is no broken ground: nothing is mended, and the ban comes later', async () => {
  const shell = new Shell()
  const { jail, told, standing } = jailWith([settingsOf({ ...COMMANDS, check: 'check', repair: 'repair' })], {
    clock: shell.world.clock,
    run: {
      ...shell.run,
      once: async (argv, options) => {
        const exit = await shell.run.once(argv, options)
        return shell.code === 0 ? exit : { ...exit, notStarted: true, err: 'too many open files' }
      },
    },
  })
  standing.set(A, banOf(A))
  shell.code = 127
  jail.ban(banOf(A), false)
  await idle(jail)
  assert.match(told.faults[0]!.message, /actionban for 192\.0\.2\.1 could not be run: too many open files/)
  shell.code = 0
  await shell.pass(jail, 10)
  assert.deepEqual([shell.ran, told.held], [[`ban ${A}`, `ban ${A}`], [A]])
})

describe('the end of a jail', () => {
  const { run, clock } = realWorld()

  test('cuts what hangs, drops what waits, and undoes what was done', async () => {
    const settings = settingsOf({ ban: 'case <ip> in *.2) sleep 100;; esac', unban: 'true', stop: 'true' })
    const { jail, told } = jailWith([settings], { run, clock })
    for (const address of [A, B, '192.0.2.3']) jail.ban(banOf(address), false)
    await until('the first is held', () => told.held.length === 1)
    await jail.stop(1000)
    assert.deepEqual([told.held, told.faults], [[A], []])
  })

  test('ends in time where the end itself hangs, and tells what is left', async () => {
    const { jail, told } = jailWith([settingsOf({ ban: 'true', unban: 'sleep 100' })], { run, clock })
    for (const address of [A, B]) jail.ban(banOf(address), false)
    await idle(jail)
    await jail.stop(500)
    const last = told.faults.at(-1)!
    assert.equal(last.message, 'jail x, action a: 2 bans are still in force, since the guard had to end')
  })
})
