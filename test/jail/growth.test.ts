/** Bans that grow, beside the installed Fail2ban: the same options, the same bans of the past, the same failures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork, printNetwork } from '../../src/base/address.ts'
import { bantimeFactor, bantimeOf, checkFormula } from '../../src/jail/bantime.ts'
import { step } from '../../src/jail/jail.ts'
import { type BantimeIncrement, type JailOptions, NO_INCREMENT } from '../../src/jail/jail-options.ts'
import { jailState } from '../../src/jail/jail-state.ts'
import { askServer, noServer } from './ask-server.ts'
import { OPTIONS } from './options.ts'

const skip = noServer()

/** As a file says them, beside `bantime = 60` and `bantime.increment = true`. */
const GROWTHS: readonly Readonly<Record<string, string>>[] = [
  {},
  { factor: '2' },
  { factor: '2.5' },
  { factor: '2*3' },
  { factor: '2.0 / 2.885385' },
  { factor: 'math.pi' },
  { factor: '-3' },
  { factor: '0' },
  { multipliers: '1 5 30 60 300 720 1440 2880' },
  { multipliers: '1 5 30 60 300 720 1440 2880', factor: '2' },
  { multipliers: '7' },
  { multipliers: '1 1 1', factor: '0.5' },
  { multipliers: '1 10 100', formula: 'ban.Time * 7' },
  { maxtime: '200' },
  { maxtime: '30' },
  { maxtime: '1h' },
  { maxtime: '-1' },
  { formula: 'ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)' },
  { formula: 'ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)', factor: '2.0 / 2.885385' },
  { formula: 'ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor', factor: '1.5' },
  { formula: 'ban.Time / 1000.0' },
  { formula: 'ban.Time * 100.7' },
  { formula: '(ban.Count - 2) and 7 / (ban.Count - 2) * 1000' },
  { formula: '1 / (ban.Count - 2) * 1000' },
  { formula: 'ban.Time * [2, 3, 5, 7][min(ban.Count, 3)]', maxtime: '300' },
  { formula: 'float(ban.Count) ** 3.3 * 11' },
  { formula: 'ban.Count > 3 and 1000 or 100' },
  { formula: '-1' },
  { formula: 'True' },
]
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 19, 20, 21, 25]

function optionsOf(given: Readonly<Record<string, string>>): JailOptions {
  const increment: BantimeIncrement = {
    ...NO_INCREMENT,
    enabled: true,
    factor: given['factor'],
    formula: given['formula'],
    multipliers: given['multipliers']?.split(' ').map(Number),
    maxtime:
      { '1h': 3600 }[given['maxtime'] ?? ''] ?? (given['maxtime'] === undefined ? undefined : Number(given['maxtime'])),
  }
  return { ...OPTIONS, maxretry: 1, increment }
}

/** An address for each row and count. */
const addressOf = (row: number, count: number) => `198.51.${row}.${count + 1}`

/** Failures until the ban of who was banned so often before, of 6 that anybody else has. */
const KNOWN = [0, 1, 2, 3, 4]
const knownAddress = (count: number) => `203.0.113.${count + 1}`

function asked(): { readonly bans: readonly Seconds[]; readonly after: readonly number[]; readonly manual: Seconds } {
  const jails = Object.fromEntries(
    GROWTHS.map((growth, row) => [
      `growth${row}`,
      {
        bantime: '60',
        maxretry: '1',
        failregex: '^ nobody <HOST>$',
        'bantime.increment': 'true',
        ...Object.fromEntries(Object.entries(growth).map(([name, value]) => [`bantime.${name}`, value])),
      },
    ]),
  )
  const six = { bantime: '60', maxretry: '6', 'bantime.increment': 'true' }
  const past = GROWTHS.flatMap((_, row) =>
    COUNTS.flatMap((count) => (count === 0 ? [] : [[`growth${row}`, addressOf(row, count), count, 7000]])),
  )
  const pastKnown = KNOWN.flatMap((count) => (count === 0 ? [] : [['known', knownAddress(count), count, 7000]]))
  const pastManual = KNOWN.flatMap((count) => (count === 0 ? [] : [['manual', knownAddress(count), count, 7000]]))
  const attempts = GROWTHS.flatMap((_, row) =>
    COUNTS.map((count) => ['ask', 'set', `growth${row}`, 'attempt', addressOf(row, count)]),
  )
  const rounds = Array.from({ length: 6 }, (_, round) => [
    ...KNOWN.map((count) => ['line', `from ${knownAddress(count)} ${round + 1}`]),
    ['wait', 1.2],
  ])
  const answers = askServer({
    jails: { ...jails, known: six, manual: { ...six, failregex: '^ nobody <HOST>$' } },
    past: [...past, ...pastKnown, ...pastManual],
    steps: [
      ...attempts,
      ...KNOWN.map((count) => ['ask', 'set', 'manual', 'banip', knownAddress(count)]),
      ...rounds.flat(),
      ...GROWTHS.map((_, row) => ['await', `growth${row}`, COUNTS.length]),
      ...GROWTHS.map((_, row) => ['bans', `growth${row}`]),
      ['bans', 'manual'],
      ['await', 'known', KNOWN.length],
      ['kept', 'known'],
    ],
  }).slice(attempts.length + KNOWN.length) as Readonly<Record<string, unknown>>[]
  const [bans, [manual, known]] = [answers.slice(0, GROWTHS.length), answers.slice(GROWTHS.length)]
  // The number that the last line of each ban ends with.
  const after = KNOWN.map((count) => Number((known![knownAddress(count)] as Lines)[1].at(-1)!.split(' ').at(-1)))
  return { bans: bans as Seconds[], after, manual: manual as Seconds }
}

type Seconds = Readonly<Record<string, number>>
type Lines = readonly [failures: number, lines: readonly string[]]

const theirs = skip ? undefined : asked()

for (const [row, growth] of GROWTHS.entries()) {
  test(`bans grow as Fail2ban's by ${JSON.stringify(growth)}`, { skip }, () => {
    const bantime = bantimeOf(optionsOf(growth))
    for (const count of COUNTS) {
      const theirSeconds = theirs!.bans[row]![addressOf(row, count)]
      const ours = bantime(count, () => 0) ?? -1
      assert.equal(ours, theirSeconds! > 3_155_760_000 ? -1 : theirSeconds, `after ${count} bans`)
    }
  })
}

test('each failure of who was banned before weighs as much as in Fail2ban', { skip }, () => {
  const ours = KNOWN.map((earlier) => {
    const state = jailState({
      options: { ...optionsOf({}), maxretry: 6 },
      ignored: () => undefined,
      chance: () => 0,
    })
    const network = parseNetwork(knownAddress(earlier))!
    for (let failures = 1; ; failures++) {
      const event = { kind: 'failure', network, time: failures, attempts: 1, lines: [], earlier } as const
      if (step(state, event, failures).some(({ kind }) => kind === 'ban')) return failures
    }
  })
  assert.deepEqual(ours, theirs!.after)
})

test('a ban by hand grows as it does in Fail2ban', { skip }, () => {
  const ours = KNOWN.map((earlier) => {
    const state = jailState({ options: optionsOf({}), ignored: () => undefined, chance: () => 0 })
    const network = parseNetwork(knownAddress(earlier))!
    const event = { kind: 'ban', network, earlier, lasts: undefined, origin: 'manual', force: false } as const
    const [decision] = step(state, event, 0)
    return [printNetwork(network), decision?.kind === 'ban' ? decision.ban.until! / 1000 : 0]
  })
  assert.deepEqual(Object.fromEntries(ours), theirs!.manual)
})

test('chance lengthens bans after the first alone, beyond maxtime too, to whole seconds', () => {
  const options = optionsOf({ maxtime: '200' })
  const bantime = bantimeOf({ ...options, increment: { ...options.increment, rndtime: 100 } })
  assert.deepEqual(
    [0, 1, 9].map((count) => bantime(count, () => 0.999)),
    [60, 219, 299],
  )
})

test('a ban without end has none, and none is longer than a century', () => {
  const lasts = (given: Readonly<Record<string, string>>, bantime = 60) =>
    bantimeOf({ ...optionsOf(given), bantime })(1, () => 0)
  assert.equal(lasts({}, -1), undefined)
  assert.equal(lasts({ maxtime: '-1' }), undefined)
  assert.equal(lasts({ formula: 'math.inf' }), undefined)
  assert.equal(lasts({ formula: '9**9**9' }), undefined)
  assert.equal(lasts({ formula: '4e9' }), undefined)
  assert.equal(lasts({ formula: '3e9' }), 3e9)
  assert.equal(lasts({ formula: 'math.nan' }), 60)
})

test('what cannot be reckoned is told before any ban', () => {
  const check = (given: Readonly<Record<string, string>>) => {
    const options = optionsOf(given)
    return checkFormula(options, bantimeFactor(options.increment))
  }
  assert.throws(() => check({ formula: 'ban.Time * x' }), { code: 'formula.bad' })
  assert.throws(() => check({ factor: '1h' }), { code: 'formula.bad' })
  assert.throws(() => check({ factor: '1 / 0' }), { code: 'formula.no-value' })
  assert.match(check({ formula: '1 / (ban.Count - 2)' })?.message ?? '', /after 2 others/)
  assert.equal(check({ factor: '1 / 2', formula: 'ban.Time * banFactor' }), undefined)
})
