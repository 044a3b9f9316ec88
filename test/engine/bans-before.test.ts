/** Which bans of the past count: those of this jail or of all, as long as Fail2ban's database would remember them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../../src/base/address.ts'
import { bansBefore } from '../../src/engine/enquire.ts'
import { noHistory } from '../../src/engine/history/no-history.ts'
import { manualJail } from '../../src/engine/manual-jail.ts'
import { NO_INCREMENT } from '../../src/jail/jail-options.ts'
import { jailState } from '../../src/jail/jail-state.ts'
import { fakeWorld } from '../../src/world/fake.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

const ROWS: readonly [
  sentence: string,
  past: readonly [jail: string, times: number, daysAgo: number, days: number | undefined][],
  overall: boolean,
  expected: number,
][] = [
  [
    'those of other jails do not count',
    [
      ['sshd', 2, 0.1, 0.1],
      ['nginx', 3, 0.1, 0.1],
    ],
    false,
    2,
  ],
  [
    'with overalljails they add up',
    [
      ['sshd', 2, 0.1, 0.1],
      ['nginx', 3, 0.1, 0.1],
    ],
    true,
    5,
  ],
  ['one of the day before yesterday is forgotten', [['sshd', 2, 2, 0.1]], false, 0],
  ['one that lasted a third of the time since then is not', [['sshd', 2, 2.9, 1]], false, 2],
  ['one for ever never is', [['sshd', 2, 900, undefined]], false, 2],
]

for (const [sentence, past, overalljails, expected] of ROWS) {
  test(`bans before: ${sentence}`, async () => {
    const { state } = manualJail(fakeWorld())
    const increment = { ...NO_INCREMENT, enabled: true, overalljails }
    const sshd = jailState({ ...state, options: { ...state.options, name: 'sshd', increment } })
    const pastBans = async () =>
      past.map(([jail, times, daysAgo, days]) => {
        const lastFrom = NOW - daysAgo * DAY
        return { jail, times, lastFrom, lastUntil: days === undefined ? undefined : lastFrom + days * DAY }
      })
    assert.equal(await bansBefore({ ...noHistory(), pastBans }, sshd, parseNetwork('192.0.2.1')!, NOW), expected)
  })
}

test('a history that cannot be read knows of no bans before', async () => {
  const { state } = manualJail(fakeWorld())
  const pastBans = () => Promise.reject(new Error('locked'))
  assert.equal(await bansBefore({ ...noHistory(), pastBans }, state, parseNetwork('192.0.2.1')!, NOW), 0)
})
