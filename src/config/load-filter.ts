/** One filter on its own, by its name, its file or the jail that uses it: for those who try it on a log. */
import { Fault } from '../base/fault.ts'
import type { FilterSettings } from '../filter/filter-settings.ts'
import type { World } from '../world/world.ts'
import { type IniSection, type IniValue, strip } from './ini.ts'
import type { Reader } from './interpolate.ts'
import { jailReader } from './jail-reader.ts'
import { JAIL_NAMES } from './known-options.ts'
import { parseReference, type Reference } from './list.ts'
import { nearest } from './nearest.ts'
import { filterSettings, type ReadFilter, readFilter } from './read-filter.ts'
import { mergedFilter } from './read-jail.ts'
import { type Layered, readLayers } from './read-layers.ts'

/**
 * @param reference `name[options]`, as a jail's `filter` says it
 * @throws Fault `config.no-filter`, `config.bad-parameters`, and the first fault of its files or options
 */
export function loadFilter(world: World, folders: readonly string[], reference: string): FilterSettings {
  const filter = readFilter(world, folders, parseReference(strip(reference)), 'file')
  const settings = filterSettings(filter, filter.option, (fault) => {
    throw fault
  })
  // After the settings: what they read may be at fault too.
  const fault = filter.faults[0]
  if (fault) throw fault
  return settings
}

export interface Wish {
  /** `NAME`, `NAME[options]`, a path of a filter's file; `jail:NAME` or `filter:NAME` where both are there. */
  readonly reference: string
  /** What a jail would set: options of its section, or such of its filter. */
  readonly options: ReadonlyMap<string, string>
  /** What the lines are (`file`, `journal`, `short` or `rfc5424`); undefined: what the filter says. */
  readonly logtype?: string | undefined
}

export interface Loaded {
  readonly settings: FilterSettings
  readonly from: 'filter' | 'jail' | 'file'
  /** The jail's or filter's name, or the file's path. */
  readonly name: string
  /** There is one of the other kind by this name, too. */
  readonly other: 'filter' | 'jail' | undefined
  readonly warnings: readonly Fault[]
}

/**
 * A jail goes before a filter of the same name, since it is what runs; but not one from a lower folder than the filter.
 * @param folders first to last, later wins
 * @throws Fault `config.no-filter` if there is neither, `config.no-jail`, `config.unknown-choice`, and as `loadFilter`
 */
export function loadWished(world: World, folders: readonly string[], wish: Wish): Loaded {
  const { kind, text } = kindOf(wish.reference)
  const reference = parseReference(text)
  if (kind === 'file') return loadFile(world, folders, reference, wish)
  const jails = readLayers(world, folders, 'jail')
  const section = jails?.sections.get(reference.name)
  const hasJail = section !== undefined && reference.name !== 'INCLUDES'
  const filterFile = lastFile(world, folders, reference.name)
  const asJail =
    kind === 'jail' || (kind === undefined && hasJail && prefersJail(folders, section, filterFile, reference))
  if (!asJail) {
    if (filterFile === undefined) throw absent(folders, reference.name, jails)
    return loadedFilter(world, folders, reference, { ...wish, other: hasJail ? 'jail' : undefined, from: 'filter' })
  }
  if (!jails || !hasJail) throw absent(folders, reference.name, jails)
  const other = filterFile === undefined ? undefined : 'filter'
  return { ...loadJail({ world, folders, layered: jails }, reference, wish), other }
}

function kindOf(reference: string): { readonly kind: 'jail' | 'filter' | 'file' | undefined; readonly text: string } {
  const text = strip(reference)
  const found = /^(jail|filter):(.*)$/s.exec(text)
  if (found) return { kind: found[1] as 'jail' | 'filter', text: found[2]! }
  const name = text.replace(/\[.*$/s, '')
  return { kind: name.includes('/') || /\.(conf|local)$/.test(name) ? 'file' : undefined, text }
}

/** With options in brackets it is a filter that is meant, as it stands behind a jail's `filter =`. */
function prefersJail(
  folders: readonly string[],
  section: IniSection,
  filterFile: string | undefined,
  { parameters }: Reference,
): boolean {
  if (filterFile === undefined) return true
  if (parameters.size > 0) return false
  const rank = (file: string) => folders.findLastIndex((folder) => file.startsWith(`${folder}/`))
  const own = [section.at, ...[...section.options.values()].map(({ at }) => at)]
  return Math.max(...own.map(({ file }) => rank(file))) >= rank(filterFile)
}

/** The topmost file of a filter. */
function lastFile(world: World, folders: readonly string[], name: string): string | undefined {
  const paths = folders.flatMap((folder) => ['conf', 'local'].map((kind) => `${folder}/filter.d/${name}.${kind}`))
  return paths.findLast((path) => world.files.stat(path)?.kind === 'file')
}

function absent(folders: readonly string[], name: string, jails: Layered | undefined): Fault {
  const near = nearest(name, [...(jails?.sections.keys() ?? [])])
  const hint = `${near ? `did you mean ${near}? ` : ''}rampart looks in ${folders.join(', ')}`
  return new Fault('config.no-filter', `there is no jail and no filter "${name}"`, { hint })
}

/** A file in a folder named filter.d belongs to the configuration above it; any other stands for itself. */
function loadFile(world: World, folders: readonly string[], { name, parameters }: Reference, wish: Wish): Loaded {
  if (world.files.stat(name)?.kind !== 'file') throw new Fault('config.no-filter', `there is no filter file ${name}`)
  const path = world.files.real(name)
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash)
  const reference = { name: path.slice(slash + 1).replace(/\.(conf|local)$/, ''), parameters }
  const root = /^(.+)\/filter\.d$/.exec(folder)?.[1]
  const from = { ...wish, other: undefined, from: 'file' as const }
  const loaded =
    root === undefined
      ? loadedFilter(world, [folder], reference, from, '')
      : loadedFilter(world, [...folders.filter((one) => one !== root), root], reference, from)
  return { ...loaded, name }
}

function loadedFilter(
  world: World,
  folders: readonly string[],
  reference: Reference,
  wish: Wish & Pick<Loaded, 'other' | 'from'>,
  place?: string,
): Loaded {
  const parameters = withGiven(reference.parameters, wish)
  const filter = readFilter(world, folders, { name: reference.name, parameters }, 'file', place)
  refuseUnknownChoice(filter)
  const given = optionsGiven(wish.options)
  const option = (name: string) => (parameters.has(name) ? undefined : given.get(name)) ?? filter.option(name)
  const settings = filterSettings(filter, option, (fault) => {
    throw fault
  })
  if (filter.faults[0]) throw filter.faults[0]
  return { settings, from: wish.from, name: reference.name, other: wish.other, warnings: filter.warnings }
}

interface Jails {
  readonly world: World
  readonly folders: readonly string[]
  readonly layered: Layered
}

function loadJail(
  { world, folders, layered }: Jails,
  { name, parameters: given }: Reference,
  wish: Wish,
): Omit<Loaded, 'other'> {
  const own = layered.sections.get(name)!
  const fault = layered.faults.find(({ section }) => section === undefined || section === 'DEFAULT' || section === name)
  if (fault) throw fault.fault
  const set = [...optionsGiven(wish.options)].map(([key, value]): [string, IniValue] => [
    key,
    { ...value, text: value.text.replace(/%(?!\()/g, '%%') },
  ])
  const options = new Map([...own.options, ...set])
  const changed: Layered = { ...layered, sections: new Map([...layered.sections, [name, { ...own, options }]]) }
  const jail = jailReader({ layered: changed }, name)
  const said = strip(jail.text('filter') ?? '')
  if (jail.faults[0]) throw jail.faults[0]
  const filter = said === '' ? undefined : jailsFilter(world, folders, parseReference(said), { ...wish, given })
  return { settings: merged(changed, name, filter), from: 'jail', name, warnings: filter?.warnings ?? [] }
}

function jailsFilter(
  world: World,
  folders: readonly string[],
  { name, parameters }: Reference,
  { given, ...wish }: Wish & { readonly given: ReadonlyMap<string, string> },
): ReadFilter {
  const all = withGiven(new Map([...parameters, ...given]), wish)
  const filter = readFilter(world, folders, { name, parameters: all }, 'file')
  refuseUnknownChoice(filter)
  return filter
}

/** A warning where a jail is built; who tries a filter has nothing else to look at. */
function refuseUnknownChoice({ warnings }: ReadFilter): void {
  const choice = warnings.find(({ code }) => code === 'config.unknown-choice')
  if (choice) throw choice
}

/** @throws Fault, the first of what is wrong */
function merged(layered: Layered, name: string, filter: ReadFilter | undefined): FilterSettings {
  const at = filter?.at ?? layered.sections.get(name)!.at
  const reader: Reader = { layered, known: (option) => filter?.known(option) }
  const jail = jailReader(reader, name)
  const settings = mergedFilter(jail, reader, { name, at, backend: 'auto' }, filter)
  if (jail.faults[0]) throw jail.faults[0]
  return settings
}

/**
 * What is no option of a jail can only be meant for its filter; a jail's `mode` is handed on to it. The brackets of a
 * filter come before what its jail sets.
 */
function withGiven(
  parameters: ReadonlyMap<string, string>,
  { options, logtype }: Pick<Wish, 'options' | 'logtype'>,
): ReadonlyMap<string, string> {
  const own = [...options].filter(([key]) => !isOfJail(key) || key === 'mode' || key === 'logtype')
  const said: [string, string][] = logtype === undefined ? own : [...own, ['logtype', logtype]]
  return new Map([...said.filter(([key]) => !parameters.has(key)), ...parameters])
}

function isOfJail(key: string): boolean {
  return JAIL_NAMES.includes(key.toLowerCase())
}

/** Where what was typed stands. */
const GIVEN = '--jail-options'

function optionsGiven(given: ReadonlyMap<string, string>): ReadonlyMap<string, IniValue> {
  // Files have to double a percent sign; here it may be.
  return new Map(
    [...given].map(([key, value]) => [key.toLowerCase(), { text: value.replaceAll('%%', '%'), at: { file: GIVEN } }]),
  )
}
