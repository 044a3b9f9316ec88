/** The lists of `recent` beside xt_recent: the same packets at the same moments, under both. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { random } from '../../../../fuzz/random.ts'
import { compileFrame } from '../../../../src/config/ufw/frame/compile-frame.ts'
import type { Packet } from './packet.ts'
import { frameTable, noPacketLab, PacketLab, type Question, restored } from './packet-lab.ts'
import { type Chance, chanceOf } from './random-rules.ts'

const NAMES = { services: () => undefined, user: () => undefined, group: () => undefined }

const skip = noPacketLab() ?? false
const TCP = '-A ufw-before-input -p tcp'
const CASES: readonly (readonly [sentence: string, lines: readonly string[]])[] = [
  [
    'a list that is filled and asked: the fourth within two seconds is dropped, and tries while it is keep it so',
    [`${TCP} -m recent --set --name a`, `${TCP} -m recent --update --seconds 2 --hitcount 4 --name a -j DROP`],
  ],
  [
    'asked before it is filled, and not again where it was full',
    [
      `${TCP} -m recent --rcheck --seconds 2 --hitcount 3 --name b -j DROP`,
      `${TCP} -m recent --set --name b -j ACCEPT`,
    ],
  ],
  [
    'two questions of one list',
    [
      `${TCP} -m recent --update --seconds 1 --hitcount 2 --name c -j DROP`,
      `${TCP} -m recent --update --seconds 3 --hitcount 5 --name c -j REJECT`,
      `${TCP} -m recent --set --name c`,
    ],
  ],
  [
    'ports that open one another',
    [
      `${TCP} --dport 7000 -m recent --set --name d -j DROP`,
      `${TCP} --dport 22 -m recent --rcheck --seconds 2 --name d -j ACCEPT`,
      `${TCP} --dport 9000 -m recent --remove --name d -j DROP`,
      `${TCP} --dport 22 -j DROP`,
    ],
  ],
  [
    'not seen before, by network, and for ever',
    [
      `${TCP} --dport 22 -m recent ! --rcheck --name e --mask 255.255.255.254 -j DROP`,
      `${TCP} -m recent --set --name e --mask 255.255.255.254`,
      `${TCP} --dport 9000 -m recent --update --hitcount 7 --name e --mask 255.255.255.254 -j DROP`,
    ],
  ],
]

// They wait most of the time.
describe('lists of recent', { skip, concurrency: true }, () => {
  for (const [index, [sentence, lines]] of CASES.entries()) {
    test(sentence, async () => {
      const chance = chanceOf(random(index + 1))
      const text = `*filter\n${lines.join('\n')}\nCOMMIT\n`
      const { frame, faults } = compileFrame([{ family: 4, path: 'before.rules', text }], NAMES)
      assert.deepEqual(faults, [])
      const packets = Array.from({ length: 22 }, (_, at) => randomPacket(chance, at))
      const [expected, found] = await Promise.all([
        fates({ restore: restored([{ family: 4, text }]) }, packets),
        fates({ nft: frameTable(frame!) }, packets),
      ])
      assert.equal(found.join('\n'), expected.join('\n'))
    })
  }
})

function randomPacket(chance: Chance, at: number): Packet {
  return {
    way: 'p0',
    family: 4,
    from: chance.pick(['10.0.0.2', '10.0.0.2', '10.0.0.3', '10.0.0.4']),
    to: '10.0.0.1',
    protocol: 6,
    sport: 2000 + at,
    dport: chance.pick([22, 22, 7000, 9000]),
    // Together or apart; no sum of them is near one of the times above.
    afterMs: chance.pick([0, 0, 0, 0, 560, 560, 1120]),
  }
}

async function fates(question: Question, packets: readonly Packet[]): Promise<string[]> {
  const lab = await PacketLab.open()
  try {
    return (await lab.fates(question, packets)).map((fate) => (fate.startsWith('in') ? 'in' : fate))
  } finally {
    await lab.close()
  }
}
