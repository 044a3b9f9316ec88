/** The fuzz target of before.rules and after.rules, a bounded part of what runs by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzFrame } from '../../fuzz/frame.ts'

test('2000 random rules files become frames or Faults with their lines', () => {
  let frames = 0
  for (let seed = 1; seed <= 2000; seed++) if (fuzzFrame(seed) === 'frame') frames++
  assert.ok(frames > 100, `${frames} frames`)
})
