/** One option of one jail at a time: what is wrong is gathered, so that all of it is shown at once. */
import { parseDuration, type Seconds } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import { type IniValue, strip } from './ini.ts'
import { ownValue, type Reader, readValue } from './interpolate.ts'
import { placed } from './placed.ts'
import { pythonBool } from './python-values.ts'

export interface JailReader {
  readonly faults: Fault[]
  readonly warnings: Fault[]
  /** The interpolated value; undefined if it is absent or at fault. */
  value(option: string): IniValue | undefined
  text(option: string): string | undefined
  /** As the file says it, before any substitution. */
  raw(option: string): string | undefined
  /** A whole number of at least `least`; another value is a warning and counts as absent, as in Fail2ban. */
  number(option: string, least?: number): number | undefined
  flag(option: string, fallback: boolean): boolean
  duration(option: string): Seconds | undefined
  /** What `act` gives; undefined if it throws, and its Fault is noted with the place of `option`. */
  attempt<T>(option: string, act: () => T): T | undefined
}

/** Whether a text says yes or no at all. */
export function isFlag(text: string): boolean {
  return /^(1|yes|true|on|0|no|false|off|)$/i.test(text.trim())
}

export function jailReader(reader: Reader, section: string): JailReader {
  const faults: Fault[] = []
  const warnings: Fault[] = []
  const told = new Set<string>()
  const placeOf = (option: string) => {
    const { sections, defaults } = reader.layered
    return sections.get(section)?.options.get(option)?.at ?? defaults.get(option)?.at ?? sections.get(section)?.at
  }
  const note = (thrown: unknown, option: string) => {
    const fault = placed(thrown, `jail ${section}`, placeOf(option))
    // The same option is asked for more than once; one fault is enough.
    if (told.has(fault.code + fault.message)) return
    told.add(fault.code + fault.message)
    faults.push(fault)
  }
  const attempt = <T>(option: string, act: () => T): T | undefined => {
    try {
      return act()
    } catch (thrown) {
      note(thrown, option)
      return undefined
    }
  }
  const value = (option: string) => attempt(option, () => readValue(reader, section, option))
  const text = (option: string) => value(option)?.text
  const warn = (option: string, { text, at }: IniValue, message: string, hint: string) =>
    warnings.push(new Fault('config.bad-value', `jail ${section}: ${option} = ${text} ${message}`, { at, hint }))
  return {
    faults,
    warnings,
    value,
    text,
    raw: (option) => ownValue(reader.layered, section, option)?.text,
    attempt,
    number(option, least = Number.NEGATIVE_INFINITY) {
      const found = value(option)
      if (found === undefined) return undefined
      const number = /^[+-]?\d{1,15}$/.test(strip(found.text)) ? Number(strip(found.text)) : undefined
      if (number !== undefined && number >= least) return number
      const what = number === undefined ? 'a whole number' : `at least ${least}`
      warn(option, found, `is not ${what}: the default holds`, `write ${option} = 5, for example`)
      return undefined
    },
    flag(option, fallback) {
      const found = value(option)
      if (found === undefined) return fallback
      if (!isFlag(found.text)) {
        warn(option, found, 'is neither true nor false: it counts as false', 'write true or false')
      }
      return pythonBool(found.text)
    },
    duration(option) {
      const found = value(option)
      return found && attempt(option, () => parseDuration(found.text))
    },
  }
}
