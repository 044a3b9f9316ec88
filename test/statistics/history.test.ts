/** Every question that a history can be asked, against a model that counts the same rows one by one. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { requestCounts } from '../../src/engine/history/request-counts.ts'
import { openPlaces } from '../../src/place/open-places.ts'
import type { Question } from '../../src/statistics/question.ts'
import { hourByWeekday, overTime } from '../../src/statistics/series.ts'
import { ask } from '../../src/statistics/statistics.ts'
import type { By, Unit } from '../../src/statistics/table.ts'
import type { TraitCount } from '../../src/store/deed.ts'
import type { History } from '../../src/store/history.ts'
import type { HistoryCounts } from '../../src/store/statistics/counts.ts'
import { openCounts } from '../../src/store/statistics/open-counts.ts'
import { ban, open, world } from '../store/folder.ts'
import { type Model, modelRows, randomModel } from './model.ts'

/** In the middle of October's change of clocks in Paris, which the model's weeks hold. */
const NOW = Date.UTC(2026, 9, 26, 12, 30)
const DAY = 86_400_000
const ZONE = 'Europe/Paris'

let folder: string
let guard: History
let counts: HistoryCounts
const model: Model = randomModel(NOW, 600, 2000)

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-statistics-'))
  // It stays open, as a guard's does.
  guard = (await open(folder)).history
  for (const { address, ...rest } of model.bans) await guard.save({ bans: [ban(address, rest)] })
  await guard.save({
    failures: model.failures.map(({ address, line: _, ...rest }) => ({ ...rest, network: ban(address).network })),
    traits: traitsOf(model),
  })
  await guard.save({ others: [{ jail: 'sshd', time: NOW - DAY, count: 7 }] })
  counts = openCounts(world.files, folder)
})

after(async () => {
  counts.close()
  await guard.close()
  rmSync(folder, { recursive: true })
})

/** As the guard counts them. */
function traitsOf({ failures }: Model): TraitCount[] {
  return failures.flatMap(({ jail, time, line, count }) => {
    const counts = requestCounts()
    counts.add(jail, time, line, count)
    return counts.take()
  })
}

const PERIODS: readonly (readonly [string, Question['period'], boolean])[] = [
  ['of all times', { to: NOW }, true],
  ['of the last two days', { from: NOW - 2 * DAY, to: NOW }, true],
  ['of an hour', { from: NOW - 3_600_000, to: NOW }, true],
  ['until a week ago', { to: NOW - 7 * DAY }, false],
  ['of a span', { from: NOW - 9 * DAY, to: NOW - 4 * DAY }, false],
]
const BYS: readonly By[] = ['ip', 'jail', 'hour', 'weekday', 'day', 'path', 'agent', 'port']
const UNITS: readonly Exclude<Unit, 'lines'>[] = ['ips', 'bans', 'failures']

for (const unit of UNITS) {
  for (const state of unit === 'failures' ? (['all'] as const) : (['active', 'all'] as const)) {
    for (const by of BYS) {
      test(`${unit} ${state} by ${by}`, async () => {
        for (const [name, period, isNow] of PERIODS) {
          for (const jail of [undefined, 'nginx-4xx']) {
            const question: Question = { by, unit, state, jail, period, isNow, zone: ZONE }
            const places = await openPlaces({ world, folders: [] })
            const table = await ask(question, { history: counts, places })
            const wanted = modelRows(model, question)
            const rows = Object.fromEntries(
              table.rows.filter(({ count }) => count > 0).map(({ key, count }) => [key, count]),
            )
            assert.deepEqual(sorted(rows), sorted(wanted.rows), `${name}, ${jail}`)
            assert.equal(table.total, wanted.total, `${name}, ${jail}`)
            assert.equal(table.distinct, wanted.distinct, `${name}, ${jail}`)
            for (const { count, share } of table.rows) assert.equal(share, table.total === 0 ? 0 : count / table.total)
          }
        }
      })
    }
  }
}

test('over time the sums are those of the tables, the steps follow each other, and a stopped guard is a gap', async () => {
  for (const unit of UNITS) {
    for (const [name, period, isNow] of PERIODS) {
      const question: Question = { by: 'jail', unit, state: 'all', period, isNow, zone: ZONE }
      const series = overTime(question, counts)
      assert.ok(series.starts.length >= 1 && series.starts.length <= 720)
      for (const [i, start] of series.starts.entries()) if (i > 0) assert.ok(start > series.starts[i - 1]!)
      assert.ok(series.starts[0]! <= series.period.from && series.starts.at(-1)! <= series.period.to)
      if (unit === 'ips') continue
      const wanted = modelRows(model, question).rows
      const sums = Object.fromEntries(series.jails.map(({ jail, counts }) => [jail, counts.reduce((a, b) => a + b, 0)]))
      assert.deepEqual(sorted(sums), sorted(wanted), `${unit} ${name}`)
    }
  }
})

test('a week has the sums of its weekdays and hours, and as many hours as the period', () => {
  const period = { from: NOW - 14 * DAY, to: NOW }
  const question: Question = { by: 'weekday', unit: 'bans', state: 'all', period, isNow: true, zone: ZONE }
  const week = hourByWeekday(question, counts)
  const wanted = modelRows(model, question).rows
  const sums = week.counts.map((hours, i) => [String(i + 1), hours.reduce((a, b) => a + b, 0)] as const)
  assert.deepEqual(sorted(Object.fromEntries(sums.filter(([, count]) => count > 0))), sorted(wanted))
  // The hour that it begins in is one of them.
  assert.equal(
    week.hours.flat().reduce((a, b) => a + b, 0),
    14 * 24 + 1,
  )
  // Clocks were set back on the last of these Sundays: two hours of that day were 2 h.
  assert.deepEqual(week.hours[6]!.slice(1, 4), [2, 3, 2])
})

function sorted(rows: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1))
}
