/**
 * Every expression of the installed filters, in every mode, on lines of 10 kB that are made to stall it. Ten milliseconds
 * are a million steps of the second engine, which has such lines if their time may grow faster than they do; V8 does a
 * linear one in less.
 */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { loadFilter } from '../../../src/config/load-filter.ts'
import { parse } from '../../../src/filter/regex/parse.ts'
import { patient } from '../../../src/filter/regex/patient.ts'
import { risk } from '../../../src/filter/regex/risk.ts'
import { expandTags } from '../../../src/filter/tags.ts'
import { realWorld } from '../../../src/world/real.ts'
import { installedExpressions } from './installed.ts'
import { pumped } from './pump.ts'
import { chance } from './random.ts'

const LENGTH = 10_000
const STEPS_A_CHARACTER = 60

const stock = installedExpressions()
const skip = stock.length > 0 ? false : 'the package fail2ban is not installed'

/** Under the budget instead: it compares the end of a connection with its beginning, and so may try all ways. */
const UNDER_BUDGET = [/slapd.*\(\?P=__prefix\)/s]

test('R34 no line of 10 kB costs an installed expression more than 60 steps a character', { skip }, () => {
  const slow = stock.filter(isSlow)
  const unlisted = slow.filter((python) => !UNDER_BUDGET.some((listed) => listed.test(python)))
  assert.deepEqual(unlisted, [])
  assert.equal(slow.length, UNDER_BUDGET.length, 'what is listed is slow no more')
})

test('R34 no line of 10 kB costs an expression of our own filters more than that', () => {
  const folder = join(import.meta.dirname, '../../../config')
  const names = globSync(`${folder}/filter.d/*.conf`).map((path) => basename(path, '.conf'))
  for (const name of names.filter((one) => !one.endsWith('common'))) {
    const { failregex, ignoreregex, prefregex } = loadFilter(realWorld(), [folder], name)
    const all = [...failregex, ...ignoreregex, ...(prefregex === undefined ? [] : [prefregex])]
    assert.deepEqual(
      all.filter((python) => isSlow(expandTags(python, 'warn'))),
      [],
      name,
    )
  }
})

function isSlow(python: string): boolean {
  const tree = parse(python)
  if (risk(tree.root) === 'linear') return false
  const search = patient(tree)
  // Of the two texts for each loop the one with all that stands around it; the other was tried by hand.
  const texts = pumped(python, LENGTH, chance(7)).filter((_, index) => index % 2 === 1)
  return texts.some((text) => {
    try {
      search(text, STEPS_A_CHARACTER * LENGTH)
      return false
    } catch {
      return true
    }
  })
}
