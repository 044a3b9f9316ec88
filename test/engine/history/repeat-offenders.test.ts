/** What the jail of repeat offenders makes of a history when it begins, and of what happens after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork, printNetwork } from '../../../src/base/address.ts'
import { repeatOffenders } from '../../../src/engine/history/repeat-offenders.ts'
import type { Ban } from '../../../src/jail/ban.ts'
import type { Decision } from '../../../src/jail/decision.ts'
import { ignoreList } from '../../../src/jail/ignore.ts'
import { step } from '../../../src/jail/jail.ts'
import { type JailOptions, NO_INCREMENT, NO_NETWORKS } from '../../../src/jail/jail-options.ts'
import { type JailState, jailState } from '../../../src/jail/jail-state.ts'
import { ban, inFolder, NOON, open } from '../../store/folder.ts'

const DAY = 86_400

const OPTIONS: JailOptions = {
  name: 'recidive',
  maxretry: 3,
  findtime: DAY,
  bantime: 7 * DAY,
  maxmatches: 3,
  increment: NO_INCREMENT,
  networks: NO_NETWORKS,
  ignoreip: [],
  ignoreself: true,
  ignorecommand: undefined,
  ignorecache: undefined,
}

function recidive(options: Partial<JailOptions> = {}, spared: readonly string[] = []): JailState {
  const ignored = ignoreList(spared.map((text) => ({ network: parseNetwork(text)!, why: 'a friend' })))
  return jailState({ options: { ...OPTIONS, ...options }, ignored, chance: () => 0.5 })
}

function words(decisions: readonly Decision[]): string[] {
  return decisions.flatMap((decision) => {
    if (decision.kind !== 'ban') return decision.kind === 'found' ? [] : [decision.kind]
    const { network, failures, until, matches } = decision.ban
    return [`${printNetwork(network)} ${failures} for ${(until! - NOON) / 1000}, ${matches.join(', ')}`]
  })
}

/** A ban of 10 minutes, so many seconds before noon. */
function past(address: string, secondsAgo: number, jail = 'sshd'): Ban {
  const from = NOON - secondsAgo * 1000
  return ban(address, { jail, from, until: from + 600_000 })
}

const A = '198.51.100.7'
const B = '2001:db8::7'
const banned = `${A} 3 for ${7 * DAY}, banned by ufw, banned by sshd, banned by sshd`

const rows: readonly [sentence: string, bans: readonly Ban[], state: JailState, expected: readonly string[]][] = [
  [
    'who was banned often enough by whichever jails is banned when it begins',
    [past(A, 9000, 'ufw'), past(A, 6000), past(A, 3000), past(B, 3000)],
    recidive(),
    [banned],
  ],
  ['who was banned less is not', [past(A, 6000), past(A, 3000)], recidive(), []],
  ['bans from before its findtime do not count', [past(A, DAY + 1), past(A, 6000), past(A, 3000)], recidive(), []],
  [
    'a findtime of a week reaches back a week',
    [past(A, 7 * DAY - 1, 'ufw'), past(A, 4 * DAY), past(A, 3000)],
    recidive({ findtime: 7 * DAY }),
    [banned],
  ],
  [
    'those that it has banned for do not count again',
    [past(A, 9000), past(A, 8000), past(A, 7000), past(A, 7000, 'recidive'), past(A, 600), past(A, 60)],
    recidive(),
    [],
  ],
  [
    'bans by hand that name no jail do not count',
    [past(A, 9000, 'manual'), past(A, 8000, 'manual'), past(A, 7000)],
    recidive(),
    [],
  ],
  ['the spared stay spared', [past(A, 9000), past(A, 6000), past(A, 3000)], recidive({}, [A]), ['ignored']],
  [
    'a network that is banned again and again is banned as one',
    [past('2001:db8::/64', 9000, 'ufw'), past('2001:db8::/64', 6000), past('2001:db8::/64', 3000)],
    recidive(),
    [banned.replace(A, '2001:db8::/64')],
  ],
]

for (const [sentence, bans, state, expected] of rows) {
  test(sentence, () =>
    inFolder(async (folder) => {
      const { history } = await open(folder)
      await history.save({ bans: bans.toSorted((a, b) => a.from - b.from) })
      assert.deepEqual(words(await repeatOffenders(history, state, NOON)), expected)
      await history.close()
    }),
  )
}

test('bans that were lifted by hand are forgiven', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    for (const secondsAgo of [9000, 6000, 3000]) {
      const one = past(A, secondsAgo)
      await history.save({ bans: [one] })
      await history.save({ ends: [{ ...one, at: one.from + 1000, by: 'manual' }] })
    }
    assert.deepEqual(words(await repeatOffenders(history, recidive(), NOON)), [])
    await history.close()
  }))

test('what is counted from the history counts on, as a rate', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    await history.save({ bans: [past(A, 80_000), past(A, 40_000)] })
    const failure = (state: JailState, secondsLater: number) => {
      const now = NOON + secondsLater * 1000
      const event = {
        kind: 'failure',
        network: parseNetwork(A)!,
        time: now,
        attempts: 1,
        lines: [],
        earlier: 0,
      } as const
      return step(state, event, now).some(({ kind }) => kind === 'ban')
    }
    const [soon, late] = [recidive(), recidive()]
    for (const state of [soon, late]) await repeatOffenders(history, state, NOON)
    assert.equal(failure(soon, 60), true)
    // The two are spread over 46 hours by then: one a day.
    assert.equal(failure(late, DAY), false)
    await history.close()
  }))

test('of many bans each counts once, those of one moment too', () =>
  inFolder(async (folder) => {
    const { history } = await open(folder)
    const address = (i: number) => `10.${i >> 8}.${i & 255}.1`
    const bans = Array.from({ length: 2500 }, (_, i) => [past(address(i), 50), past(address(i), 50, 'ufw')]).flat()
    for (let at = 0; at < bans.length; at += 1000) await history.save({ bans: bans.slice(at, at + 1000) })
    const state = recidive()
    assert.deepEqual(words(await repeatOffenders(history, state, NOON)), [])
    const counts = Array.from({ length: 2500 }, (_, i) => state.counters.get(parseNetwork(address(i))!)?.count)
    assert.deepEqual([...new Set(counts)], [2])
    await history.close()
  }))
