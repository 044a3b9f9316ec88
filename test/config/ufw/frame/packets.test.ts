/** Packets have the same fate under a compiled frame as under iptables-restore of the same files. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { random } from '../../../../fuzz/random.ts'
import { compileFrame, type FrameFile } from '../../../../src/config/ufw/frame/compile-frame.ts'
import type { Names } from '../../../../src/config/ufw/frame/option.ts'
import { stockFrame } from '../../../../src/config/ufw/frame/stock.ts'
import type { Packet } from './packet.ts'
import { frameTable, noPacketLab, PacketLab, restored } from './packet-lab.ts'
import { type Chance, chanceOf, randomPackets, randomRules } from './random-rules.ts'

const NAMES: Names = {
  services: () => undefined,
  user: (name) => (name === 'root' ? 0 : undefined),
  group: () => undefined,
}
const FILES = process.env.RAMPART_ALL ? 100 : 12
const INSTALLED = '/usr/share/ufw'

const skip = noPacketLab()
let lab: PacketLab

before(async () => {
  if (!skip) lab = await PacketLab.open()
})
after(async () => {
  if (!skip) await lab.close()
})

test(`${FILES} random files: packets have the fate that iptables gives them`, { skip }, async () => {
  for (let seed = 1; seed <= FILES; seed++) {
    const chance = chanceOf(random(seed))
    const files = ([4, 6] as const).map((family) => ({
      family,
      path: `before${family}`,
      text: randomRules(chance, family),
    }))
    // Which port a translated connection gets is left to the kernel where its own is taken.
    const translates = files.some(({ text }) => text.includes('*nat'))
    await same(files, files, randomPackets(chance, 100, translates), `seed ${seed}`)
  }
})

test('our own rules give every packet the fate that those of the installed UFW give it', {
  skip: skip ?? noUfw(),
}, async () => {
  const theirs = whole((when, family) => readFileSync(`${INSTALLED}/${when}${family === 6 ? '6' : ''}.rules`, 'utf8'))
  await same(whole(stockFrame), theirs, packetsOf(chanceOf(random(99))), 'our own')
  await same(theirs, theirs, packetsOf(chanceOf(random(98))), "UFW's, compiled")
})

function noUfw(): string | undefined {
  return existsSync(`${INSTALLED}/before.rules`) ? undefined : 'ufw is not installed'
}

/** All four, and behind them rules that give what no rule decided a fate of its own. */
function whole(text: (when: 'before' | 'after', family: 4 | 6) => string): FrameFile[] {
  return ([4, 6] as const).flatMap((family) => {
    const ufw = family === 4 ? 'ufw' : 'ufw6'
    const last = [
      ...['input', 'forward', 'output'].map((path) => `-A ${path.toUpperCase()} -j MARK --set-mark 7`),
      ...['input', 'forward', 'output'].map((path) => `-A ${ufw}-skip-to-policy-${path} -j DROP`),
    ]
    return [
      { family, path: `before${family}`, text: text('before', family) },
      { family, path: `after${family}`, text: `${text('after', family)}\n*filter\n${last.join('\n')}\nCOMMIT\n` },
    ]
  })
}

/** Random ones, and every type of ICMP with every hop limit that a rule could ask for. */
function packetsOf(chance: Chance): Packet[] {
  const ends = [
    ['p0', 'fd00:0::2', 'fd00:0::1'],
    ['p0', 'fe80::0:1', 'fd00:0::1'],
    ['p0', 'fd00:0::3', 'fd00:1::2'],
    ['out6', 'fd00:0::1', 'fd00:0::3'],
  ] as const
  const types6 = [1, 2, 3, 4, 100, ...Array.from({ length: 30 }, (_, index) => 127 + index)]
  const icmp6 = types6.flatMap((type) =>
    ends.flatMap(([way, from, to]) =>
      [1, 64, 255].map((hops): Packet => ({ way, family: 6, from, to, protocol: 58, type, hops })),
    ),
  )
  const icmp4 = Array.from({ length: 20 }, (_, type) =>
    ['10.0.0.1', '10.1.0.2'].map((to): Packet => ({ way: 'p0', family: 4, from: '10.0.0.2', to, protocol: 1, type })),
  ).flat()
  const services = [67, 68, 137, 138, 139, 445, 546, 547, 1900, 5353].flatMap((dport) =>
    [6, 17].flatMap((protocol) => [
      ...['10.0.0.1', '10.0.0.255', '224.0.0.251', '239.255.255.250', '192.0.2.9'].map(
        (to): Packet => ({ way: 'p0', family: 4, from: '10.0.0.2', to, protocol, sport: dport === 68 ? 67 : 9, dport }),
      ),
      ...['fd00:0::1', 'fe80::1', 'ff02::fb', 'ff02::f'].map(
        (to): Packet => ({
          way: 'p0',
          family: 6,
          from: 'fe80::0:1',
          to,
          protocol,
          sport: dport === 546 ? 547 : 9,
          dport,
        }),
      ),
    ]),
  )
  return [...icmp6, ...icmp4, ...services, ...randomPackets(chance, 300, false)]
}

/** What the router sends by itself counts where a rule counts: a difference must show three times. */
async function same(
  ours: readonly FrameFile[],
  theirs: readonly FrameFile[],
  packets: readonly Packet[],
  title: string,
) {
  const { frame, faults } = compileFrame(ours, NAMES)
  assert.deepEqual(faults, [], title)
  for (let tries = 3; tries > 0; tries--) {
    const expected = await lab.fates({ restore: restored(theirs) }, packets)
    const found = await lab.fates({ nft: frameTable(frame!) }, packets)
    const at = found.findIndex((fate, index) => fate !== expected[index])
    if (at < 0) return
    if (tries === 1) assert.equal(found[at], expected[at], `${title}: ${JSON.stringify(packets[at])}`)
  }
}
