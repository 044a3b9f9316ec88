/** The fuzz target of ufw's grammar, a bounded part of what runs by hand. */
import { test } from 'node:test'
import { fuzzUfwSentence } from '../../fuzz/ufw-sentence.ts'

test('20,000 random sentences of ufw are commands or Faults, and rules are made again by what they print', () => {
  for (let seed = 1; seed <= 20_000; seed++) fuzzUfwSentence(seed)
})
