import { test } from 'node:test'
import { fuzzIni } from '../../fuzz/ini.ts'

test('400 random file sets give settings or Faults, never another exception', () => {
  for (let seed = 0; seed < 400; seed++) fuzzIni(seed)
})
