import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expression } from '../../../src/filter/regex/expression.ts'
import { withinLimit } from '../../../src/filter/regex/limit.ts'

/** On a busy machine it had less than its time. */
const overrun = { code: /^regex\.(overrun|starved)$/ }

test('what ends in time gives its value', () => {
  assert.equal(
    withinLimit(1000, () => 7),
    7,
  )
})

test('what it throws comes through', () => {
  const own = new Error('own')
  assert.throws(() => withinLimit(1000, () => raise(own)), own)
})

test('a catastrophic match is interrupted', () => {
  const slow = expression('^(\\w+\\s?)*$')
  assert.throws(() => withinLimit(50, () => slow.search(`${'a'.repeat(60)}!`)), overrun)
})

test('a loop that catches everything is interrupted', () => {
  assert.throws(() => withinLimit(20, endless), overrun)
})

test('the inner of two limits may be the shorter or the longer', () => {
  assert.throws(() => withinLimit(1000, () => withinLimit(20, endless)), overrun)
  assert.throws(() => withinLimit(20, () => withinLimit(1000, endless)), overrun)
})

test('after an overrun all goes on', () => {
  assert.throws(() => withinLimit(20, endless), overrun)
  assert.equal(
    withinLimit(1000, () => expression('b').search('ab')?.start),
    1,
  )
})

function endless(): never {
  for (;;) {
    try {
      for (;;);
    } catch {}
  }
}

function raise(error: Error): never {
  throw error
}
