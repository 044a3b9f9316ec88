/** Compares what a trial says of lines with what the installed Fail2ban says, field by field. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { parseNetwork, printNetwork } from '../../src/base/address.ts'
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
      wrong.push(
        `${settings.name} #${number} ${JSON.stringify(text)}\n  theirs ${JSON.stringify(expected)}\n  ours   ${JSON.stringify(told)}`,
      )
    }
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${count} lines differ:\n${wrong.slice(0, 12).join('\n')}`)
  return count
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
