/** Filters: filter.d/NAME with its parameters, and the settings that they come to. */
import { asFault, Fault, type Place } from '../base/fault.ts'
import type { FilterSettings, Usedns } from '../filter/filter-settings.ts'
import type { World } from '../world/world.ts'
import { combine, definition, type Known, type Option, type Options } from './combined-options.ts'
import { type IniValue, strip } from './ini.ts'
import { FILTER_OPTIONS } from './known-options.ts'
import type { Reference } from './list.ts'
import { readLayers } from './read-layers.ts'
import { unknownKeys } from './unknown-keys.ts'
import { unknownParameters } from './unknown-parameters.ts'

/** A filter that was read: its options with all substitutions done, each when it is asked for. */
export interface ReadFilter {
  readonly name: string
  readonly at: Place
  /** Every option by its lower-case name; undefined where it is absent or at fault. */
  readonly option: (name: string) => IniValue | undefined
  /** What a jail means by `%(known/NAME)s`. */
  readonly known: (name: string) => string | undefined
  /** Its options where the jail has these: a filter may name them. */
  readonly within: (jail: Options) => (name: string) => IniValue | undefined
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
  const hasLogtype = parameters.get('logtype') || layered.sections.get('Definition')?.options.has('logtype')
  const given = hasLogtype ? parameters : new Map([...parameters, ['logtype', logtype]])
  const read = definition(layered, TEXTS, given, at)
  const first = combine(read, { jail: new Map(), all: true })
  const within = (jail: Options) => {
    const second = combine(read, { jail })
    // What Fail2ban reads itself is not taken from the file where the jail has its own.
    return (option: string) => textOf(option in TEXTS ? second.get(option) : (second.get(option) ?? first.get(option)))
  }
  const option = within(new Map())
  const unknown = unknownParameters({
    layered,
    name,
    at,
    parameters,
    value: (option) => textOf(first.get(option))?.text,
  })
  return {
    name,
    at,
    option,
    known: (option) => textOf(first.get(option))?.text,
    within,
    parameters,
    faults: [...read.faults, ...read.tagFaults],
    warnings: [...layered.warnings, ...read.warnings, ...unknownKeys(layered, 'filter'), ...unknown],
  }
}

/** As they stand in the files; who needs a number reads it himself. */
const TEXTS: Known = { ...FILTER_OPTIONS, maxlines: 'text' }

function textOf(option: Option | undefined): IniValue | undefined {
  return typeof option?.value === 'string' ? { text: option.value, at: option.at } : undefined
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

function atLeastOne(text: string | undefined): number {
  const number = text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : 1
  return Math.max(1, number)
}

/** Fail2ban takes a word that it does not know for `no`. */
function usedns(text: string | undefined): Usedns {
  const word = text?.toLowerCase() ?? 'warn'
  return word === 'yes' || word === 'warn' || word === 'raw' ? word : 'no'
}
