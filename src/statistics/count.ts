/** Counts for a question, before anything is known of places. */
import { parseNetwork } from '../base/address.ts'
import { Fault } from '../base/fault.ts'
import type { AddressCounts } from '../store/statistics/address-counts.ts'
import type { Count, CountedUnit, HistoryCounts, Total } from '../store/statistics/counts.ts'
import type { Selection } from '../store/statistics/selection.ts'
import { countsOfList } from './list.ts'
import type { Group } from './places.ts'
import type { Question } from './question.ts'
import type { By } from './table.ts'
import { timeGroups } from './times.ts'
import { traitGroups } from './traits.ts'

export type Counted = Total &
  (
    | { readonly kind: 'addresses'; readonly of: AddressCounts }
    /** `unknown`: of which the history does not tell. `rest`: of values that it did not keep apart. */
    | { readonly kind: 'groups'; readonly groups: readonly Group[]; readonly unknown: number; readonly rest?: number }
  )

/** By country, organisation, city, class and address the same is read. */
export type ByAddress = Extract<By, 'country' | 'org' | 'city' | 'class' | 'ip'>

export function isByAddress(by: By): by is ByAddress {
  return ['country', 'org', 'city', 'class', 'ip'].includes(by)
}

export function countList(addresses: readonly string[], unit: 'lines' | 'ips'): Counted {
  return ofAddresses(countsOfList(addresses, unit))
}

/** @throws Fault `statistics.no-such-jail`, and those of `Database` */
export function countHistory(question: Question, unit: CountedUnit, history: HistoryCounts): Counted {
  const of = selectionOf(question, history)
  const { by, zone } = question
  if (isByAddress(by)) return ofAddresses(history.byAddress(unit, of))
  const total = history.total(unit, of)
  switch (by) {
    case 'jail': {
      const groups = history.byJail(unit, of).map(([key, count]) => ({ key: `${key}`, label: `${key}`, count }))
      return { kind: 'groups', ...total, groups, unknown: 0 }
    }
    case 'path':
    case 'agent':
      if (unit === 'failures') return { kind: 'groups', ...total, ...askedGroups(history.asked(by, of), total) }
      return { kind: 'groups', ...total, ...traitGroups(by, unit, history, of) }
    case 'port':
      return { kind: 'groups', ...total, ...traitGroups(by, unit, history, of) }
    case 'hour':
    case 'weekday':
    case 'day':
      return { kind: 'groups', ...total, groups: timeGroups(by, unit, history, of, zone), unknown: 0 }
    default:
      return by satisfies never
  }
}

/** Not known is what asked for nothing, and what is older than such counts. */
function askedGroups(counts: readonly Count[], { total }: Total) {
  const groups = counts.flatMap(([key, count]) => (key === '' ? [] : [{ key: `${key}`, label: `${key}`, count }]))
  const rest = sum(counts.flatMap(([key, count]) => (key === '' ? [count] : [])))
  // Of what is too old failures and requests go one after the other.
  return { groups, rest, unknown: Math.max(0, total - rest - sum(groups.map(({ count }) => count))) }
}

function ofAddresses(of: AddressCounts): Counted {
  return { kind: 'addresses', of, total: sum(of.counts), distinct: distinctOf(of) }
}

export function selectionOf({ jail, state, period, isNow }: Omit<Question, 'by'>, history: HistoryCounts): Selection {
  if (jail !== undefined) refuseUnknown(jail, history)
  return { jail, state, from: period.from, to: period.to, isNow }
}

function refuseUnknown(jail: string, history: HistoryCounts): void {
  const jails = history.jails()
  if (jails.includes(jail)) return
  throw new Fault('statistics.no-such-jail', `the history holds nothing of a jail "${jail}"`, {
    hint: jails.length === 0 ? 'it holds nothing of any jail yet' : `it knows ${jails.join(', ')}`,
  })
}

function sum(counts: readonly number[]): number {
  let total = 0
  for (const count of counts) total += count
  return total
}

/** Without what is no address, and without those that were not kept apart. */
function distinctOf({ addresses }: AddressCounts): number {
  let distinct = 0
  for (const address of addresses) if (isAddress(address)) distinct++
  return distinct
}

/** Parsing a million takes a second: most are told by their look, and were read from a history that holds no others. */
export function isAddress(text: string): boolean {
  return IPV4.test(text) || parseNetwork(text) !== undefined
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
