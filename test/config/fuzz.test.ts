import { test } from 'node:test'
import { fuzzIni } from '../../fuzz/ini.ts'
import { fuzzValues } from '../../fuzz/values.ts'

test('400 random file sets give settings or Faults, never another exception', () => {
  for (let seed = 0; seed < 400; seed++) fuzzIni(seed)
})

test('1,000 random values mean something or are Faults, never another exception', () => {
  for (let seed = 0; seed < 1000; seed++) fuzzValues(seed)
})
