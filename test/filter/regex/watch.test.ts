import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/base/fault.ts'
import { withinLimit } from '../../../src/filter/regex/limit.ts'
import type { Match } from '../../../src/filter/regex/matcher.ts'
import type { Risk } from '../../../src/filter/regex/risk.ts'
import { type Search, type Stopped, type Watch, watch } from '../../../src/filter/regex/watch.ts'

const FOUND: Match = { start: 0, end: 1, groups: {} }
const HOUR = 3_600_000
const LONG = 'x'.repeat(1001)

/** A watch over engines that say who was asked, and what each costs, by a clock that only they move. */
function scene(risks: readonly Risk[], costs: { patient?: number; gaveUp?: boolean } = {}) {
  let now = 1000
  const asked: string[] = []
  const keeper: Watch = watch(1, () => now)
  const searches = risks.map((risk, index): Search => {
    const python = `e${index}`
    return keeper.over({
      python,
      risk,
      fast(text) {
        asked.push(`fast ${index}`)
        if (text === 'hang') for (;;);
        return FOUND
      },
      patient: () => () => {
        asked.push(`patient ${index}`)
        now += costs.patient ?? 0
        if (costs.gaveUp) throw new Fault('regex.overrun', 'too many steps')
        return FOUND
      },
    })
  })
  return {
    keeper,
    search: (index: number, text: string) => searches[index]!(text),
    hang(index: number, what: Stopped) {
      assert.throws(() => withinLimit(5, () => searches[index]!('hang')))
      return keeper.stopped(what)
    },
    asked: () => asked.splice(0),
    told: () => keeper.alarms().map(({ python, kind }) => `${python} ${kind}`),
    pass(ms: number) {
      now += ms
    },
  }
}

test('a short line is the fast engine’s, a long one the patient one’s', () => {
  const { search, asked, told } = scene(['polynomial'])
  search(0, 'x')
  search(0, LONG)
  assert.deepEqual([asked(), told()], [['fast 0', 'patient 0'], []])
})

test('long lines are left out while the purse is empty, which is told once; short ones are not', () => {
  const { search, asked, told } = scene(['polynomial'], { patient: 100 })
  for (let line = 0; line < 10; line++) search(0, LONG)
  search(0, 'x')
  assert.deepEqual(asked(), ['patient 0', 'patient 0', 'patient 0', 'fast 0'])
  assert.deepEqual(told(), ['e0 left out'])
})

test('the purse fills again with time', () => {
  const { search, asked, pass } = scene(['polynomial'], { patient: 300 })
  search(0, LONG)
  search(0, LONG)
  pass(1000)
  search(0, LONG)
  assert.deepEqual(asked(), ['patient 0', 'patient 0'])
})

test('all expressions of a filter share the purse', () => {
  const { search, asked } = scene(['polynomial', 'polynomial'], { patient: 300 })
  search(0, LONG)
  search(1, LONG)
  assert.deepEqual(asked(), ['patient 0'])
})

test('stopped on a line of its own, an expression is the patient engine’s for an hour', () => {
  const { hang, search, asked, told, pass } = scene(['polynomial'])
  assert.equal(hang(0, 'line'), true)
  asked()
  search(0, 'x')
  pass(HOUR + 1)
  search(0, 'x')
  assert.deepEqual([asked(), told()], [['patient 0', 'fast 0'], ['e0 slow']])
})

test('stopped in a stretch of lines, it is to blame the second time within ten seconds', () => {
  const { hang, told, pass } = scene(['polynomial'])
  hang(0, 'stretch')
  pass(11_000)
  hang(0, 'stretch')
  assert.deepEqual(told(), [])
  pass(9_000)
  hang(0, 'stretch')
  assert.deepEqual(told(), ['e0 slow'])
})

test('one whose time is exponential is to blame at once, and others like it go with it', () => {
  const { hang, search, asked, told } = scene(['exponential', 'exponential', 'polynomial'])
  hang(0, 'stretch')
  asked()
  for (const index of [0, 1, 2]) search(index, 'x')
  assert.deepEqual([asked(), told()], [['patient 0', 'patient 1', 'fast 2'], ['e0 slow']])
})

test('who was not at work is not to blame', () => {
  const { search, keeper, told } = scene(['exponential'])
  search(0, 'x')
  assert.equal(keeper.stopped('line'), false)
  assert.deepEqual(told(), [])
})

test('what the patient engine gives up three times within an hour is set aside for lines of that length', () => {
  const { hang, search, asked, told, pass } = scene(['exponential'], { gaveUp: true })
  hang(0, 'line')
  asked()
  for (const length of [40, 30, 50, 30, 60, 29]) search(0, 'x'.repeat(length))
  assert.deepEqual([asked().length, told()], [4, ['e0 slow', 'e0 set aside']])
  pass(HOUR + 1)
  search(0, 'x'.repeat(60))
  assert.deepEqual(asked(), ['fast 0'])
})

test('where nobody stops what goes on, what may take long is the patient engine’s from the start', () => {
  const { keeper, search, asked } = scene(['exponential', 'polynomial'], { patient: 300 })
  keeper.beCareful()
  search(0, 'x')
  search(1, 'x')
  for (let line = 0; line < 3; line++) search(1, 'x'.repeat(513))
  assert.deepEqual(asked(), ['patient 0', 'fast 1', 'patient 1', 'patient 1', 'patient 1'])
})
