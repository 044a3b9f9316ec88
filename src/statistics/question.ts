/** A Question: what is to be counted, by what, of which time. Some cannot be answered; those are refused, with what can. */
import { Fault } from '../base/fault.ts'
import type { By, Period, State, Unit } from './table.ts'

/** What requests ask for. */
export type ByRequest = Extract<By, 'path' | 'agent'>

export interface Question {
  readonly by: By
  readonly unit: Unit
  readonly state: State
  readonly jail?: string | undefined
  readonly period: Period
  /** Whether the period ends with the present. */
  readonly isNow: boolean
  /** An IANA name: of hours and days. */
  readonly zone: string
  /** Cities of one name in several countries: `apart` (default), or as one by their `name`, as the article counts them. */
  readonly cities?: 'apart' | 'name'
}

/** What of a list of addresses can be told. */
const OF_A_LIST: readonly By[] = ['country', 'org', 'city', 'class', 'ip']

/** @throws Fault `statistics.not-held` where no answer could be right */
export function refuseUnanswerable({ by, unit, state, jail }: Question, origin: 'history' | 'list'): void {
  if (origin === 'list') {
    refuseOfList(by, unit, jail)
    return
  }
  if (unit === 'lines')
    throw notHeld('the history has no lines to count', 'what it counts: --unit ips, bans or failures')
  if (unit !== 'failures') return
  if (state === 'active')
    throw notHeld('failures are not in force, bans are', '--unit failures without --state active, or --unit bans')
}

function refuseOfList(by: By, unit: Unit, jail: string | undefined): void {
  if (jail !== undefined)
    throw notHeld('a list of addresses says nothing of jails', 'without --ips-file the history is asked')
  if (!OF_A_LIST.includes(by))
    throw notHeld(
      `a list of addresses cannot be counted by ${by}`,
      `what it can be counted by: ${OF_A_LIST.join(', ')}`,
    )
  if (unit !== 'lines' && unit !== 'ips')
    throw notHeld(
      `a list of addresses says nothing of ${unit}`,
      '--unit lines counts each line, --unit ips each address once',
    )
}

function notHeld(message: string, hint: string): Fault {
  return new Fault('statistics.not-held', message, { hint })
}
