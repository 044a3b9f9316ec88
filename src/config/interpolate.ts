/**
 * `%(name)s` in a value: the option of the same section, else of [DEFAULT]; `%(section/name)s` of another section,
 * `%(default/name)s` of [DEFAULT], `%(known/name)s` what the option was before the last file that set it. `%%` is `%`.
 * Measured beside Fail2ban 1.0.2, oddities included: what comes from another section is interpolated in the section that
 * asks for it; names are looked up in lower case, so that a section with capitals is found by nobody.
 */
import { Fault } from '../base/fault.ts'
import type { IniSection, IniValue } from './ini.ts'

/** Options by section, as `Layered` has them. */
export interface Sections {
  readonly defaults: ReadonlyMap<string, IniValue>
  readonly sections: ReadonlyMap<string, IniSection>
  readonly former: ReadonlyMap<string, ReadonlyMap<string, IniValue>>
}

export interface Reader {
  readonly layered: Sections
  /** What comes before the files' own options: a filter's parameters. Names in lower case. */
  readonly overrides?: ReadonlyMap<string, string>
  /** `%(known/NAME)s` of a jail is its filter's option; undefined: it has none. May throw a Fault. */
  readonly known?: (name: string) => string | undefined
}

/**
 * The value of an option with its place, or undefined if neither the section nor [DEFAULT] has it.
 * @throws Fault `config.unknown-key`, `config.bad-percent`, `config.too-deep`, `config.too-long`
 */
export function readValue(reader: Reader, section: string, option: string): IniValue | undefined {
  const key = option.toLowerCase()
  const given = reader.overrides?.get(key)
  const value = ownValue(reader.layered, section, key)
  if (given === undefined && !value) return undefined
  const at = value?.at ?? placeOf(reader.layered, section)
  const found = { text: given ?? value!.text, at }
  return { text: expand({ reader, section, option, value: found }, found.text, new Map(), 1), at }
}

/** What a section has of an option before any substitution: its own, else that of [DEFAULT]. */
export function ownValue({ sections, defaults }: Sections, section: string, key: string): IniValue | undefined {
  return sections.get(section)?.options.get(key) ?? defaults.get(key)
}

/** Where a section begins, or whatever place its files have. */
export function placeOf({ sections }: Sections, section: string): IniValue['at'] {
  return (sections.get(section) ?? sections.values().next().value)?.at ?? { file: '' }
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

/** @param borrowed what the values above this one had from other sections: it holds for all that they contain */
function expand(asking: Asking, text: string, borrowed: ReadonlyMap<string, string>, depth: number): string {
  if (depth > MAX_DEPTH) {
    const what = `more than ${MAX_DEPTH} values one inside the other`
    throw fault(asking, 'config.too-deep', what, 'does one of them name itself?')
  }
  const known = borrow(asking, text, borrowed)
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
    if (!key) {
      const hint = 'write %% for a percent sign, %(name)s for an option'
      throw fault(asking, 'config.bad-percent', 'a % stands alone', hint)
    }
    from = at + 1 + key[0].length
    const found = lookup(asking, known, key[1]!.toLowerCase())
    if (found === undefined) {
      throw fault(asking, 'config.unknown-key', `%(${key[1]})s names nothing`, 'set that option here or in [DEFAULT]')
    }
    result += found.includes('%') ? expand(asking, found, known, depth + 1) : found
    if (result.length > MAX_TEXT) {
      throw fault(asking, 'config.too-long', 'the value grows beyond 1 MiB', 'shorten what it names')
    }
  }
  return result + text.slice(from)
}

const MAX_KEY = 1024

function fault({ option, section, value }: Asking, code: string, what: string, hint: string): Fault {
  return new Fault(code, `${option} in [${section}]: ${what}`, { at: value.at, hint })
}

function lookup({ reader, section }: Asking, borrowed: ReadonlyMap<string, string>, key: string) {
  if (key === '__name__') return section
  const found = borrowed.get(key) ?? reader.overrides?.get(key)
  if (found !== undefined) return found
  return ofFilter(reader, key) ?? ownValue(reader.layered, section, key)?.text
}

function ofFilter({ known }: Reader, key: string): string | undefined {
  return key.startsWith('known/') ? known?.(key.slice('known/'.length)) : undefined
}

/** What the `%(section/name)s` of a text stand for, added to what is borrowed already. */
function borrow({ reader, section }: Asking, text: string, borrowed: ReadonlyMap<string, string>) {
  if (!text.includes('/') || !text.includes('%(')) return borrowed
  const result = new Map(borrowed)
  for (const [, key, other, name] of text.matchAll(ELSEWHERE)) {
    const isOwn =
      reader.overrides?.has(key!) || ofFilter(reader, key!) !== undefined || ownValue(reader.layered, section, key!)
    if (result.has(key!) || isOwn) continue
    const value = elsewhere(reader.layered, section, other!, name!)
    if (value !== undefined) result.set(key!, value)
  }
  return result
}

const ELSEWHERE = /%\((([\p{L}\p{N}_-]+)\/([^)]+))\)s/gu

/** Names as they are written: options have no capitals, so what is written with them is found nowhere. */
function elsewhere({ sections, defaults, former }: Sections, section: string, other: string, name: string) {
  const word = other.toLowerCase()
  if (word === 'default') return defaults.get(name)?.text
  if (word === 'known') return (former.get(section)?.get(name) ?? defaults.get(name))?.text
  const options = sections.get(other)?.options
  return options && (options.get(name) ?? defaults.get(name))?.text
}
