/**
 * All that a failure knows, field by field, beside the installed Fail2ban: for its own sample lines as they are, and for
 * the same lines mangled and mixed, with sessions that share an id, or are too many, or too old.
 */
import { test } from 'node:test'
import { loadFilter } from '../../src/config/load-filter.ts'
import type { FilterSettings } from '../../src/filter/filter-settings.ts'
import { realWorld } from '../../src/world/real.ts'
import { compareGuard, compareTrials } from '../filter/compare.ts'
import { type Case, type Line, missing as noFail2ban } from '../filter/oracle.ts'
import { chance } from '../filter/regex/random.ts'
import { corpora, missing as noCorpus, type Step } from './corpus.ts'
import { mangled } from './mangle.ts'

const NOW = 1124013600
const LATER = 1700000000
const YEAR = 365 * 86_400
const STAMP = '2005-08-14T10:00:00'
const ZONE = 'CET-01CEST-02,M3.5.0,M10.5.0'
const missing = noCorpus || noFail2ban

interface Group {
  readonly settings: FilterSettings
  readonly steps: readonly Step[]
}

/** The lines of each filter with its options. */
const groups: readonly Group[] = missing ? [] : groupsOf()

test('the sample lines as they are, all expressions asked', { skip: missing }, (context) => {
  const cases = groups.map(({ settings, steps }): Case => ({ settings, checkAll: true, lines: steps.map(lineOf) }))
  context.diagnostic(`${compareTrials(cases, ZONE)} lines equal in every field`)
})

test('the sample lines as they are, until one expression matches', { skip: missing }, (context) => {
  const cases = groups.map(({ settings, steps }): Case => ({ settings, lines: steps.map(lineOf) }))
  context.diagnostic(`${compareTrials(cases, ZONE)} lines equal in every field`)
})

for (const checkAll of [true, false]) {
  const how = checkAll ? 'all expressions asked' : 'until one expression matches'
  test(`mangled and mixed lines, ${how}`, { skip: missing }, (context) => {
    const from = chance(checkAll ? 141 : 142)
    const cases = groups.filter(isSafe).map(({ settings, steps }): Case => {
      const raw = from.below(4) > 0
      const usedns = raw ? 'warn' : 'raw'
      const lines = mangled(
        steps.map(({ line }) => line),
        from,
      )
      return { settings: { ...settings, usedns }, checkAll, raw, lines: lines.map(([line, at]) => [line, NOW + at]) }
    })
    context.diagnostic(`${compareTrials(cases, ZONE)} lines equal in every field`)
  })
}

for (const live of [true, false]) {
  const when = live ? 'in a log that is written now' : 'while catching up'
  test(`the guard, ${when}`, { skip: missing }, (context) => {
    const from = chance(live ? 143 : 144)
    const cases = groups.filter(isSafe).map(({ settings, steps }): Case => {
      const lines = mangled(
        steps.map(({ line }) => line),
        from,
      )
      const findtime = live ? 600 : 20 * YEAR
      // Without names: the guard looks none up.
      const quiet = { ...settings, usedns: 'raw' as const }
      return { settings: quiet, live, findtime, lines: lines.map(([line, at]) => [line, LATER + at]) }
    })
    context.diagnostic(`${compareGuard(cases)} lines equal`)
  })
}

/** One of the package's expressions takes exponential time on mangled lines, in Python too (GHSA-33wh-ccjc-p397). */
function isSafe({ settings }: Group): boolean {
  return settings.name !== 'domino-smtp'
}

function groupsOf(): Group[] {
  return corpora().flatMap(({ folder, steps }) => {
    const byFilter = Map.groupBy(steps, ({ filter }) => filter)
    return [...byFilter].map(([filter, steps]) => ({ settings: loadFilter(realWorld(), [folder], filter), steps }))
  })
}

function lineOf({ line, options }: Step): Line {
  return options['logtype'] === 'journal' ? [line, NOW, NOW, STAMP] : [line, NOW]
}
