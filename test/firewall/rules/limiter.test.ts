/** `limit` beside iptables' own `recent`, of which UFW makes it: the same tries at the same times to two ports of one host. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { nftKernel } from '../../../src/firewall/kernel.ts'
import { type Limiter, printLimiter } from '../../../src/firewall/rules/limiter.ts'
import { realWorld } from '../../../src/world/real.ts'
import { inNamespace, type Neighbour, neighbour, run } from '../../kernel/namespace.ts'
import { probe } from './packets.ts'

const LIMITER: Limiter = { name: 'limit4', family: 4, hits: 4, seconds: 2, sources: 10, refusal: 'refused' }

/** Seconds between the tries, such that none comes close to the moment when another one is forgotten. */
const PAUSES = [0, 0.3, 0.3, 0.3, 0.3, 0.9, 1.5, 0.3, 1.5, 0.3, 2.4]

inNamespace(import.meta.filename, () => {
  let client: Neighbour
  before(async () => {
    client = await neighbour('c', ['192.0.2.1/24'], ['192.0.2.2/24'])
    run('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
  })
  after(() => client.end())

  const hasRecent = spawnSync('iptables', ['-A', 'INPUT', '-m', 'recent', '--set']).status === 0
  const skip = hasRecent ? false : 'no iptables with xt_recent here'
  test('limit remembers as xt_recent does, refused tries too', { skip }, async () => {
    await nftKernel(realWorld()).apply(nftLines())
    run('iptables', '-F')
    const recent = ['-m', 'conntrack', '--ctstate', 'NEW', '-m', 'recent']
    const input = ['iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '80', ...recent] as const
    run(...input, '--set')
    run(...input, '--update', '--seconds', '2', '--hitcount', '4', '-j', 'REJECT')
    const times = PAUSES.map((_, index) => PAUSES.slice(0, index + 1).reduce((sum, pause) => sum + pause))
    const probes = times.flatMap((at) => [22, 80].map((port) => ({ kind: 'tcp', ...WAY, port, at })))
    const answers = await probe(client, probes, 'one-by-one')
    // Nobody listens: who is let in is reset.
    const of = (which: number) => answers.filter((_, index) => index % 2 === which).join(' ')
    assert.equal(of(0), of(1))
    assert.match(of(0), /reset icmp-3\/3 .*icmp-3\/3 reset/)
  })
})

const WAY = { from: '192.0.2.2', to: '192.0.2.1' }

function nftLines(): string[] {
  const { sets, chains } = printLimiter(LIMITER)
  return [
    'add table inet t',
    ...sets.map(({ name, body }) => `add set inet t ${name} { ${body} }`),
    'add chain inet t refused',
    ...chains.map(({ name }) => `add chain inet t ${name}`),
    'add rule inet t refused reject',
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => `add rule inet t ${name} ${rule}`)),
    'add chain inet t input { type filter hook input priority 0; }',
    'add rule inet t input tcp dport 22 ct state new jump limit4',
  ]
}
