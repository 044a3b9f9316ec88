/** No packet slips through a change, and none that is allowed is lost: 2,000 a second to an allowed and to a denied port. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { applyRuleset, isInForce } from '../../../src/firewall/rules/apply.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace, neighbour, run } from '../../kernel/namespace.ts'
import { sleep } from '../../lab/lab.ts'
import { begin, HERE } from './packets.ts'
import { rulesetOfTurn } from './turns.ts'

inNamespace(import.meta.filename, () => {
  const world = realWorld()

  test('50 changes, 20 times all anew and 20 times kill -9: nothing leaks, nothing is lost', async (t) => {
    const client = await neighbour('c', ['192.0.2.1/24'], ['192.0.2.2/24'])
    const children: ChildProcess[] = []
    const started = async (child: ChildProcess | Promise<ChildProcess>) => {
      children.push(await child)
      return child
    }
    t.after(() => {
      for (const child of children) child.kill('SIGKILL')
      client.end()
    })
    run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    await applyRuleset(world, rulesetOfTurn(0), { anew: true })
    const counter = await started(begin(HERE, 'count', '1000', '1001'))
    const flood = (port: string) => started(begin(client, 'flood', '192.0.2.2', '192.0.2.1', port, '2000'))
    const [allowed, denied] = [await flood('1000'), await flood('1001')]

    for (let turn = 1; turn <= 50; turn++) await applyRuleset(world, rulesetOfTurn(turn))
    for (let turn = 51; turn <= 70; turn++) await applyRuleset(world, rulesetOfTurn(turn), { anew: true })
    for (let time = 0; time < 20; time++) {
      const words = [join(import.meta.dirname, 'apply-often.ts'), String(100 * time)]
      const child = await started(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] }))
      await once(child.stdout!, 'data')
      await sleep((time * 7) % 45)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await applyRuleset(world, rulesetOfTurn(5))
    assert.equal(await isInForce(world, rulesetOfTurn(5)), true)

    const sent = await Promise.all([allowed, denied].map(end))
    await sleep(200)
    const received = (await end(counter)).split(' ').map(Number)
    t.diagnostic(`sent ${sent.join(' and ')}, received ${received.join(' and ')}`)
    assert.ok(Number(sent[0]) > 1000)
    assert.deepEqual(received, [Number(sent[0]), 0])
  })
})

async function end(child: ChildProcess): Promise<string> {
  child.stdin!.end()
  return (await text(child.stdout!)).trim()
}
