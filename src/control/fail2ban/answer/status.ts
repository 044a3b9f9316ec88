/** `status`, `status JAIL [FLAVOR]`. Source: what Fail2ban 1.0.2 answers. */
import type { HeldJail } from '../../../engine/held-jail.ts'
import { isJournal, type JailModel } from '../jail/jail-model.ts'
import type { ToldJails } from '../jails.ts'
import { tuple, type Value } from '../value.ts'

export function status(jails: ToldJails): Value {
  const names = jails.all.map(({ name }) => name).sort(byCode)
  return [tuple('Number of jail', names.length), tuple('Jail list', names.join(', '))]
}

function byCode(one: string, other: string): number {
  return one < other ? -1 : 1
}

export function jailStatus(held: HeldJail, model: JailModel, flavor: Value): Value {
  return [tuple('Filter', filterStatus(held, model)), tuple('Actions', actionsStatus(held, flavor))]
}

function filterStatus(held: HeldJail, model: JailModel): Value[] {
  const { counters, totals } = held.state
  const logs = isJournal(model)
    ? tuple('Journal matches', [model.journalmatch.map((words) => words.join(' ')).join(' + ')])
    : tuple('File list', logsOf(held, model))
  return [tuple('Currently failed', counters.size), tuple('Total failed', totals.failures), logs]
}

/** Those that were there, and those that came since. */
function logsOf({ logs }: HeldJail, model: JailModel): Value[] {
  const isOpen = (log: { readonly log: string; readonly state: string }) =>
    log.state === 'reading' && log.log !== 'kmsg'
  const read = [...logs.values()].filter(isOpen).map(({ log }) => log)
  return [...new Set([...model.logs, ...(model.idle ? [] : read)])]
}

function actionsStatus({ state: { bans, totals } }: HeldJail, flavor: Value): Value[] {
  const counts = [tuple('Currently banned', bans.size), tuple('Total banned', totals.bans)]
  if (flavor === 'short') return counts
  const list = tuple('Banned IP list', [...bans.keys()])
  if (flavor !== 'cymru') return [...counts, list]
  // Nobody outside is asked about those who are banned.
  const unknown = (name: string) => tuple(`Banned ${name} list`, ['error'])
  return [...counts, list, unknown('ASN'), unknown('Country'), unknown('RIR')]
}
