/** What is explained of a new connection is what the kernel does with it, under random rules files. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { random } from '../../../../fuzz/random.ts'
import { parseAddress } from '../../../../src/base/address.ts'
import { compileFrame } from '../../../../src/config/ufw/frame/compile-frame.ts'
import type { Packet as Asked } from '../../../../src/firewall/rules/explain.ts'
import { type ExplainedWhole, explainWhole } from '../../../../src/firewall/rules/explain-frame.ts'
import { printRuleset } from '../../../../src/firewall/rules/print.ts'
import type { Rule } from '../../../../src/firewall/rules/rule.ts'
import type { Policy, Ruleset } from '../../../../src/firewall/rules/ruleset.ts'
import { printReplacement } from '../../../../src/firewall/rules/transaction.ts'
import { end, rule } from '../../../firewall/rules/rulesets.ts'
import type { Packet } from './packet.ts'
import { frameTable, noPacketLab, PacketLab } from './packet-lab.ts'
import { type Chance, chanceOf, randomPackets, randomRules } from './random-rules.ts'

const NAMES = { services: () => undefined, user: () => 0, group: () => undefined }
const FILES = process.env.RAMPART_ALL ? 100 : 8
const OWN = ['10.0.0.1', '10.1.0.1', 'fd00:0::1', 'fd00:1::1']
/** What the lab has behind the frame lets everything through. */
const POLICIES: Ruleset['policies'] = { in: 'drop', out: 'drop', forward: 'drop' }

const skip = noPacketLab()
let lab: PacketLab

before(async () => {
  if (!skip) lab = await PacketLab.open()
})
after(async () => {
  if (!skip) await lab.close()
})

test(`${FILES} random files: new connections meet with what is explained`, { skip }, async () => {
  let sure = 0
  for (let seed = 101; seed <= 100 + FILES; seed++) {
    const chance = chanceOf(random(seed))
    const files = ([4, 6] as const).map((family) => ({
      family,
      path: `before${family}`,
      // Behind the policy nothing is asked that is let through here.
      text: randomRules(chance, family).replace(/^-A POSTROUTING .*-j DROP$/gm, ''),
    }))
    const packets = [...new Set(randomPackets(chance, 100, true).filter(isNew))]
    const { frame } = compileFrame(files, NAMES)
    const fates = await lab.fates({ nft: frameTable(frame!) }, packets)
    for (const [index, packet] of packets.entries()) {
      const whole = explainWhole({ rules: [], policies: POLICIES, ipv6: true, frame: frame! }, asked(packet))
      if (whole.unsure) continue
      sure++
      const found = /^(in|post)/.test(fates[index]!) ? 'accepted' : 'refused'
      assert.equal(found, verdict(whole), `seed ${seed}: ${JSON.stringify(packet)} by ${JSON.stringify(whole.by)}`)
    }
  }
  assert.ok(sure > FILES * 10, `${sure} are sure`)
})

test(`${FILES} random rulesets within random files: new connections meet with what is explained`, {
  skip,
}, async () => {
  let sure = 0
  const deciders = new Map<string, number>()
  for (let seed = 301; seed <= 300 + FILES; seed++) {
    const chance = chanceOf(random(seed))
    const files = ([4, 6] as const).map((family) => ({
      family,
      path: `before${family}`,
      text: `${randomRules(chance, family).replace(/^-A POSTROUTING .*-j DROP$/gm, '')}`,
    }))
    const { frame } = compileFrame(files, NAMES)
    const whole: Ruleset = {
      ...{ frame: frame!, ipv6: chance.often(85), logging: chance.pick(['off', 'low', 'high'] as const) },
      rules: ([4, 6] as const).flatMap((family) =>
        Array.from({ length: chance.below(25) }, () => randomRule(chance, family)),
      ),
      policies: { in: policy(chance), out: policy(chance), forward: policy(chance) },
      containers: chance.often(50),
    }
    const packets = [...new Set(randomPackets(chance, 100, true).filter(isNew))]
    const text = printReplacement(
      printRuleset(whole, (one) => createHash('sha1').update(one).digest('hex').slice(0, 24)),
    )
    const fates = await lab.fates({ nft: `${text.join('\n')}\n` }, packets)
    for (const [index, packet] of packets.entries()) {
      const explained = explainWhole(whole, asked(packet), { interfaceTo: ({ text }) => deviceTo(text) })
      if (explained.unsure) continue
      sure++
      const by = typeof explained.by === 'string' ? explained.by : 'family' in explained.by ? 'rule' : 'file'
      deciders.set(by, (deciders.get(by) ?? 0) + 1)
      const found = /^(in|post)/.test(fates[index]!) ? 'accept' : 'refused'
      const expected = explained.verdict === 'accept' ? 'accept' : 'refused'
      assert.equal(
        found,
        expected,
        `seed ${seed}: ${JSON.stringify(packet)} ${JSON.stringify(explained, (_, value) => (typeof value === 'bigint' ? String(value) : value))} ${fates[index]}`,
      )
    }
  }
  assert.ok(sure > FILES * 10, `${sure} are sure`)
  for (const by of ['file', 'policy', 'rule']) assert.ok(deciders.has(by), by)
})

test('the rule that decides is told with its file and line', () => {
  const text = '*filter\n-A ufw-before-input -p tcp --dport 22 -m multiport --ports 1,22 -s 10.0.0.2 -j DROP\nCOMMIT\n'
  const { frame } = compileFrame([{ family: 4, path: 'before.rules', text }], NAMES)
  const packet = asked({ way: 'p0', family: 4, from: '10.0.0.2', to: '10.0.0.1', protocol: 6, sport: 5, dport: 22 })
  const ruleset = {
    rules: [],
    policies: { in: 'accept', out: 'accept', forward: 'accept' },
    ipv6: true,
    frame: frame!,
  } as const
  assert.deepEqual(explainWhole(ruleset, packet), {
    verdict: 'drop',
    path: 'in',
    by: { chain: 'ufw-before-input', at: { file: 'before.rules', line: 2 } },
    unsure: undefined,
  })
  assert.equal(explainWhole(ruleset, { ...packet, toPort: 23 }).by, 'policy')
})

test('a forwarded port is asked for where it leads', () => {
  const text =
    '*nat\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n*filter\n-A ufw-before-input -p tcp --dport 8080 -j ACCEPT\nCOMMIT\n'
  const { frame } = compileFrame([{ family: 4, path: 'before.rules', text }], NAMES)
  const packet = asked({ way: 'p0', family: 4, from: '10.0.0.2', to: '10.0.0.1', protocol: 6, sport: 5, dport: 80 })
  const { verdict: found, by } = explainWhole({ rules: [], policies: POLICIES, ipv6: true, frame: frame! }, packet)
  assert.deepEqual([found, by], ['accept', { chain: 'ufw-before-input', at: { file: 'before.rules', line: 5 } }])
})

test('an address of IPv6 that is asked for elsewhere has brackets where a port follows', () => {
  for (const where of ['fd00:0::5', '[fd00:0::5]:8080']) {
    const text = `*nat\n-A PREROUTING -p tcp -j DNAT --to-destination ${where}\nCOMMIT\n*filter\n-A ufw6-before-forward -d fd00:0::5 -j DROP\nCOMMIT\n`
    const { frame } = compileFrame([{ family: 6, path: 'before6.rules', text }], NAMES)
    const packet = asked({ way: 'p1', family: 6, from: 'fd00:1::2', to: 'fd00:0::1', protocol: 6, sport: 5, dport: 80 })
    const { verdict: found, by } = explainWhole({ rules: [], policies: POLICIES, ipv6: true, frame: frame! }, packet)
    assert.deepEqual([found, by], ['drop', { chain: 'ufw6-before-forward', at: { file: 'before6.rules', line: 5 } }])
  }
})

/** Of tcp and udp, to one host. */
function isNew({ to, protocol, flags, offset, routing }: Packet): boolean {
  const isPlain = (flags ?? 2) === 2 && offset === undefined && routing === undefined
  return isPlain && (protocol === 6 || protocol === 17) && !/^(22|23|255|ff)|\.255$/.test(to)
}

function asked({ way, from, to, protocol, sport, dport }: Packet): Asked {
  const path = way.startsWith('out') ? 'out' : OWN.includes(to) ? 'in' : 'forward'
  return {
    path,
    protocol: protocol === 6 ? 'tcp' : 'udp',
    from: parseAddress(from)!,
    to: parseAddress(to)!,
    fromPort: sport,
    toPort: dport,
    inInterface: path === 'out' ? undefined : way,
    outInterface: path === 'in' ? undefined : /^(10\.0\.|fd00:0:)/.test(to) ? 'p0' : 'p1',
  }
}

function policy(chance: Chance): Policy {
  return chance.pick(['accept', 'drop', 'drop', 'reject'] as const)
}

const ADDRESSES = {
  4: [undefined, undefined, '10.0.0.2', '10.0.0.0/30', '10.1.0.0/16', '10.0.0.1', '172.16.0.0/12'],
  6: [undefined, undefined, 'fd00::2', 'fd00::/64', 'fd00:1::/32', 'fd00::1', '2001:db8::/32'],
} as const

function randomRule(chance: Chance, family: 4 | 6): Rule {
  const path = chance.pick(['in', 'in', 'out', 'forward'] as const)
  const name = () => chance.pick([undefined, undefined, undefined, 'p0', 'p1', 'p+'])
  const ports = () => chance.pick(['any', 'any', '22', '53', '80,443', '1:1024', '5000:6000'])
  return rule({
    ...{ family, path, protocol: chance.pick(['any', 'tcp', 'udp'] as const) },
    action: chance.pick(['allow', 'deny', 'reject'] as const),
    log: chance.pick(['none', 'none', 'log', 'log-all'] as const),
    inInterface: path === 'out' ? undefined : name(),
    outInterface: path === 'in' ? undefined : name(),
    from: end(chance.pick(ADDRESSES[family]), chance.often(15) ? ports() : 'any'),
    to: end(chance.pick(ADDRESSES[family]), ports()),
  })
}

function deviceTo(address: string): string {
  return /^(10\.0\.|fd00:0?:?:|fd00::)/.test(address) ? 'p0' : 'p1'
}

function verdict({ verdict: found, by }: ExplainedWhole): string {
  return found === 'accept' || by === 'policy' ? 'accepted' : 'refused'
}
