/**
 * When failures make a ban: rows of failures made by chance, some of them sparser than findtime, read by the installed
 * Fail2ban (under a clock that this test sets) and counted by us. Both ban by the same line, for as many failures.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../fuzz/random.ts'
import { parseNetwork, printNetwork } from '../../src/base/address.ts'
import { step } from '../../src/jail/jail.ts'
import { jailState } from '../../src/jail/jail-state.ts'
import { askServer, noServer } from './ask-server.ts'
import { OPTIONS } from './options.ts'

const skip = noServer()

const JAILS = {
  a: { findtime: 300, maxretry: 3 },
  b: { findtime: 300, maxretry: 5 },
  c: { findtime: 700, maxretry: 8 },
} as const
type Name = keyof typeof JAILS
const NAMES = Object.keys(JAILS) as Name[]
const START = 1_800_000_000
const SPAN = 1800
/** What a line says of its time holds as long as it is less than a minute behind the clock. */
const LAG = 50
const SOURCES = 60

interface Failure {
  readonly at: number
  readonly source: string
}

function made(): Failure[] {
  const next = random(5)
  const failures = Array.from({ length: SOURCES }, (_, index) => {
    const usual = [40, 60, 80, 100, 120, 150, 180, 220, 300, 400][Math.floor(next() * 10)]!
    const times: number[] = []
    for (let at = Math.floor(next() * 40); at < SPAN; at += gap(usual, next)) times.push(at)
    return times.map((at) => ({ at, source: `198.51.100.${index + 1}` }))
  })
  return failures.flat().sort((a, b) => a.at - b.at)
}

/**
 * Fail2ban forgets who was silent for findtime, by its clock, which is up to LAG ahead of the lines, and only when it next
 * looks: nobody here is silent for about findtime.
 */
function gap(usual: number, next: () => number): number {
  const isAbout = (name: Name) => Math.abs(drawn - JAILS[name].findtime - LAG / 2) < 2 * LAG
  let drawn = next() < 0.1 ? 0 : next() < 0.15 ? 1 : Math.floor(-usual * Math.log(1 - next()))
  while (NAMES.some(isAbout)) drawn += LAG
  return drawn
}

/** By the source: the failures that the ban was for, and the time of the last. */
type Bans = Readonly<Record<string, readonly [failures: number, last: number]>>

function theirs(failures: readonly Failure[]): Record<Name, Bans> {
  const steps: unknown[] = []
  for (let from = 0; from < SPAN; from += LAG) {
    const part = failures.filter(({ at }) => at >= from && at < from + LAG)
    const told = failures.filter(({ at }) => at < from + LAG).length
    if (part.length === 0) continue
    steps.push(['now', START + from + LAG])
    steps.push(['lines', part.map(({ at, source }) => [START + at, `from ${source} ${at}`])])
    for (const name of NAMES) steps.push(['awaitFailures', name, told])
  }
  const kept = (name: Name) => ['kept', name]
  const jails = Object.fromEntries(NAMES.map((name) => [name, { ...JAILS[name], bantime: 1e7, maxmatches: 50 }]))
  const answers = askServer({ now: START, jails, steps: [...steps, ['wait', 1], ...NAMES.map(kept)] })
  const bansOf = (answer: unknown): Bans => {
    const rows = Object.entries(answer as Record<string, [number, string[]]>)
    return Object.fromEntries(
      rows.map(([source, [count, lines]]) => [source, [count, Number(lines.at(-1)!.split(' ').at(-1))]]),
    )
  }
  return Object.fromEntries(NAMES.map((name, index) => [name, bansOf(answers[index])])) as Record<Name, Bans>
}

function ours(name: Name, failures: readonly Failure[]): Bans {
  const options = { ...OPTIONS, name, ...JAILS[name], bantime: -1, maxmatches: 50 }
  const state = jailState({ options, ignored: () => undefined, chance: () => 0 })
  const bans: Record<string, readonly [number, number]> = {}
  for (const { at, source } of failures) {
    const time = (START + at) * 1000
    const event = { kind: 'failure', network: parseNetwork(source)!, time, attempts: 1, lines: [], earlier: 0 } as const
    for (const decision of step(state, event, time)) {
      if (decision.kind === 'ban') bans[printNetwork(decision.ban.network)] = [decision.ban.failures, at]
    }
  }
  return bans
}

test('rows of failures ban by the line and for the failures that Fail2ban tells', { skip }, () => {
  const failures = made()
  const told = theirs(failures)
  for (const name of NAMES) assert.deepEqual(ours(name, failures), told[name], `jail ${name}`)
  const sparse = NAMES.flatMap((name) => Object.values(told[name]).filter(([count]) => count > JAILS[name].maxretry))
  assert.ok(sparse.length >= 5, `${sparse.length} bans of failures that span more than findtime`)
})
