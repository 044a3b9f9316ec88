/** Connections that are counted (`connlimit`) and rates by address (`hashlimit`), beside iptables. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { compileFrame } from '../../../../src/config/ufw/frame/compile-frame.ts'
import type { Packet } from './packet.ts'
import { frameTable, noPacketLab, PacketLab, restored } from './packet-lab.ts'

const NAMES = { services: () => undefined, user: () => undefined, group: () => undefined }

const skip = noPacketLab()
let lab: PacketLab

before(async () => {
  if (!skip) lab = await PacketLab.open()
})
after(async () => {
  if (!skip) await lab.close()
})

/** Of 24 connections by udp, of three hosts in turn, to two ports. */
const ROWS: readonly (readonly [match: string, accepted: number])[] = [
  ['-m connlimit --connlimit-above 3', 9],
  ['-m connlimit ! --connlimit-upto 3', 9],
  ['-m connlimit --connlimit-above 5 --connlimit-mask 24', 5],
  ['-m connlimit --connlimit-above 7 --connlimit-mask 0', 7],
  ['-m connlimit --connlimit-above 4 --connlimit-daddr', 4],
  ['--dport 53 -m connlimit --connlimit-above 2', 18],
  ['-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-name a', 6],
  ['-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip,dstport --hashlimit-name b', 12],
  [
    '-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-srcmask 24 --hashlimit-name c',
    2,
  ],
  ['-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 3 --hashlimit-name d', 3],
  ['-m hashlimit ! --hashlimit-upto 1/hour --hashlimit-burst 3 --hashlimit-name e', 3],
]

for (const [match, accepted] of ROWS) {
  test(`${match}: ${accepted} of 24 connections`, { skip }, async () => {
    const packets = Array.from(
      { length: 24 },
      (_, at): Packet => ({
        way: 'p0',
        family: 4,
        from: `10.0.0.${2 + (at % 3)}`,
        to: '10.0.0.1',
        protocol: 17,
        sport: 3000 + at,
        dport: at % 2 === 0 ? 53 : 443,
      }),
    )
    const text = `*filter\n-A ufw-before-input -p udp ${match} -j DROP\nCOMMIT\n`
    const { frame, faults } = compileFrame([{ family: 4, path: 'before.rules', text }], NAMES)
    assert.deepEqual(faults, [])
    const count = (fates: readonly string[]) => fates.filter((fate) => fate.startsWith('in')).length
    assert.equal(count(await lab.fates({ restore: restored([{ family: 4, text }]) }, packets)), accepted, 'iptables')
    assert.equal(count(await lab.fates({ nft: frameTable(frame!) }, packets)), accepted)
  })
}
