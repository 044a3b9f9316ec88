/** A history in memory, and what it says, counted row by row in the plainest way. */
import type { Question } from '../../src/statistics/question.ts'

export interface ModelBan {
  readonly jail: string
  readonly address: string
  readonly from: number
  readonly until: number | undefined
  readonly matches: readonly string[]
  /** When a later one took its place. */
  ended?: number
}

export interface ModelFailure {
  readonly jail: string
  readonly address: string
  readonly time: number
  readonly count: number
  /** What it asked for, if it was a request. */
  readonly line: string
}

export interface Model {
  readonly bans: readonly ModelBan[]
  readonly failures: readonly ModelFailure[]
}

const HOUR = 3_600_000
const JAILS = ['sshd', 'nginx-4xx', 'nginx-botsearch']
const PATHS = ['/.env', '/wp-login.php', undefined]

/** Some four weeks. */
export function randomModel(now: number, bans: number, failures: number): Model {
  let state = 7
  const next = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const address = () => (next(5) === 0 ? `2001:db8::${(1 + next(40)).toString(16)}` : `203.0.113.${next(90)}`)
  const times = Array.from({ length: bans }, () => now - next(28 * 24 * HOUR)).sort((a, b) => a - b)
  const made: ModelBan[] = []
  for (const from of times) {
    const one: ModelBan = {
      ...{ jail: JAILS[next(3)]!, address: address(), from, until: next(4) === 0 ? undefined : from + next(72 * HOUR) },
      matches: Array.from({ length: next(4) }, () => line(PATHS[next(3)], next(2) === 0 ? 'curl/8' : '-')),
    }
    for (const before of made) {
      if (before.jail === one.jail && before.address === one.address && before.ended === undefined)
        before.ended = Math.min(before.until ?? from, from)
    }
    made.push(one)
  }
  const counted = Array.from({ length: failures }, () => ({
    ...{ jail: JAILS[next(3)]!, address: address(), time: now - next(28 * 24 * HOUR), count: 1 + next(5) },
    line: line(PATHS[next(3)], next(2) === 0 ? 'curl/8' : '-'),
  }))
  return { bans: made, failures: counted }
}

function line(path: string | undefined, agent: string): string {
  if (path === undefined) return 'Invalid user admin from 203.0.113.1 port 22'
  return `203.0.113.1 - - [26/Oct/2026:10:00:00 +0000] "GET ${path}?a=b HTTP/1.1" 404 153 "-" "${agent}"`
}

export interface ModelRows {
  readonly rows: Readonly<Record<string, number>>
  readonly total: number
  readonly distinct: number
}

/** What stands in a row of ours: whose it is, and how much. */
interface Fact {
  readonly jail: string
  readonly address: string
  readonly time: number
  readonly count: number
  readonly values: readonly string[]
}

export function modelRows(model: Model, question: Question): ModelRows {
  const facts = question.unit === 'failures' ? failuresOf(model, question) : bansOf(model, question)
  const rows: Record<string, Set<string> | number> = {}
  const unknown = new Set<string>()
  for (const fact of facts) {
    for (const key of keysOf(fact, question)) {
      if (question.unit !== 'ips') rows[key] = ((rows[key] as number | undefined) ?? 0) + fact.count
      else {
        rows[key] ??= new Set<string>()
        ;(rows[key] as Set<string>).add(fact.address)
      }
    }
    if (keysOf(fact, question).length === 0) unknown.add(fact.address)
  }
  const counts = Object.fromEntries(
    Object.entries(rows).map(([key, value]) => [key, typeof value === 'number' ? value : value.size]),
  )
  const known = new Set(facts.filter((fact) => keysOf(fact, question).length > 0).map(({ address }) => address))
  const without =
    question.unit === 'ips'
      ? [...unknown].filter((address) => !known.has(address)).length
      : facts.filter((fact) => keysOf(fact, question).length === 0).reduce((sum, { count }) => sum + count, 0)
  const distinct = new Set(facts.map(({ address }) => address).filter((address) => address !== '')).size
  const total = question.unit === 'ips' ? distinct : facts.reduce((sum, { count }) => sum + count, 0)
  return { rows: without > 0 ? { ...counts, '': without } : counts, total, distinct }
}

function bansOf({ bans }: Model, { jail, state, period: { from = 0, to }, isNow }: Question): readonly Fact[] {
  return bans
    .filter((ban) => jail === undefined || ban.jail === jail)
    .filter((ban) => ban.from >= from && (isNow || ban.from < to))
    .filter((ban) => state === 'all' || ((ban.until ?? to + 1) > to && (ban.ended ?? to + 1) > to))
    .map(({ jail, address, from, matches }) => ({ jail, address, time: from, count: 1, values: matches }))
}

function failuresOf({ failures }: Model, { jail, period: { from = 0, to } }: Question): readonly Fact[] {
  // 7 that were too many to keep apart, a day before the end of the model: see the test.
  const last = Math.max(...failures.map(({ time }) => time))
  const others = { jail: 'sshd', address: '', time: OTHERS(last), count: 7, line: '' }
  return [...failures, others]
    .map((failure) => ({ ...failure, time: failure.time - (failure.time % HOUR), values: [failure.line] }))
    .filter((failure) => jail === undefined || failure.jail === jail)
    .filter(({ time }) => time >= from - (from % HOUR) && time < to)
}

/** The model ends within the hour of its present. */
const OTHERS = (last: number) => last - 24 * HOUR

function keysOf({ jail, address, time, values }: Fact, { by, zone, unit }: Question): readonly string[] {
  switch (by) {
    case 'ip':
      return address === '' ? [] : [address]
    case 'jail':
      return [jail]
    case 'path':
      return [...new Set(values.map((value) => /GET ([^ ?]+)/.exec(value)?.[1]).filter((path) => path !== undefined))]
    case 'agent':
      return values.some((value) => value.endsWith('"curl/8"')) ? ['curl/8'] : []
    case 'port':
      return []
    default: {
      const format = new Intl.DateTimeFormat('en-GB', {
        ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', weekday: 'short' },
        hourCycle: 'h23',
      } as const)
      const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
      if (by === 'hour') return [parts['hour']!]
      if (by === 'weekday')
        return [String(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts['weekday']!) + 1)]
      return unit === undefined ? [] : [`${parts['year']}-${parts['month']}-${parts['day']}`]
    }
  }
}
