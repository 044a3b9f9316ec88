/** The fuzz target of what the firewall half reads, a bounded part of what runs by hand. */
import { test } from 'node:test'
import { fuzzFirewall } from '../../fuzz/firewall.ts'

test('1,500 times everything that the firewall reads, broken: values or Faults, none of them late', () => {
  for (let seed = 1; seed <= 1500; seed++) fuzzFirewall(seed)
})
