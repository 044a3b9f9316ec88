/** Every sample line of the installed Fail2ban package, with its own filters, is what the package itself expects. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { parseNetwork, printNetwork } from '../../src/base/address.ts'
import { loadFilter } from '../../src/config/load-filter.ts'
import { localTime } from '../../src/filter/date/local-time.ts'
import { type Trial, type TriedMatch, trial } from '../../src/filter/trial.ts'
import { realWorld } from '../../src/world/real.ts'
import { annotations, type Corpus, corpora, type Expected, missing, type Step, samplePlaces } from './corpus.ts'

/** Sunday, 14 August 2005, 12:00 there: what the annotations call now. */
const NOW = 1124013600_000
/** When the samples were collected at the latest. */
const TODAY = Date.UTC(2023, 0, 1)
const STAMP = '2005-08-14T10:00:00'
const ZONE = 'CET-01CEST-02,M3.5.0,M10.5.0'

const all = missing ? [] : corpora()
const places = new Set(missing ? [] : samplePlaces())
const checked = { lines: 0, matched: 0, places: new Set<string>(), annotated: new Set<string>() }

for (const corpus of all) {
  test(`R41 ${corpus.name}: ${corpus.steps.length} lines`, { skip: missing }, () => {
    assert.deepEqual(wrong(corpus, false), [], 'as a jail does, until one expression matches')
    assert.deepEqual(wrong(corpus, true), [], 'as the package does, all expressions asked')
    count(corpus)
  })
}

test('R41 every sample line was checked', { skip: missing }, (context) => {
  const { lines, matched } = checked
  context.diagnostic(
    `${lines} lines, ${matched} of them failures, by ${all.length} filters; every verdict as annotated`,
  )
  assert.deepEqual(
    [...places].filter((place) => !checked.places.has(place)),
    [],
  )
  assert.equal(checked.annotated.size, annotations())
  assert.ok(matched > 800)
})

/** What differs, and which expressions no line matched. */
function wrong({ folder, steps }: Corpus, checkAll: boolean): string[] {
  const trials = new Map<string, Trial>()
  const used = new Set<string>()
  const found = steps.flatMap((step) => {
    const tried = trials.get(step.filter) ?? start(folder, step.filter, checkAll)
    trials.set(step.filter, tried)
    const { time, matches } = play(tried, step)
    for (const { expression } of matches) used.add(tried.filter.settings.failregex[expression]!)
    const told = difference(step.expected, matches, time)
    return told === undefined ? [] : [`${step.at} ${step.filter}: ${told}\n  ${step.line}`]
  })
  const idle = [...trials.values()]
    .flatMap(({ filter }) => filter.settings.failregex)
    .filter((expression) => !used.has(expression))
  return [...found, ...new Set(idle.map((expression) => `no sample matches ${expression}`))]
}

function count({ steps }: Corpus): void {
  for (const { at, expected } of steps) {
    checked.lines++
    checked.places.add(at)
    if ('match' in expected) checked.annotated.add(at)
    if (expected['match']) checked.matched++
  }
}

function start(folder: string, filter: string, checkAll: boolean): Trial {
  return trial(loadFilter(realWorld(), [folder], filter), { checkAll, local: ZONE, today: TODAY })
}

function play(tried: Trial, { line, options }: Step) {
  const dated = options['logtype'] === 'journal'
  return dated ? tried.tryDated(line, { time: NOW, stamp: STAMP }, NOW) : tried.try(line, NOW)
}

function difference(expected: Expected, all: readonly TriedMatch[], time: number | undefined): string | undefined {
  const matches = all.filter(({ kind }) => kind === 'failure')
  if (matches.length !== (expected['match'] ? 1 : 0)) return `${matches.length} expressions match`
  const [found] = matches
  if (!found) return undefined
  for (const [key, value] of Object.entries(expected)) {
    if (!NOT_FIELDS.has(key) && !isDeepStrictEqual(canonical(fieldOf(found, key)), canonical(value))) {
      return `${key} is ${JSON.stringify(fieldOf(found, key))}, not ${JSON.stringify(value)}`
    }
  }
  const stamp = expected['time']
  if (typeof stamp !== 'string') return undefined
  // A month or a day may have one digit.
  const [year, month, day, ...clock] = (stamp.match(/\d+/g) ?? []).map(Number)
  const wall = Date.UTC(year!, month! - 1, day, clock[0], clock[1], clock[2])
  const moment = localTime(ZONE).moment(wall, NOW)
  return time === moment ? undefined : `the time is ${time}, not ${moment}`
}

const NOT_FIELDS = new Set(['time', 'match', 'desc', 'constraint'])

function fieldOf({ failure, all }: TriedMatch, key: string): unknown {
  return all[key] ?? (key === 'host' ? failure?.id : key === 'attempts' ? failure?.attempts : null)
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort()
  const network = typeof value === 'string' ? parseNetwork(value) : undefined
  return network ? printNetwork(network) : value
}
