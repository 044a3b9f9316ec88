/**
 * `%(name)s` in a value: the option of the same section, else of [DEFAULT]; `%(section/name)s` of another section,
 * `%(default/name)s` of [DEFAULT], `%(known/name)s` what the option was before the last file that set it. `%%` is `%`.
 * Measured beside Fail2ban 1.0.2: what comes from another section is interpolated in the section that asks for it.
 */
import { Fault } from '../base/fault.ts'
import type { IniValue } from './ini.ts'
import type { Layered } from './read-layers.ts'

export interface Reader {
  readonly layered: Layered
  /** What comes before the files' own options: a filter's parameters. Names in lower case. */
  readonly overrides?: ReadonlyMap<string, string>
  /** `%(known/name)s` that no file answers, as literal text: a jail asks for its filter's options so. */
  readonly known?: (name: string) => string | undefined
}

/**
 * The value of an option with its place, or undefined if neither the section nor [DEFAULT] has it.
 * @throws Fault `config.unknown-key`, `config.bad-percent`, `config.too-deep`, `config.too-long`
 */
export function readValue(reader: Reader, section: string, option: string): IniValue | undefined {
  const value = reader.layered.sections.get(section)?.options.get(option) ?? reader.layered.defaults.get(option)
  if (!value) return undefined
  return { text: interpolate(reader, section, option, value), at: value.at }
}

/** Any text, as if it were the value of `option`. Faults as for `readValue`. */
export function interpolate(reader: Reader, section: string, option: string, value: IniValue): string {
  return expand({ reader, section, option, value }, value.text, 1)
}

/** Values nested deeper than this are a circle. Source: Python's ConfigParser, MAX_INTERPOLATION_DEPTH. */
const MAX_DEPTH = 10
/** Ten levels of doubling and more: nobody means that. */
export const MAX_TEXT = 1024 * 1024

export const FAIL2BAN_VERSION = '1.0.2'

interface Asking {
  readonly reader: Reader
  readonly section: string
  readonly option: string
  readonly value: IniValue
}

function expand(asking: Asking, text: string, depth: number): string {
  const { option, section, value } = asking
  const fail = (code: string, what: string, hint: string) =>
    new Fault(code, `${option} in [${section}]: ${what}`, { at: value.at, hint })
  if (depth > MAX_DEPTH) {
    throw fail('config.too-deep', `more than ${MAX_DEPTH} values one inside the other`, 'does one of them name itself?')
  }
  let result = ''
  let from = 0
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
    result += text.slice(from, at)
    from = at + 2
    if (text[at + 1] === '%') {
      result += '%'
      continue
    }
    const key = /^\(([^)]+)\)s/.exec(text.slice(at + 1, at + 1 + MAX_KEY))
    if (!key)
      throw fail('config.bad-percent', 'a % stands alone', 'write %% for a percent sign, %(name)s for an option')
    from = at + 1 + key[0].length
    const found = lookup(asking, key[1]!.toLowerCase())
    if (found === undefined) {
      throw fail('config.unknown-key', `%(${key[1]})s names nothing`, 'set that option here or in [DEFAULT]')
    }
    result += found.literal || !found.text.includes('%') ? found.text : expand(asking, found.text, depth + 1)
    if (result.length > MAX_TEXT) throw fail('config.too-long', 'the value grows beyond 1 MiB', 'shorten what it names')
  }
  return result + text.slice(from)
}

const MAX_KEY = 1024

interface Found {
  readonly text: string
  /** Not to be interpolated again. */
  readonly literal?: boolean
}

function lookup({ reader, section }: Asking, key: string): Found | undefined {
  const { layered, overrides } = reader
  const override = overrides?.get(key)
  if (override !== undefined) return { text: override }
  const own = layered.sections.get(section)?.options.get(key) ?? layered.defaults.get(key)
  return own ?? fromElsewhere(reader, key) ?? builtIn(reader, section, key)
}

function fromElsewhere({ layered, known }: Reader, key: string): Found | undefined {
  const slash = key.indexOf('/')
  if (slash < 0) return undefined
  const [section, name] = [key.slice(0, slash), key.slice(slash + 1)]
  if (section === 'default') return layered.defaults.get(name)
  if (section === 'known') {
    const text = known?.(name)
    return text === undefined ? layered.defaults.get(name) : { text, literal: true }
  }
  const other = layered.sections.get(section)
  return other && (other.options.get(name) ?? layered.defaults.get(name))
}

function builtIn({ layered }: Reader, section: string, key: string): Found | undefined {
  if (key === '__name__') return { text: section, literal: true }
  if (key === 'fail2ban_version') return { text: FAIL2BAN_VERSION, literal: true }
  if (key === 'fail2ban_confpath') return { text: layered.folder, literal: true }
  return undefined
}
