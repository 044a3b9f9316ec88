/** Applies one ruleset after the other, until it is killed: `apply-often.ts SEED`. Prints `changing` once it has begun. */
import { applyRuleset } from '../../../src/firewall/rules/apply.ts'
import { realWorld } from '../../../src/world/real.ts'
import { rulesetOfTurn } from './turns.ts'

const seed = Number(process.argv[2])
const world = realWorld()
for (let turn = seed; ; turn++) {
  await applyRuleset(world, rulesetOfTurn(turn), { anew: turn % 3 === 0 })
  if (turn === seed) process.stdout.write('changing\n')
}
