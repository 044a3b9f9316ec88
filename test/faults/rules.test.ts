/** The table of the rules, which ufw owns: what somebody else does to it is undone by the guard, what ufw does is not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, ROOT, until } from '../lab/lab.ts'

const JAILS = `
[nginx-botsearch]
enabled = true
maxretry = 1
`
const UFW = join(ROOT, 'bin/ufw')

describe('rules that are changed from outside', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding

  before(async () => {
    lab = await Lab.open(JAILS)
    await ufw('--force', 'enable')
    await ufw('allow', '80/tcp')
    await ufw('limit', '22/tcp')
    const list = '198.18.0.1\n198.18.1.0/24\n2001:db8:9::/48\n'
    await lab.server.must([join(ROOT, 'bin/rampart'), 'list', 'add', 'drop', '-'], list)
    await ufw('deny', 'from', 'list:drop')
    // Enough of one kind to stand in a set.
    for (let i = 1; i <= 12; i++) await ufw('deny', 'from', `203.0.113.${100 + i}`)
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const ufw = (...words: readonly string[]) => lab.server.must([UFW, ...words])
  const nft = (text: string) => lab.server.must(['nft', '-f', '-'], text)
  const told = () => guard.out.match(/the firewall was changed from outside/g)?.length ?? 0
  const errors = () => guard.out.match(/not known/g)?.length ?? 0

  /** The whole of it, without what packets change. */
  async function table(): Promise<string> {
    const { out } = await lab.server.run(['nft', '-s', 'list', 'table', 'inet', 'rampart'])
    // Sets of a table that was filled again stand in another order.
    return out
      .split(/\n(?=\t(?:set|chain) )/)
      .map((part) => part.trim().replace(/\n\}$/, ''))
      .sort()
      .join('\n')
  }

  const DAMAGE: readonly (readonly [string, (whole: string) => string])[] = [
    ['the whole ruleset is flushed', () => 'flush ruleset'],
    ['its table is deleted', () => 'delete table inet rampart'],
    ['a chain is flushed', () => 'flush chain inet rampart input'],
    ['an accept is put before all', () => 'insert rule inet rampart input accept'],
    [
      'a hook of its own is put into our table',
      () => 'add chain inet rampart mine { type filter hook input priority 5; policy drop; }',
    ],
    ['a denied source is taken out', (whole) => `delete element inet rampart ${setIn(whole)} { 203.0.113.105 }`],
    ['a source is added', (whole) => `add element inet rampart ${setIn(whole)} { 203.0.113.5 }`],
    ['the set is flushed', (whole) => `flush set inet rampart ${setIn(whole)}`],
    [
      'the policy of a hook is another',
      () => 'add chain inet rampart input { policy accept; }; add chain inet rampart input { policy drop; }',
    ],
  ]
  for (const [title, command] of DAMAGE) {
    test(`R01 ${title}: the rules are as they were, and it is told`, async (t) => {
      await until('all is calm', async () => (await table()).includes('sources-'))
      const whole = await table()
      const before = told()
      const began = performance.now()
      await nft(command(whole))
      await until('it is told', () => told() > before)
      t.diagnostic(`told after ${Math.round(performance.now() - began)} ms`)
      assert.equal(await table(), whole)
      assert.equal(await lab.visit(`${ATTACKERS}.1`, '/'), 0, 'nothing listens, and nothing is banned')
    })
  }

  test('R01 the set of a list is flushed: the list is in force again, and it is told', async (t) => {
    // It is loaded beside what is left of it, under another name.
    const held = async () => /elements = \{ 198\.18\.1\.0 \}/.test(await table())
    await until('all is calm', held)
    const before = told()
    const began = performance.now()
    await nft(`flush set inet rampart ${/list-\w+-4-24/.exec(await table())![0]}`)
    await until('it is told', () => told() > before)
    t.diagnostic(`told after ${Math.round(performance.now() - began)} ms`)
    assert.ok(await held())
    const sets = [...(await table()).matchAll(/^set list-\w+-4-24 /gm)]
    assert.equal(sets.length, 1)
  })

  test('what ufw does is no damage', async () => {
    const before = told()
    await ufw('allow', '443/tcp')
    await ufw('delete', 'allow', '443/tcp')
    await ufw('default', 'reject')
    await ufw('default', 'deny')
    await ufw('reload')
    await ufw('--force', 'disable')
    await pause(3000)
    assert.equal(await table(), '')
    await ufw('--force', 'enable')
    await pause(3000)
    assert.equal(told(), before)
    assert.equal(errors(), 0)
  })

  test('while the firewall is off a table of that name is let be', async () => {
    await ufw('disable')
    await pause(4000)
    const before = told()
    await nft('add table inet rampart { chain other { accept; }; }')
    await pause(2500)
    assert.match(await table(), /chain other/)
    assert.equal(told(), before)
    await nft('delete table inet rampart')
    await ufw('--force', 'enable')
  })

  test('R01 a policy that is changed after the firewall was switched on beside the guard is as it was', async () => {
    await ufw('--force', 'disable')
    await pause(4500)
    await ufw('--force', 'enable')
    await pause(3000)
    const [whole, before] = [await table(), told()]
    await nft('add chain inet rampart input { policy drop; }')
    await until('it is told', () => told() > before)
    assert.equal(await table(), whole)
  })

  test('what happened while no guard ran is healed at its start', async () => {
    const whole = await table()
    await guard.stop()
    await nft('flush chain inet rampart input')
    guard = await lab.guard()
    await until('it is told', () => told() > 0)
    assert.equal(await table(), whole)
  })
})

function setIn(table: string): string {
  return /set (sources-\w+)/.exec(table)![1]!
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
