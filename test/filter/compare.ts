/** Compares what a trial says of lines with what the installed Fail2ban says, field by field. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { parseNetwork, printNetwork } from '../../src/base/address.ts'
import { filter } from '../../src/filter/filter.ts'
import type { Fields } from '../../src/filter/groups.ts'
import { logMatcher } from '../../src/filter/log-matcher.ts'
import { type Tried, type TriedMatch, trial } from '../../src/filter/trial.ts'
import { askFail2ban, type Case, type Row } from './oracle.ts'

/** Fails with the first lines that differ; returns how many were compared. */
export function compareTrials(cases: readonly Case[], zone: string): number {
  const answers = askFail2ban(cases, zone)
  const wrong: string[] = []
  let count = 0
  for (const [index, { settings, checkAll = false, raw = true, lines }] of cases.entries()) {
    const theirs = answers[index]!
    if (typeof theirs === 'string') throw new Error(`Fail2ban refuses ${settings.name}: ${theirs}`)
    const ours = trial(settings, { checkAll, raw, local: zone, today: Date.now() })
    for (const [number, [text, now, time, stamp]] of lines.entries()) {
      count++
      const tried =
        time === undefined
          ? ours.try(text, now * 1000)
          : ours.tryDated(text, { time: time * 1000, stamp: stamp! }, now * 1000)
      const answer = theirs[number]!
      if (typeof answer === 'string') continue
      const told = rowsOf(tried, checkAll)
      const expected = answer.map((row) => theirRow(row))
      if (isDeepStrictEqual(told, expected)) continue
      wrong.push(difference(settings.name, number, text, told, expected))
    }
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${count} lines differ:\n${wrong.slice(0, 12).join('\n')}`)
  return count
}

/** The same for the guard, from bytes to failures: what counts, of whom, when and with which data. Its clock is in UTC. */
export function compareGuard(cases: readonly Case[]): number {
  const answers = askFail2ban(cases, 'UTC')
  const wrong: string[] = []
  let count = 0
  for (const [index, { settings, lines, findtime = 600, live = true }] of cases.entries()) {
    const answer = answers[index]!
    if (typeof answer === 'string') throw new Error(`Fail2ban refuses ${settings.name}: ${answer}`)
    const matcher = logMatcher([{ jail: 'one', filter: filter(settings), findtime }])
    for (const [number, [text, now]] of lines.entries()) {
      count++
      const theirs = answer[number]!
      const { failures } = matcher.match(Buffer.from(`${text}\n`), now * 1000, live)
      if (typeof theirs === 'string') continue
      const found = failures.map(({ failure: { id, time, fields } }) => ({ id, time: time / 1000, fields }))
      const expected = theirs.map(({ shown, time, fields }) => ({
        id: shown ?? '',
        time: Math.min(time ?? now, now),
        fields,
      }))
      if (isForged(settings.name, text) && found.length === 0) continue
      const told = found.map((one, at) => counted(one, expected[at]?.time))
      if (
        isDeepStrictEqual(
          told,
          expected.map((one) => counted(one)),
        )
      )
        continue
      wrong.push(difference(settings.name, number, text, found, expected))
    }
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${count} lines differ:\n${wrong.slice(0, 12).join('\n')}`)
  return count
}

interface Counted {
  readonly id: string
  readonly time: number
  readonly fields: Fields
}

/**
 * A failure without a date happens with the line before it, if that is less than a minute old. The guard has seen the dates
 * of those lines alone that an expression could have matched: so it may be out by that minute.
 */
function counted({ id, time, fields: { users, ...fields } }: Counted, about = time): unknown {
  const all = { ...inOrder(fields), ...(typeof users === 'object' && { users: [...users].sort() }) }
  return { id: canonical(id), time: Math.abs(time - about) < 60 ? about : time, fields: all }
}

/** Two records of nginx in one line: the guard takes the second for one that was forged. */
function isForged(filter: string, line: string): boolean {
  return filter.startsWith('nginx-') && line.split('client: ').length > 2
}

function difference(name: string, number: number, text: string, told: unknown, expected: unknown): string {
  return `${name} #${number} ${JSON.stringify(text)}\n  theirs ${JSON.stringify(expected)}\n  ours   ${JSON.stringify(told)}`
}

function rowsOf({ matches, time }: Tried, checkAll: boolean): unknown[] {
  const told = matches.filter(({ kind, inSession }) => checkAll || kind === 'failure' || !inSession)
  return told.map((match) => ourRow(match, time))
}

function ourRow({ expression, kind, failure, all }: TriedMatch, time: number | undefined): unknown {
  const { users, ...fields } = all
  return {
    expression,
    id: failure ? canonical(failure.id) : null,
    time: time === undefined ? null : time / 1000,
    fields: { ...inOrder(fields), ...(users && { users: [...users].sort() }) },
    matches: kind === 'failure' ? (failure?.lines ?? []) : undefined,
  }
}

function theirRow({ expression, shown, time, fields, matches }: Row): unknown {
  const isFailure = shown !== null && !fields['nofail']
  return {
    expression,
    id: shown === null ? null : canonical(shown),
    time,
    fields: inOrder(fields),
    matches: isFailure ? matches : undefined,
  }
}

function inOrder(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { ip, ...rest } = fields
  return { ...rest, ...(typeof ip === 'string' && { ip: canonical(ip) }) }
}

function canonical(id: string): string {
  const network = parseNetwork(id)
  // Fail2ban prints 0.0.0.0/0 without its prefix.
  return network ? printNetwork(network).replace(/\/0$/, '') : id
}
