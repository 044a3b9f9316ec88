/** The commands of actions, one by one, beside those that the installed Fail2ban runs of the same files. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { JailActions } from '../../src/action/jail-actions.ts'
import { loadConfiguration } from '../../src/config/load-configuration.ts'
import type { JailSettings } from '../../src/config/settings.ts'
import { realWorld } from '../../src/world/real.ts'
import { sleep, until } from '../lab/lab.ts'
import { Beside, noFail2ban } from './beside-fail2ban.ts'
import { banOf, jailWith } from './parts.ts'

type Step =
  | readonly ['start' | 'stop' | 'flush' | 'wait']
  | readonly ['ban' | 'unban' | 'again', ...string[]]
  | readonly ['fail', command: string, times?: number]

interface Scene {
  readonly name: string
  readonly action: string
  readonly options?: string
  readonly steps: readonly Step[]
}

const WHOLE = `[Definition]
actionstart = ACT start <family>
actionstop = ACT stop <family>
actioncheck = ACT check
actionban = ACT ban <ip> <family>
actionunban = ACT unban <ip> <family>
`
const PER_FAMILY = `[Init]
set = four
[Init?family=inet6]
set = six
`
const A = '192.0.2.1'
const B = '192.0.2.2'
const V6 = '2001:db8::1'

const SCENES: readonly Scene[] = [
  {
    name: 'both families, started with the jail',
    action: WHOLE,
    steps: [['start'], ['ban', A], ['ban', V6, B], ['unban', A], ['stop']],
  },
  {
    name: 'families started on demand',
    action: `${WHOLE}actionflush = ACT flush <set>\n${PER_FAMILY}`,
    steps: [['start'], ['ban', V6], ['ban', A, B], ['unban', V6], ['stop']],
  },
  {
    name: 'only one family was needed',
    action: `${WHOLE}${PER_FAMILY}`,
    steps: [['start'], ['ban', A], ['stop']],
  },
  {
    name: 'on demand, the same command for both families',
    action:
      '[Definition]\nactionstart = ACT start\nactionstart_on_demand = true\nactionstop = ACT stop\nactionban = ACT ban <ip>\nactionunban = ACT unban <ip>\n',
    steps: [['start'], ['ban', A, V6], ['stop']],
  },
  {
    name: 'families of their own, started with the jail',
    action: `${WHOLE.replace('<family>', '<family> <set>')}actionstart_on_demand = false\nactionflush = ACT flush <set>\n${PER_FAMILY}`,
    steps: [['start'], ['ban', V6], ['stop']],
  },
  {
    name: 'flush of all bans',
    action: `${WHOLE}actionflush = ACT flush <family>\n`,
    steps: [['start'], ['ban', A, B, V6], ['flush'], ['ban', A], ['stop']],
  },
  {
    name: 'all bans lifted without a flush',
    action: WHOLE,
    steps: [['start'], ['ban', A, V6], ['flush'], ['stop']],
  },
  {
    name: 'a ban that fails once',
    action: WHOLE,
    steps: [['start'], ['fail', 'ban', 1], ['ban', A], ['unban', A], ['stop']],
  },
  {
    name: 'a ban that fails always',
    action: WHOLE,
    steps: [['start'], ['fail', 'ban'], ['ban', A], ['unban', A], ['stop']],
  },
  {
    name: 'a ban that fails without a check',
    action: '[Definition]\nactionban = ACT ban <ip>\nactionunban = ACT unban <ip>\n',
    steps: [['start'], ['fail', 'ban', 1], ['ban', A], ['unban', A], ['stop']],
  },
  {
    name: 'a check that fails is mended by stop and start',
    action: WHOLE,
    steps: [['start'], ['ban', B], ['fail', 'ban', 1], ['fail', 'check', 1], ['ban', A], ['stop']],
  },
  {
    name: 'a check that fails before anything was started',
    action: WHOLE,
    steps: [['start'], ['fail', 'ban', 1], ['fail', 'check', 1], ['ban', A], ['stop']],
  },
  {
    name: 'a check that fails is mended by a repair',
    action: `${WHOLE}actionrepair = ACT repair <family>\n`,
    steps: [['start'], ['ban', B, V6], ['fail', 'ban', 1], ['fail', 'check', 1], ['ban', A], ['stop']],
  },
  {
    name: 'a check that fails always',
    action: `${WHOLE}actionrepair = ACT repair <family>\n`,
    steps: [['start'], ['fail', 'ban', 1], ['fail', 'check'], ['ban', A], ['stop']],
  },
  {
    name: 'an end that fails once',
    action: WHOLE,
    steps: [['start'], ['ban', A, B], ['fail', 'unban', 1], ['unban', A], ['stop']],
  },
  {
    name: 'an end that fails on broken ground',
    action: `${WHOLE}actionrepair = ACT repair <family>\n`,
    steps: [['start'], ['ban', A, B], ['fail', 'unban', 1], ['fail', 'check', 1], ['unban', A], ['stop']],
  },
  {
    name: 'an end that fails on ground that is mended for it',
    action: `${WHOLE}actionrepair = ACT repair <family>\nactionrepair_on_unban = true\n`,
    steps: [['start'], ['ban', A], ['fail', 'unban', 1], ['fail', 'check', 1], ['unban', A], ['stop']],
  },
  {
    name: 'a start that fails, with the jail',
    action: WHOLE,
    steps: [['fail', 'start', 1], ['start'], ['ban', A], ['stop']],
  },
  {
    // At its end Fail2ban lifts the first ban too, which it never put in force.
    name: 'a start that fails, on demand',
    action: `${WHOLE}${PER_FAMILY}`,
    steps: [['fail', 'start', 1], ['start'], ['ban', A], ['ban', B]],
  },
  {
    name: 'two actions of a jail, of which one fails',
    options: 'action = two[actname=one]\n    two[actname=another]',
    action:
      '[Definition]\nactionstart = ACT start <actname>\nactionstop = ACT stop <actname>\nactionflush =\nactionban = ACT ban-<actname> <ip>\nactionunban = ACT unban-<actname> <ip>\n',
    steps: [['start'], ['fail', 'ban-one'], ['ban', A, B], ['unban', A], ['stop']],
  },
  {
    name: 'a banned address that is seen again',
    action: WHOLE,
    steps: [['start'], ['ban', A], ['wait'], ['again', A], ['stop']],
  },
  {
    name: 'a banned address that is seen again, on broken ground',
    action: `${WHOLE}actionrepair = ACT repair <family>\nactionreban = ACT reban <ip>\n${PER_FAMILY}`,
    steps: [['start'], ['ban', A, B], ['wait'], ['fail', 'check', 1], ['again', A], ['wait'], ['again', B], ['stop']],
  },
]

const names = SCENES.map((_, index) => (SCENES[index]!.options ? 'two' : `scene${index}`))

describe('the commands of actions beside Fail2ban', { skip: noFail2ban() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-sequence-'))
  const jails = SCENES.map((scene, index) => ({ ...scene, name: names[index]! }))
  const beside = new Beside(folder, jails)
  const own: string[][][] = []
  const theirs = SCENES.map(() => [] as string[][])
  const { clock } = realWorld()

  before(async () => {
    const { jails } = loadConfiguration(realWorld(), [folder], { found: () => false, logs: () => undefined })
    for (const [index, { steps }] of SCENES.entries()) {
      own.push(await ours(jails.find(({ name }) => name === names[index])!, steps))
      failAtStart(beside, names[index]!, steps)
    }
    await beside.start()
    await sleep(1000)
    // All scenes at once: Fail2ban looks once a second what there is to do.
    await Promise.all(SCENES.map(({ steps }, index) => play(index, steps)))
    await beside.stop()
    for (const [index, { steps }] of SCENES.entries()) {
      if (steps.at(-1)![0] === 'stop') theirs[index]!.push(beside.take(names[index]!))
    }
  })
  after(() => {
    beside.kill()
    rmSync(folder, { recursive: true })
  })

  for (const [index, { name, steps }] of SCENES.entries()) {
    test(name, async () => {
      const settings = loadConfiguration(realWorld(), [folder], {
        found: () => false,
        logs: () => undefined,
      }).jails.find((jail) => jail.name === names[index])!
      assert.deepEqual(await ours(settings, steps), theirs[index])
    })
  }

  async function play(index: number, steps: readonly Step[]): Promise<void> {
    const name = names[index]!
    theirs[index]!.push(beside.take(name))
    for (const [at, step] of stepsAfterStart(steps).entries()) {
      if (step[0] === 'stop') return
      tellFail2ban(beside, name, step)
      if (step[0] === 'wait') await sleep(4000)
      else if (step[0] !== 'fail') {
        const wanted = own[index]![at + 1]!.length
        await until('as many commands', () => beside.look(name).length >= wanted, 10_000).catch(() => {})
        await sleep(wanted === 0 ? 1500 : 300)
      }
      theirs[index]!.push(beside.take(name))
    }
  }

  async function ours(settings: JailSettings, steps: readonly Step[]): Promise<string[][]> {
    const ran: string[][] = []
    const { name } = settings
    failAtStart(beside, name, steps)
    beside.take(name)
    let later = 0
    const moved = { ...clock, now: () => clock.now() + later, monotonic: () => clock.monotonic() + later }
    const { jail, standing: bans } = jailWith(settings.actions, { run: realWorld().run, clock: moved })
    await idle(jail)
    ran.push(beside.take(name))
    for (const step of stepsAfterStart(steps)) {
      const [verb, ...words] = step
      if (verb === 'fail') beside.fail(name, step[1], step[2])
      if (verb === 'ban') {
        for (const address of words as string[]) {
          const ban = banOf(address, { from: moved.now(), until: moved.now() + 600_000 })
          bans.set(address, ban)
          jail.ban(ban, false)
        }
      }
      if (verb === 'unban') for (const address of words as string[]) jail.unban(bans.get(address)!, 'manual')
      if (verb === 'again') for (const address of words as string[]) jail.again(bans.get(address)!)
      if (verb === 'flush') await jail.flush([...bans.values()], 'manual')
      if (verb === 'wait') later += 5000
      if (verb === 'stop') await jail.stop(10_000)
      else await idle(jail)
      ran.push(beside.take(name))
    }
    return ran
  }
})

function stepsAfterStart(steps: readonly Step[]): readonly Step[] {
  return steps.slice(steps.findIndex(([verb]) => verb === 'start') + 1)
}

function failAtStart(beside: Beside, jail: string, steps: readonly Step[]): void {
  const before = steps.slice(
    0,
    steps.findIndex(([verb]) => verb === 'start'),
  )
  for (const [verb, command, times] of before) if (verb === 'fail') beside.fail(jail, command, times)
}

function tellFail2ban(beside: Beside, jail: string, step: Step): void {
  const [verb, ...words] = step
  if (verb === 'fail') beside.fail(jail, step[1], step[2])
  if (verb === 'ban' || verb === 'unban') beside.tell(`set ${jail} ${verb}ip ${words.join(' ')}`)
  if (verb === 'flush') beside.ask('reload', '--unban', jail)
  if (verb !== 'again') return
  const line = `${Math.floor(Date.now() / 1000)} FAIL user=x extra= from ${words[0]}\n`
  beside.log(jail, line + line)
}

async function idle(jail: JailActions): Promise<void> {
  await sleep(5)
  await until('the actions are idle', () => jail.isIdle)
}
