/** Exchanges lists, until it is killed: `lists-often.ts SEED`. Prints `changing` once it has begun. */
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import { realWorld } from '../../../src/world/real.ts'
import { manyLists } from './many-lists.ts'

const seed = Number(process.argv[2])
const world = realWorld()
for (let turn = seed; ; turn++) {
  await applyRuleset(world, manyLists(turn), { anew: turn % 3 === 0, before: [...manyLists(turn - 1).lists!.values()] })
  if (turn === seed) process.stdout.write('changing\n')
}
