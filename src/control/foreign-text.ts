/**
 * Bans of another guard as one text, a line each: a message may hold few objects, since a megabyte of them takes forty in
 * memory, and these may be many.
 */
import { Fault } from '../base/fault.ts'
import type { ForeignBan } from '../store/fail2ban/foreign-ban.ts'

export function printForeignBans(bans: readonly ForeignBan[]): string {
  return bans.map((ban) => `${JSON.stringify(rowOf(ban))}\n`).join('')
}

/** @throws Fault `control.bad-command` */
export function parseForeignBans(text: string): ForeignBan[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => banOf(parsed(line)))
}

type Row = readonly [string, string, number, number | null, number, number, boolean, ...string[]]

function rowOf({ jail, address, from, lasts, failures, count, isLast, matches }: ForeignBan): Row {
  return [jail, address, from, lasts ?? null, failures, count, isLast, ...matches]
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw refused()
  }
}

function banOf(row: unknown): ForeignBan {
  if (!Array.isArray(row)) throw refused()
  const [jail, address, from, lasts, failures, count, isLast, ...matches] = row as unknown[]
  const isBan =
    typeof jail === 'string' &&
    typeof address === 'string' &&
    isTime(from) &&
    (lasts === null || isNumber(lasts)) &&
    isCount(failures) &&
    isCount(count) &&
    typeof isLast === 'boolean' &&
    matches.every((line) => typeof line === 'string')
  if (!isBan) throw refused()
  return { jail, address, from, lasts: lasts ?? undefined, failures, count, isLast, matches: matches as string[] }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** What a Date can hold. */
function isTime(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 8.64e15
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e9
}

function refused(): Fault {
  return new Fault('control.bad-command', 'the message is not a list of bans')
}
