/** The fuzz target of Fail2ban's pickles, a bounded part of what runs by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzPickle } from '../../fuzz/pickle.ts'

test('20,000 random pickles become values or Faults, and values are the same when they are read again', () => {
  let values = 0
  for (let seed = 1; seed <= 20_000; seed++) if (fuzzPickle(seed) === 'value') values++
  assert.ok(values > 500, `${values} values`)
})
