import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safer } from '../../../src/filter/regex/safer.ts'
import { expandTags } from '../../../src/filter/tags.ts'

const ROWS: readonly [name: string, given: string, form: string | undefined][] = [
  ['a linear one has none', '^<HOST> \\S+ x$', undefined],
  ['a loop in a loop gives nothing back', '^<HOST> (?:\\w+\\s?)*$', '^<HOST> (?:\\w++\\s?)*$'],
  ['a lazy loop in a loop too', '^<HOST> (?:\\w+?\\s?)*$', '^<HOST> (?:\\w++\\s?)*$'],
  ['a loop that would take the sign behind it ends there', '^(?: \\S+=\\S*)* <HOST>', '^(?: [^\\s=]+=\\S*+)* <HOST>'],
  ['so does a negated set', '^(?: [^"]+=\\S*)* <HOST>', '^(?: [^"=]+=\\S*+)* <HOST>'],
  ['loops over anything get an end', '^.* from <HOST> .*x$', '^.{0,255} from <HOST> .{0,255}x$'],
  ['a loop without ^ too', 'foo.+bar <HOST>', 'foo.{1,255}bar <HOST>'],
  ['tags stay as they are', '^<F-USER>.*</F-USER> <HOST>.*x', '^<F-USER>.{0,255}</F-USER> <HOST>.{0,255}x'],
  ['characters beyond the BMP shift nothing', '^😀<HOST> (?:\\w+\\s?)*$', '^😀<HOST> (?:\\w++\\s?)*$'],
  ['for some nothing better is known', '^<HOST> (?:a|aa)+$', undefined],
]

for (const [name, given, form] of ROWS) {
  test(name, () => assert.equal(safer(given, expand), form))
}

function expand(text: string): string {
  return expandTags(text, 'no')
}
