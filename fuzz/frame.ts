/**
 * Random rules files: a frame or Faults with their lines, never anything else; and whatever the file said, nft is told words
 * of ours only. `node fuzz/frame.ts [SECONDS] [SEED]`
 */
import assert from 'node:assert/strict'
import { parseAddress } from '../src/base/address.ts'
import { compileFrame } from '../src/config/ufw/frame/compile-frame.ts'
import { explainWhole } from '../src/firewall/rules/explain-frame.ts'
import { chanceOf, randomRules } from '../test/config/ufw/frame/random-rules.ts'
import { random } from './random.ts'
import { rounds } from './rounds.ts'

const NAMES = { services: (name: string) => (name === 'ssh' ? 22 : undefined), user: () => undefined, group: () => 5 }

const WORDS =
  '-A -I -D -N -P -F -X -Z -R -E ! -p -s -d -i -o -j -g -m -f -c -4 -6 --dport --sport --protocol= --dport= tcp udp icmp all 0 255 -1 INPUT FORWARD OUTPUT PREROUTING POSTROUTING ufw-before-input ufw6-before-input ufw-user-input ufw-track-input alpha ACCEPT DROP RETURN REJECT LOG MARK DNAT MASQUERADE limit recent conntrack multiport addrtype hashlimit connlimit comment owner set string --limit --set --update --seconds --hitcount --name --ctstate NEW --comment --to-destination --log-prefix --mark --set-mark --hashlimit-name --hashlimit-upto --connlimit-above --mac-source --icmp-type any 1/2 10.0.0.0/8 ::/0 fe80::1 22 1:5 ,,, 0x1/0xff 3/min *filter *nat COMMIT :x : # [0:0] "" "a\\" {} ; } \' $x `id` ../ __proto__ constructor toString \u0000 \u202e \ud83d\udca3'.split(
    ' ',
  )

const ALL_DROPPED = { rules: [], policies: { in: 'drop', out: 'drop', forward: 'drop' }, ipv6: true } as const
const PACKETS = ['10.0.0.2', 'fd00::2'].flatMap((text) => {
  const address = parseAddress(text)!
  const ends = { from: address, fromPort: 5000, to: address, toPort: 22, inInterface: 'p0', outInterface: undefined }
  return (['in', 'out', 'forward'] as const).map((path) => ({ ...ends, path, protocol: 'tcp' }) as const)
})

/** What a rule of nft may consist of: our words, numbers, names that were checked, and text in quotes. */
const TOLD = /^(?:[[\]\w .:,/@&|^!=<>{}()-]|"[\w .:@=%,#~^*!'&()+/;<>?[\]`{|}-]*")*$/

export function fuzzFrame(seed: number): 'frame' | 'faults' {
  const chance = chanceOf(random(seed))
  const files = ([4, 6] as const).map((family) => ({ family, path: `before${family}`, text: '' }))
  const texts = files.map((file) => ({ ...file, text: text(file.family) }))
  const { frame, faults, warnings } = compileFrame(texts, NAMES)
  assert.equal(frame === undefined, faults.length > 0)
  for (const fault of [...faults, ...warnings])
    assert.ok(fault.code.startsWith('frame.') && fault.at?.line, fault.stack)
  for (const { rules } of frame?.chains ?? []) for (const rule of rules) assert.ok(rule !== '' && TOLD.test(rule), rule)
  for (const packet of PACKETS) if (frame) explainWhole({ ...ALL_DROPPED, frame }, packet)
  for (const { name, body } of frame?.sets ?? []) assert.match(`${name} ${body}`, /^[\w-]+ [\w .,;-]+$/)
  return frame ? 'frame' : 'faults'

  function text(family: 4 | 6): string {
    const lines = randomRules(chance, family).split('\n')
    for (let changes = chance.below(4); changes > 0; changes--) {
      const at = chance.below(lines.length)
      const words = lines[at]!.split(' ')
      const place = chance.below(words.length + 1)
      const kind = chance.below(5)
      if (kind === 0) words.splice(place, 1)
      else if (kind === 1) words.splice(place, 0, chance.pick(WORDS))
      else if (kind === 2) words.splice(place, 1, chance.pick(WORDS))
      else if (kind === 3) words.splice(place, 1, (words[place] ?? '').slice(chance.below(4)) + chance.pick(WORDS))
      else lines.splice(at, 0, Array.from({ length: chance.below(9) }, () => chance.pick(WORDS)).join(' '))
      lines[at + (kind === 4 ? 1 : 0)] = words.join(' ')
    }
    return lines.join('\n')
  }
}

if (process.argv[1] === import.meta.filename) rounds(fuzzFrame)
