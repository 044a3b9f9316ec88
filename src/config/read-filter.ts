/** Filters: filter.d/NAME with its parameters, and the settings that they come to. */
import { asFault, Fault, type Place } from '../base/fault.ts'
import type { FilterSettings, Usedns } from '../filter/filter-settings.ts'
import type { World } from '../world/world.ts'
import { type IniValue, strip } from './ini.ts'
import { placeOf, type Reader, readValue, type Sections } from './interpolate.ts'
import type { Reference } from './list.ts'
import { type Layered, readLayers } from './read-layers.ts'
import { substituteTags } from './tags.ts'
import { unknownParameters } from './unknown-parameters.ts'

/** A filter that was read: its options with all substitutions done, each when it is asked for. */
export interface ReadFilter {
  readonly name: string
  readonly at: Place
  /** Every option by its lower-case name; undefined where it is absent or at fault. */
  readonly option: (name: string) => IniValue | undefined
  /** What the jail gave in `[key=value]`. */
  readonly parameters: ReadonlyMap<string, string>
  /** What is wrong with any of its options, used or not: Fail2ban refuses such a file. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/**
 * @param logtype what `<logtype>` is unless the filter or its parameters say: `journal` for a systemd jail, else `file`
 * @param place where in the folders its file is, with a slash at the end; empty for one that stands right there
 * @throws Fault `config.no-filter`, or the first fault of its files
 */
export function readFilter(
  world: World,
  folders: readonly string[],
  { name, parameters }: Reference,
  logtype: string,
  place = 'filter.d/',
): ReadFilter {
  const layered = readLayers(world, folders, `${place}${name}`)
  if (!layered) {
    const hint = `put its file into filter.d, or correct the name: rampart looks in ${folders.join(', ')}`
    throw new Fault('config.no-filter', `there is no filter "${name}"`, { hint })
  }
  const fault = layered.faults[0]?.fault
  if (fault) throw fault
  const at = layered.sections.get('Definition')?.at ?? { file: layered.files[0] ?? name }
  const reader: Reader = { layered, overrides: lowerCase(parameters) }
  const defaults = new Map([['logtype', logtype]])
  const plain = (option: string) => plainOption(reader, parameters, defaults, option)
  const tag = tagLookup(reader, parameters, plain)
  const { option, faults } = remembered(optionNames(layered), (name) => {
    const value = plain(name)
    return value && { text: substituteTags(name, value.text, tag, value.at), at: value.at }
  })
  const unknown = unknownParameters({
    layered,
    name,
    at,
    parameters,
    value: (option) => quietly(() => plain(option)?.text),
  })
  return { name, at, option, parameters, faults, warnings: [...layered.warnings, ...unknown] }
}

/** What is at fault is told where the option is read. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function optionNames(layered: Layered): string[] {
  const names = ['Definition', 'Init'].flatMap((section) => [...(layered.sections.get(section)?.options.keys() ?? [])])
  // The former value of an option counts no more.
  return names.filter((name) => !name.startsWith('known/'))
}

/** Every option read once; one at fault is undefined from then on, and its fault is told once. */
function remembered(
  names: readonly string[],
  read: (name: string) => IniValue | undefined,
): { readonly option: (name: string) => IniValue | undefined; readonly faults: readonly Fault[] } {
  const values = new Map<string, IniValue | undefined>()
  const faults: Fault[] = []
  const option = (name: string) => {
    if (values.has(name)) return values.get(name)
    try {
      values.set(name, read(name))
    } catch (thrown) {
      values.set(name, undefined)
      const fault = asFault(thrown, 'config.bad-filter')
      // Whoever names an option of a circle is caught in it: one fault for all of them, the last, which is nearest to it.
      const circle = faults.findIndex(({ code }) => code === 'config.tag-circle' && code === fault.code)
      faults.splice(circle < 0 ? faults.length : circle, circle < 0 ? 0 : 1, fault)
    }
    return values.get(name)
  }
  for (const name of names) option(name)
  return { option, faults }
}

/**
 * The settings from its options.
 * @param option whom to ask: the filter alone, or the jail before it
 * @param report takes the faults; it may throw them
 */
export function filterSettings(
  { name, at }: { readonly name: string; readonly at: Place },
  option: (name: string) => IniValue | undefined,
  report: (fault: Fault) => void,
): FilterSettings {
  const places: { [name: string]: Place } = {}
  const text = (name: string): string | undefined => {
    try {
      const value = option(name)
      if (value && EXPRESSIONS.has(name)) places[name] = value.at
      return value?.text
    } catch (thrown) {
      report(asFault(thrown, 'config.bad-filter'))
      return undefined
    }
  }
  return {
    name,
    failregex: lines(text('failregex')),
    ignoreregex: lines(text('ignoreregex')),
    prefregex: text('prefregex') || undefined,
    datepattern: text('datepattern') || undefined,
    maxlines: atLeastOne(text('maxlines')),
    journalmatch: lines(text('journalmatch')),
    usedns: usedns(text('usedns')),
    logencoding: text('logencoding') || 'auto',
    logtimezone: text('logtimezone') || undefined,
    mode: text('mode') || undefined,
    logtype: text('logtype') || 'file',
    at,
    places,
  }
}

const EXPRESSIONS: ReadonlySet<string> = new Set(['failregex', 'ignoreregex', 'prefregex'])

export function lines(text: string | undefined): string[] {
  return (text ?? '')
    .split('\n')
    .map(strip)
    .filter((line) => line !== '')
}

/** Where a value in [Definition], [Init] or the parameters comes from. In order: parameters, [Init], [Definition]. */
export function plainOption(
  reader: Reader,
  parameters: ReadonlyMap<string, string>,
  defaults: ReadonlyMap<string, string>,
  option: string,
): IniValue | undefined {
  const { layered } = reader
  const given = parameters.get(option)
  const at = placeOf(layered, 'Definition')
  if (given !== undefined) return { text: given, at }
  // Parameters stand in for %(names) of [Definition] alone.
  const inInit = layered.sections.get('Init')?.options.has(option)
  const value = inInit ? readValue({ layered }, 'Init', option) : readValue(reader, 'Definition', option)
  const fallback = defaults.get(option)
  return value ?? (fallback === undefined ? undefined : { text: fallback, at })
}

/**
 * What a tag of a filter or an action means: an option by its name (then in lower case), `section/option`, `known/option`
 * as the file's own value. A tag with a conditional twin (`x?family=inet6`) is left for the moment of the ban.
 */
export function tagLookup(
  reader: Reader,
  parameters: ReadonlyMap<string, string>,
  plain: (option: string) => IniValue | undefined,
): (tag: string) => string | undefined {
  const conditional = conditionalOptions(reader.layered, parameters)
  return (tag) => {
    if (conditional.has(tag)) return undefined
    const found = plain(tag) ?? plain(tag.toLowerCase())
    if (found) return found.text
    const slash = tag.indexOf('/')
    if (slash < 0) return byAnyCase(parameters, tag)
    const [section, option] = [tag.slice(0, slash), tag.slice(slash + 1).toLowerCase()]
    if (section === 'known') return ownValue({ layered: reader.layered }, option)
    return reader.layered.sections.has(section) || section === 'DEFAULT'
      ? readValue({ layered: reader.layered }, section, option)?.text
      : undefined
  }
}

function conditionalOptions(layered: Sections, parameters: ReadonlyMap<string, string>): Set<string> {
  const names = [
    ...(layered.sections.get('Definition')?.options.keys() ?? []),
    ...(layered.sections.get('Init')?.options.keys() ?? []),
    ...parameters.keys(),
  ]
  return new Set(names.filter((name) => name.includes('?')).map((name) => name.slice(0, name.indexOf('?'))))
}

function ownValue(reader: Reader, option: string): string | undefined {
  const section = reader.layered.sections.get('Init')?.options.has(option) ? 'Init' : 'Definition'
  return readValue(reader, section, option)?.text
}

function byAnyCase(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  for (const [key, value] of parameters) if (key.toLowerCase() === name.toLowerCase()) return value
  return undefined
}

export function lowerCase(parameters: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...parameters].map(([key, value]) => [key.toLowerCase(), value]))
}

function atLeastOne(text: string | undefined): number {
  const number = text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : 1
  return Math.max(1, number)
}

function usedns(text: string | undefined): Usedns {
  const word = text?.trim().toLowerCase()
  if (word === 'raw') return 'raw'
  if (word === 'yes' || word === 'true' || word === 'on' || word === '1') return 'yes'
  if (word === 'no' || word === 'false' || word === 'off' || word === '0') return 'no'
  return 'warn'
}
