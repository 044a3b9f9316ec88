/** Rule 8 as well: who came again, which jails did the work, and when. */
import { percent } from '../../chart/amount.ts'
import type { Table } from '../../statistics/table.ts'
import { evidence, type Sentence, sentence } from './sentence.ts'
import { known, type Subject, sum } from './subject.ts'
import { counted, listed, name, noun, numbered, say } from './words.ts'

const DAY_MS = 86_400_000
/** Bans that a statement on hours needs, days that they must be spread over, and how far an hour must stand out. */
const LEAST = { bans: 50, days: 2, timesMean: 2 }
const MANY_TIMES = 5
const NAMED = 3

export function habits({ repeats, jails, hours }: Subject): Sentence[] {
  return [...(repeats ? ofRepeats(repeats) : []), ...(jails ? ofJails(jails) : []), ...(hours ? ofHours(hours) : [])]
}

function ofRepeats(table: Table): Sentence[] {
  const again = known(table).filter(({ count }) => count > 1)
  if (again.length === 0) return []
  const often = again.filter(({ count }) => count >= MANY_TIMES)
  const many = often.length === 0 ? [] : say`, ${often.length} of them ${MANY_TIMES} times or more`
  const most = again.filter(({ count }) => count === again[0]!.count)
  const verb = again.length === 1 ? 'was' : 'were'
  const text = say`${again.length} of ${numbered(table.distinct, 'address', 'addresses')} (${percent(again.length / table.distinct)}) ${verb} banned more than once${many}; most often ${listed(
    most.map(({ label }) => say`${name(label)}`),
    1,
  )}, ${most[0]!.count} times${most.length > 1 ? ' each' : ''}.`
  const numbers = { again: again.length, of: table.distinct, often: often.length, most: most[0]!.count }
  return [sentence('repeat', text, numbers, evidence('ip', again))]
}

function ofJails(table: Table): Sentence[] {
  const rows = known(table)
  if (rows.length < 2) return []
  const list = listed(
    rows.map(({ label, count }) => say`${name(label)} ${count} (${percent(count / table.total)})`),
    NAMED,
  )
  const twice = sum(rows) > table.total ? say` An address that several jails banned counts in each.` : []
  const text = say`${numbered(rows.length, 'jail', 'jails')} banned, with ${counted(table.total, table.unit)} in all: ${list}.${twice}`
  return [sentence('jails', text, { jails: rows.length, of: table.total }, evidence('jail', rows))]
}

function ofHours(table: Table): Sentence[] {
  const rows = known(table)
  const all = sum(rows)
  const { from, to } = table.period
  const days = from === undefined ? 0 : (to - from) / DAY_MS
  const most = rows.reduce((a, b) => (b.count > a.count ? b : a), rows[0] ?? NONE)
  if (all < LEAST.bans || days < LEAST.days || most.count * 24 < LEAST.timesMean * all) return []
  const next = String((Number(most.key) + 1) % 24).padStart(2, '0')
  const times = ((most.count * 24) / all).toFixed(1)
  const text = say`The busiest hour of the day is ${most.key}:00 to ${next}:00 (${table.zone}) with ${most.count} of ${all} ${noun(all, table.unit)} (${percent(most.count / all)}), ${times} times the mean of an hour.`
  return [sentence('hours', text, { count: most.count, of: all, times: Number(times) }, evidence('hour', [most]))]
}

const NONE = { rank: 0, key: '', label: '', count: 0, share: 0 }
