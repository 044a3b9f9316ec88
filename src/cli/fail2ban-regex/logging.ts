/** What Fail2ban's own logger says of the work, in the forms that `-l` and `-v` ask for. */
import { Fault } from '../../base/fault.ts'
import type { Clock } from '../../world/clock.ts'
import type { Options } from './options.ts'

export type Level = 'warning' | 'info' | 'debug'

export interface Logger {
  /** @param module which part of Fail2ban says it */
  log(level: Level, module: string, message: string): void
  hears(level: Level): boolean
}

const LEVELS: Readonly<Record<string, number>> = {
  critical: 50,
  fatal: 50,
  error: 40,
  warning: 30,
  warn: 30,
  notice: 25,
  info: 20,
  debug: 10,
  tracedebug: 7,
  heavydebug: 5,
  notset: 0,
}

/** @throws Fault `regex-command.log-level` */
export function logger(options: Options, it: { clock: Clock; pid: number; print: (line: string) => void }): Logger {
  const least = levelOf(options.logLevel)
  const hears = (level: Level) => least > 0 && LEVELS[level]! >= least
  return {
    hears,
    log(level, module, message) {
      if (!hears(level)) return
      it.print(shape(options.verbose, { level, module, message, pid: it.pid, now: it.clock.now() }))
    },
  }
}

function levelOf(text: string): number {
  const level = /^\d+$/.test(text) ? Number(text) : LEVELS[text.toLowerCase()]
  if (level === undefined) throw new Fault('regex-command.log-level', `Invalid log level '${text}'`)
  return level
}

interface Entry {
  readonly level: Level
  readonly module: string
  readonly message: string
  readonly pid: number
  readonly now: number
}

function shape(verbose: number, { level, module, message, pid, now }: Entry): string {
  const name = level.toUpperCase()
  const number = pid.toString(16).toUpperCase().padStart(12, '0')
  if (verbose <= 1) {
    return `${stamp(now)} ${`fail2ban.${module}`.padEnd(24)}[${pid}]: ${name.padEnd(7)}${name.charAt(0)}: ${message}`
  }
  if (verbose === 2) return ` ${stamp(now)} ${number} ${name.slice(0, 5).padEnd(5)} ${message}`
  return ` ${stamp(now)} ${number} ${`fail2ban.${module}`.padEnd(24)} ${name.slice(0, 5).padEnd(5)} ${message}`
}

/** `2026-11-22 17:00:00,123`, local time. */
function stamp(now: number): string {
  const at = new Date(now)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${day} ${time},${String(at.getMilliseconds()).padStart(3, '0')}`
}
