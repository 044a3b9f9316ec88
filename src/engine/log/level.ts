/** Levels of the log, by Python's and Fail2ban's names and numbers. Source: the Python library reference, "logging"; fail2ban.conf(5). */
import { Fault } from '../../base/fault.ts'

export const LEVELS = {
  ERROR: 40,
  WARNING: 30,
  NOTICE: 25,
  INFO: 20,
  DEBUG: 10,
} as const

export type Level = keyof typeof LEVELS

const NAMED: Readonly<Record<string, number>> = {
  ...LEVELS,
  CRITICAL: 50,
  FATAL: 50,
  WARN: 30,
  MSG: 18,
  TRACEDEBUG: 7,
  HEAVYDEBUG: 5,
  NOTSET: 0,
}

export function isLevel(text: string): boolean {
  return /^\d{1,4}$/.test(text) || Object.hasOwn(NAMED, text.toUpperCase())
}

/** From which number on it is told. @throws Fault `log.bad-level` */
export function levelNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  const known = Object.hasOwn(NAMED, text.toUpperCase()) ? NAMED[text.toUpperCase()] : undefined
  if (known !== undefined) return known
  throw new Fault('log.bad-level', `Invalid log level '${text.toUpperCase()}'`, {
    hint: 'write one of CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG',
  })
}
