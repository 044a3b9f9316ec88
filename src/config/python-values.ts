/** Values of options as Python takes and prints them. Source: the Python library reference, "Built-in Types". */
import { Fault, type Place } from '../base/fault.ts'

/** undefined: Fail2ban's None. Numbers and booleans are options that it converts. */
export type OptionValue = string | number | boolean | undefined

/** What Python's str() gives. */
export function pythonText(value: Exclude<OptionValue, undefined>): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}

/** `1`, `yes`, `true`, `on` in any case; all else is no. */
export function pythonBool(text: string): boolean {
  return /^(1|yes|true|on)$/i.test(text)
}

/** What Python's int() takes: blanks around, a sign, `_` between digits. */
export function pythonInt(text: string): number | undefined {
  const digits = /^\s*([+-]?\d+(?:_\d+)*)\s*$/.exec(text)?.[1]?.replaceAll('_', '')
  return digits === undefined ? undefined : Number(digits) || 0
}

export function wrongNumber(name: string, text: string, at: Place): Fault {
  const hint = `write ${name} = 5, for example`
  return new Fault('config.bad-value', `${name} = ${text} is no whole number: it counts as not set`, { at, hint })
}
