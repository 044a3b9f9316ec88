/**
 * A file of filter.d or action.d with what a jail gives it, as one table of options. Where a value comes from, in order: the
 * parameters in `name[...]`, [Init], [Definition]; `%(x)s` in [Definition] may also name an option of the jail. Then the
 * `<tags>` are substituted, option by option. Measured beside Fail2ban 1.0.2, oddities included: a filter is combined
 * twice, first to tell the jail its options as `known/`, and what [Init] says is seen by `%(x)s` the second time alone.
 */
import { asFault, Fault, type Place } from '../base/fault.ts'
import type { IniValue } from './ini.ts'
import { placeOf, type Reader, readValue } from './interpolate.ts'
import { type OptionValue, pythonBool, pythonInt, pythonText, wrongNumber } from './python-values.ts'
import type { Layered } from './read-layers.ts'
import { substituteTags } from './tags.ts'

export interface Option {
  readonly value: OptionValue
  readonly at: Place
}

export type Options = ReadonlyMap<string, Option>

/** The options that Fail2ban itself reads from [Definition], in its order. */
export type Known = Readonly<Record<string, 'text' | 'int' | 'bool'>>

/** One filter or action of one jail. Stateful: its table grows by [Init] when it is first combined. */
export interface Definition {
  readonly layered: Layered
  readonly known: Known
  /** Parameters, then [Init] with its values as `known/NAME` before each. */
  readonly given: Map<string, Option>
  /** What tags that stand in no table were once found to be. */
  readonly asked: Map<string, OptionValue>
  /** Of its files and of the values in them. */
  readonly faults: Fault[]
  /** Of its tags: Fail2ban substitutes an action's when it has read all of the jail. */
  readonly tagFaults: Fault[]
  readonly warnings: Fault[]
}

/** @param at where the parameters were written */
export function definition(
  layered: Layered,
  known: Known,
  parameters: ReadonlyMap<string, string>,
  at: Place,
): Definition {
  const given = new Map([...parameters].map(([name, value]) => [name, { value, at }] as const))
  return {
    layered,
    known,
    given,
    asked: new Map(),
    faults: layered.faults.map(({ fault }) => fault),
    tagFaults: [],
    warnings: [],
  }
}

export interface Combining {
  /** The jail's options as far as they are known. */
  readonly jail: Options
  /** Whether all of [Definition] is read, not only what Fail2ban knows. */
  readonly all?: boolean
  /** Tags that wait for the moment of a ban. */
  readonly later?: ReadonlySet<string>
  /** `family=inet6`: the twins of that condition stand for their options; else tags of such options wait. */
  readonly condition?: string
}

/**
 * The table after all substitutions. What is wrong is added to the faults; such an option is left out.
 */
export function combine(definition: Definition, { jail, all = false, later, condition }: Combining): Options {
  const vars = merged(jail, definition.given)
  const reader: Reader = { layered: definition.layered, overrides: texts(vars) }
  const own = definitionOptions(definition, reader, vars)
  addInit(definition)
  if (all) addOthers(definition, own)
  const table = merged(own, definition.given)
  if (condition !== undefined) takeTwins(table, condition)
  substitute(definition, reader, table, later)
  convert(definition, table)
  return table
}

function merged(first: Options, second: Options): Map<string, Option> {
  return new Map([...first, ...second])
}

/** As `%(x)s` sees them: in lower case, as text; what has no value does not hide the file's. */
function texts(options: Options): Map<string, string> {
  const result = new Map<string, string>()
  for (const [name, { value }] of options) if (value !== undefined) result.set(name.toLowerCase(), pythonText(value))
  return result
}

/** Everything that may be at fault is tried; a fault is told once. */
function attempt<T>(faults: Fault[], act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    const fault = asFault(thrown, 'config.bad-value')
    // Whoever names an option of a circle is caught in it: one fault for all of them, the last, which is nearest to it.
    const before = faults.findIndex(
      ({ code, message }) => code === fault.code && (code === 'config.tag-circle' || message === fault.message),
    )
    faults.splice(before < 0 ? faults.length : before, before < 0 ? 0 : 1, fault)
    return undefined
  }
}

function definitionOptions(definition: Definition, reader: Reader, vars: Options): Map<string, Option> {
  const own = new Map<string, Option>()
  const { layered, known } = definition
  if (!layered.sections.has('Definition')) {
    const at = { file: layered.files[0] ?? '' }
    if (definition.warnings.length === 0) definition.warnings.push(noDefinition(at))
    for (const name of Object.keys(known)) if (!vars.has(name)) own.set(name, { value: undefined, at })
    return own
  }
  for (const name of Object.keys(known)) {
    if (vars.has(name)) continue
    const value = attempt(definition.faults, () => readValue(reader, 'Definition', name))
    if (value) own.set(name, { value: value.text, at: value.at })
  }
  return own
}

function noDefinition(at: Place): Fault {
  const hint = 'put [Definition] before its options'
  return new Fault('config.no-definition', `${at.file} has no section [Definition]`, { at, hint })
}

function addInit(definition: Definition): void {
  const { layered, given } = definition
  for (const name of layered.sections.get('Init')?.options.keys() ?? []) {
    const isGiven = given.has(name)
    if (isGiven && name.startsWith('known/')) continue
    const value = attempt(definition.faults, () => readValue({ layered }, 'Init', name))
    if (!value) continue
    const option = { value: value.text, at: value.at }
    if (!name.startsWith('known/')) given.set(`known/${name}`, option)
    if (!isGiven) given.set(name, option)
  }
}

/** Read without the jail's options and the parameters: a filter that needs them there is refused by Fail2ban too. */
function addOthers(definition: Definition, own: Map<string, Option>): void {
  const { layered } = definition
  for (const name of layered.sections.get('Definition')?.options.keys() ?? []) {
    if (own.has(name)) continue
    const value = attempt(definition.faults, () => readValue({ layered }, 'Definition', name))
    if (value) own.set(name, { value: value.text, at: value.at })
  }
}

function takeTwins(table: Map<string, Option>, condition: string): void {
  for (const [name, option] of [...table]) {
    const twin = TWIN.exec(name)
    if (!twin) continue
    table.delete(name)
    if (twin[2] === condition) table.set(twin[1]!, option)
  }
}

/** `x?family=inet6`. */
const TWIN = /^([\p{L}\p{N}_]+)\?(.+)$/u

/** In order, each seeing what became of those before it. */
function substitute(
  definition: Definition,
  reader: Reader,
  table: Map<string, Option>,
  later: ReadonlySet<string> = new Set(),
): void {
  const left = new Set(later)
  for (const name of table.keys()) {
    const twin = TWIN.exec(name)
    if (twin) left.add(twin[1]!)
  }
  const tag = (name: string): string | undefined => {
    if (left.has(name)) return undefined
    const value = table.get(name)?.value ?? elsewhere(definition, reader, name)
    return value === undefined ? undefined : pythonText(value)
  }
  for (const [name, { value, at }] of table) {
    if (typeof value !== 'string' || left.has(name)) continue
    const text = attempt(definition.tagFaults, () => substituteTags(name, value, tag, at))
    if (text === undefined) table.delete(name)
    else if (text !== value) table.set(name, { value: text, at })
  }
}

/** A tag that stands in no table: of [Definition], of [DEFAULT], of the jail; or `section/option`, `known/option`. */
function elsewhere(definition: Definition, reader: Reader, tag: string): OptionValue {
  if (!definition.asked.has(tag)) definition.asked.set(tag, inSections(definition.layered, reader, tag)?.text)
  return definition.asked.get(tag)
}

function inSections(layered: Layered, reader: Reader, tag: string): IniValue | undefined {
  const [, section, option] = /^([\p{L}\p{N}_-]+)\/([^\s>]+)$/u.exec(tag) ?? []
  if (section !== undefined && option !== undefined) {
    const value = ofSection(layered, section, option)
    if (value) return value
  }
  return layered.sections.has('Definition') ? readValue(reader, 'Definition', tag) : undefined
}

function ofSection(layered: Layered, section: string, option: string): IniValue | undefined {
  const word = section.toLowerCase()
  const key = option.toLowerCase()
  if (word === 'default') return readValue({ layered }, 'DEFAULT', option)
  if (word !== 'known') return layered.sections.has(section) ? readValue({ layered }, section, option) : undefined
  const former = layered.former.get('Definition')
  if (former) {
    // A section of its own, whose values see each other and [DEFAULT] alone.
    const sections = new Map([['KNOWN/Definition', { at: placeOf(layered, 'Definition'), options: former }]])
    const before = readValue({ layered: { ...layered, sections } }, 'KNOWN/Definition', key)
    if (before) return before
  }
  return layered.sections.has('Definition') ? readValue({ layered }, 'Definition', key) : undefined
}

function convert({ known, warnings }: Definition, table: Map<string, Option>): void {
  for (const [name, kind] of Object.entries(known)) {
    const option = table.get(name)
    if (typeof option?.value !== 'string') continue
    if (kind === 'bool') table.set(name, { value: pythonBool(option.value), at: option.at })
    if (kind === 'int') {
      const value = pythonInt(option.value)
      if (value === undefined) warnings.push(wrongNumber(name, option.value, option.at))
      table.set(name, { value, at: option.at })
    }
  }
}
