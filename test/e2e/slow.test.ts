import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { Lab, noLab, until } from '../lab/lab.ts'
import { probeLine, unique } from '../lab/lines.ts'

/** Expressions as admins write them: one takes exponential time, one the square of the line; beside them a good one. */
const JAILS = `[words]
enabled = true
filter = nginx-botsearch
failregex = ^<HOST> \\S+ \\S+ \\[\\] "(?:\\w+\\s?)*"$
logpath = /var/log/nginx/hostile.log
maxretry = 1

[twice]
enabled = true
filter = nginx-botsearch
failregex = ^<HOST> .*wrong .*wrong .*x"$
logpath = /var/log/nginx/hostile.log
maxretry = 1

[good]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/hostile.log
maxretry = 1

[calm]
enabled = true
filter = nginx-botsearch
logpath = /var/log/nginx/calm.log
maxretry = 1
`

describe('lines that are made to stall the guard', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(JAILS)
    for (const name of ['hostile', 'calm']) lab.append(`log/${name}.log`, '')
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const KINDS: readonly (readonly [name: string, count: number, words: string])[] = [
    ['R32 two thousand lines of 34 letters', 2000, 'a'.repeat(34)],
    ['R32 two hundred lines of 20 kB', 200, 'a'.repeat(20_000)],
    ['R33 two hundred lines of 20 kB in words', 200, 'wrong '.repeat(3400)],
    ['R33 three lines of 1 MB', 3, 'wrong '.repeat(170_000)],
  ]
  for (const [index, [name, count, words]] of KINDS.entries()) {
    test(`${name}: whoever attacks next is banned by every jail`, async () => {
      const [first, second, third, fourth] = unique(20 + index, 4) as [string, string, string, string]
      const hostile = lineOf('192.0.2.66', `"${words}!"`).repeat(count)
      const next = lineOf(first, '"one two"') + lineOf(second, '"wrong wrong x"') + probeLine(third)
      lab.append('log/hostile.log', hostile + next)
      lab.append('log/calm.log', probeLine(fourth))
      await until('all four in the kernel', async () => {
        const banned = await lab.inKernel()
        return [first, second, third, fourth].every((one) => banned.includes(one))
      })
      assert.equal(guard.process.exitCode, null)
    })
  }

  test('R32 the admin is told which jail, which expression, and what would be safer', async () => {
    const { faults } = await lab.status()
    const slow = faults.find(({ code, message }) => code === 'filter.slow' && message.startsWith('the jail words: '))
    assert.ok(slow?.message.includes('(?:\\w+\\s?)*'), JSON.stringify(faults))
    assert.match(slow?.hint ?? '', /safer: .*\(\?:\\w\+\+\\s\?\)\*/)
  })

  test('R33 lines that were cut are counted', async () => {
    await until('three are told', async () => (await lab.jail('words')).logs[0]?.cut === 3)
  })
})

function lineOf(from: string, text: string): string {
  const [stamp] = /\[[^\]]+\]/.exec(probeLine(from))!
  return `${from} - - ${stamp} ${text}\n`
}
