/** `rampart allow`: who is never banned by the admin's word, with a guard that runs and without one. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Why } from '../../src/engine/status.ts'
import type { Guarding } from '../lab/guarding.ts'
import { ATTACKERS, Lab, noLab, ROOT, sleep, until, VISITORS } from '../lab/lab.ts'

const FILE = '/etc/rampart/allow.list'
/** It has an ignoreip of its own, which leaves out that of [DEFAULT]. */
const JAILS = `[DEFAULT]\nignoreip = 203.0.113.250\n[nginx-botsearch]\nenabled = true\nignoreip = 203.0.113.251\n`

describe('rampart allow', { skip: noLab() ?? false }, () => {
  let lab: Lab
  let guard: Guarding
  const OURS = `${ATTACKERS}.7`

  before(async () => {
    lab = await Lab.open(JAILS)
    await lab.nginx()
    guard = await lab.guard()
  })
  after(() => lab?.close())

  const whyOf = async (address: string) => JSON.parse((await lab.rampart('why', address, '--json')).out) as Why
  const isBanned = async (address: string) => (await lab.inKernel()).includes(address)
  const attack = (from: string) => lab.visits(from, '/.env?[1-4]')

  test('a banned one is let in again, with every ban that was made by hand, and never banned again', async () => {
    await attack(OURS)
    await until('a ban', () => isBanned(OURS))
    await lab.rampart('ban', OURS)
    const { code, out, err } = await lab.rampart('allow', OURS, '--comment', 'the office')
    assert.equal(code, 0, err)
    assert.equal(
      out,
      `${OURS}  is never banned from now on (${FILE}:3)\n  no longer banned by nginx-botsearch\n  no longer banned by manual\n`,
    )
    assert.equal(await lab.visit(OURS, '/'), 200)
    await attack(OURS)
    await sleep(500)
    assert.equal(await lab.visit(OURS, '/'), 200)
    assert.equal((await whyOf(OURS)).spared, `${FILE}:3 allows it (the office)`)
    assert.match(
      (await lab.rampart('why', OURS)).out,
      /is never banned: \/etc\/rampart\/allow\.list:3 allows it \(the office\)/,
    )
    assert.match((await lab.rampart('ban', OURS)).out, /is never banned: .*allow\.list:3.*--force/)
  })

  test('a jail’s own list, which scripts read and change, does not show it', async () => {
    const { code, out } = await lab.server.run([
      join(ROOT, 'bin/fail2ban-client'),
      'get',
      'nginx-botsearch',
      'ignoreip',
    ])
    assert.deepEqual(
      { code, shown: [OURS, '203.0.113.251'].map((one) => out.includes(one)) },
      { code: 0, shown: [false, true] },
      out,
    )
  })

  test('a network is allowed: bans in it and around it end', async () => {
    const inside = `${VISITORS}.130`
    await lab.rampart('ban', inside, `${VISITORS}.0/24`)
    const { code, out } = await lab.rampart('allow', `${VISITORS}.128/25`, '--json')
    assert.equal(code, 0)
    const [told] = JSON.parse(out) as { lifted: { address: string }[]; change: string; guard: string }[]
    assert.deepEqual([told!.change, told!.guard], ['added', 'running'])
    assert.deepEqual(told!.lifted.map(({ address }) => address).sort(), [`${VISITORS}.0/24`, inside])
    assert.equal(await lab.visit(inside, '/'), 200)
    await attack(inside)
    await sleep(300)
    assert.equal(await isBanned(inside), false)
  })

  test('what is there already is no change, and the list tells it', async () => {
    const before = lab.read('rampart/allow.list')
    const { out } = await lab.rampart('allow', OURS)
    assert.equal(out, `${OURS}  is allowed already (${FILE}:3)\n`)
    assert.equal(lab.read('rampart/allow.list'), before)
    const list = await lab.rampart('allow', '--list')
    assert.match(list.out, /198\.51\.100\.7 +the office +\/etc\/rampart\/allow\.list:3\n203\.0\.113\.128\/25/)
  })

  test('one word that is wrong, and nothing is changed', async () => {
    const before = lab.read('rampart/allow.list')
    for (const words of [
      ['192.0.2.70', 'x'],
      ['0.0.0.0/0'],
      ['192.0.2.70', '--comment', 'a\nb'],
      [],
      ['--list', '192.0.2.70'],
    ]) {
      const { code, err } = await lab.rampart('allow', ...words)
      assert.equal(code, 1)
      assert.match(err, /^rampart: .+\n {2}.+\n$/)
    }
    assert.equal(lab.read('rampart/allow.list'), before)
  })

  test('many commands at once: each of them counts', async () => {
    const some = Array.from({ length: 8 }, (_, i) => `10.1.1.${i}`)
    await Promise.all(some.map((address) => lab.rampart('allow', address)))
    const text = lab.read('rampart/allow.list')
    for (const address of some) assert.ok(text.includes(`\n${address}\n`), address)
    assert.equal((await lab.rampart('allow', '--remove', ...some)).code, 0)
  })

  test('taken out, it may be banned again; a change by hand counts as well', async () => {
    const { code, out } = await lab.rampart('allow', '--remove', OURS)
    assert.deepEqual([code, out], [0, `${OURS}  may be banned again\n`])
    await attack(OURS)
    await until('a ban', () => isBanned(OURS))
    lab.append('rampart/allow.list', `${OURS}\n`)
    await until('its end', async () => !(await isBanned(OURS)))
    await lab.rampart('allow', '--remove', OURS)
    const twice = await lab.rampart('allow', '--remove', OURS)
    assert.deepEqual([twice.code, twice.out], [1, `${OURS}  was not allowed by name\n`])
  })

  test('without a guard it holds from the next start, and bans that are kept end at once', async () => {
    const from = `${ATTACKERS}.9`
    await attack(from)
    await until('a ban', () => isBanned(from))
    await lab.rampart('stop', '--keep-bans')
    await until('the end', () => guard.process.exitCode !== null)
    assert.equal(await lab.visit(from, '/'), 0)
    const { code, out } = await lab.rampart('allow', from)
    assert.equal(code, 0)
    assert.match(
      out,
      /is never banned from now on .*\n {2}no longer banned by nginx-botsearch\nno guard is running: it holds/,
    )
    assert.equal(await lab.visit(from, '/'), 200)
    guard = await lab.guard()
    await attack(from)
    await sleep(500)
    assert.equal(await lab.visit(from, '/'), 200)
  })
})
