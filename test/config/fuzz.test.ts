import { test } from 'node:test'
import { fuzzIni } from '../../fuzz/ini.ts'
import { fuzzUfw } from '../../fuzz/ufw.ts'
import { fuzzValues } from '../../fuzz/values.ts'

test('400 random file sets give settings or Faults, never another exception', () => {
  for (let seed = 0; seed < 400; seed++) fuzzIni(seed)
})

test('1,000 random values mean something or are Faults, never another exception', () => {
  for (let seed = 0; seed < 1000; seed++) fuzzValues(seed)
})

test('3,000 random sets of UFW’s files say something or are Faults, and what they say is written and read again', () => {
  for (let seed = 0; seed < 3000; seed++) fuzzUfw(seed)
})
