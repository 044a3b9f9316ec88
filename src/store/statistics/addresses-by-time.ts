/**
 * Different addresses of steps of time. SQLite hands over each address once, with the steps that its bans began in: in the order
 * of an index, with nothing sorted, and who has been counted already is told by a number for each name of steps.
 */
import type { EpochMs } from '../../world/clock.ts'
import type { Database } from '../database.ts'
import { isShort } from './extent.ts'
import { fromBans, type Selection } from './selection.ts'

export interface StepsOfJails {
  readonly stepMs: number
  readonly onceIn: (start: EpochMs, jail: string) => string
  /** By the jails' numbers. */
  readonly names: ReadonlyMap<number, string>
}

export function* addressesByTime(
  database: Database,
  of: Selection,
  { stepMs, onceIn, names }: StepsOfJails,
): Iterable<readonly [start: EpochMs, jail: string, count: number]> {
  const jails = Math.max(0, ...names.keys()) + 1
  const steps = new Map<number, Step>()
  const onces = new Map<string, Once>()
  const stepOf = (code: number) => {
    const start = Math.floor(code / jails) * stepMs
    const jail = names.get(code % jails) ?? ''
    const name = onceIn(start, jail)
    const once = onces.get(name) ?? { address: 0 }
    onces.set(name, once)
    const step = { start, jail, once, count: 0 }
    steps.set(code, step)
    return step
  }
  let address = 0
  for (const codes of codesByAddress(database, of, stepMs, jails)) {
    address++
    for (let at = 0; at < codes.length; at++) {
      let code = 0
      for (let letter = codes.charCodeAt(at); letter >= ZERO; letter = codes.charCodeAt(++at))
        code = code * 10 + letter - ZERO
      const step = steps.get(code) ?? stepOf(code)
      if (step.once.address === address) continue
      step.once.address = address
      step.count++
    }
  }
  for (const { start, jail, count } of steps.values()) yield [start, jail, count]
}

interface Step {
  readonly start: EpochMs
  readonly jail: string
  readonly once: Once
  count: number
}

/** The last address that was counted in it. */
interface Once {
  address: number
}

const ZERO = 48

/** Of each address the steps with their jails, as numbers with commas between them. */
function* codesByAddress(database: Database, of: Selection, stepMs: number, jails: number): Iterable<string> {
  const { sql, values } = fromBans(of, 'address', isShort(database, of))
  const rows = `SELECT group_concat(max(since, 0) / CAST(? AS INTEGER) * CAST(? AS INTEGER) + jail) FROM ${sql} GROUP BY address`
  for (const [codes] of database.rows<[string]>(rows, stepMs, jails, ...values)) yield codes
}
