/**
 * The commands that tell Fail2ban's server one jail: what `fail2ban-client -d` prints for it. Read in the order in which
 * Fail2ban reads, so that what it would stumble over first is known; all other faults are gathered too.
 */
import { Fault, type Place } from '../../base/fault.ts'
import { combine, type Definition, definition, type Option, type Options } from '../combined-options.ts'
import { expandGlob } from '../glob.ts'
import { strip } from '../ini.ts'
import { type Reader, readValue } from '../interpolate.ts'
import { FILTER_OPTIONS, JAIL_DEFAULTS, JAIL_OPTIONS } from '../known-options.ts'
import { badParameters, readReference, splitList } from '../list.ts'
import { meansBlock } from '../meaning.ts'
import { placed } from '../placed.ts'
import { pythonBool, pythonInt, wrongNumber } from '../python-values.ts'
import { type Layered, readLayers } from '../read-layers.ts'
import { unknownActionParameters, unknownKeys } from '../unknown-keys.ts'
import { actionCommands, pythonActionCommand } from './action-commands.ts'
import type { Command, Word } from './command.ts'
import { type FilterCommands, filterCommands } from './filter-commands.ts'
import { add, attempt, type CommandSource, type Gathering, type Refusal, refuse, startGathering } from './gathering.ts'

export interface JailCommands {
  readonly name: string
  readonly enabled: boolean
  /** Without the `start` at the end of all jails. */
  readonly commands: readonly Command[]
  /** Set where Fail2ban skips this jail. */
  readonly refusal: Refusal | undefined
  /** Where Fail2ban gives up its whole configuration. Empty if it skips the jail before it comes to them. */
  readonly fatal: readonly Fault[]
  /** All that is wrong, those two included. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** Patterns in `logpath` of which no file is there. */
  readonly missing: readonly string[]
}

/** Never throws. @param disabledToo tells of a jail that is not enabled too what it would be told */
export function jailCommands(source: CommandSource, name: string, disabledToo = false): JailCommands {
  const gathering = startGathering(source, name)
  const first = jailOptions(gathering, { layered: source.layered }, ['enabled', 'backend', 'filter'])
  const enabled = first.get('enabled')?.value === true
  if (enabled || disabledToo) readEnabled(gathering, first)
  const { commands, refusals, faults, warnings, missing } = gathering
  const refusal = refusals[0]
  // What was found before Fail2ban would skip the jail.
  const fatal = refusal ? faults.slice(0, faults.indexOf(refusal.fault)) : faults
  const skipped = fatal.length === 0 ? refusal : undefined
  return { name, enabled, commands, refusal: skipped, fatal, faults, warnings, missing }
}

function readEnabled(gathering: Gathering, first: Options): void {
  const { source } = gathering
  const filter = filterDefinition(gathering, first)
  const known = filter && knownOptions(combine(filter, { jail: first, all: true }))
  for (const fault of [...(filter?.faults ?? []), ...(filter?.tagFaults ?? [])]) add(gathering, fault)
  const reader: Reader = known ? { layered: source.layered, known } : { layered: source.layered }
  const options = jailOptions(gathering, reader, Object.keys(JAIL_OPTIONS))
  const combined: Options = filter ? combine(filter, { jail: options }) : new Map()
  for (const fault of filter?.faults ?? []) add(gathering, fault)
  gathering.warnings.push(...(filter?.warnings ?? []))
  const actions = actionsOf(gathering, options)
  for (const fault of [...(filter?.tagFaults ?? []), ...gathering.tagFaults]) add(gathering, fault)
  tell(gathering, options, combined)
  gathering.commands.push(...actions)
}

/** All but the actions. @param combined the filter's options */
function tell(gathering: Gathering, options: Options, combined: Options): void {
  const { commands, name } = gathering
  const ofFilter = attempt(gathering, 'filter', () => filterCommands(combined, name)) ?? NOTHING
  const set = new Map([...options].filter(([option]) => option in FILTER_OPTIONS))
  const own = attempt(gathering, 'journalmatch', () => filterCommands(set, name)) ?? NOTHING
  const backend = options.get('backend')
  commands.push({ words: ['add', name, backend?.value], at: backend?.at ?? gathering.at })
  commands.push(...own.early, ...ofFilter.early, ...ofFilter.others, ...own.others)
  addOwn(gathering, options)
  addLogs(gathering, options)
}

const NOTHING: FilterCommands = { early: [], others: [] }

function knownOptions(options: Options): (name: string) => string | undefined {
  return (name) => {
    const option = options.get(name)
    if (!option || name.startsWith('known/')) return undefined
    if (typeof option.value === 'string') return option.value
    const hint = 'set the option here instead'
    throw new Fault('config.not-text', `%(known/${name})s is no text that could stand there`, { hint })
  }
}

function jailOptions(gathering: Gathering, reader: Reader, names: readonly string[]): Map<string, Option> {
  const { name: jail, warnings } = gathering
  const options = new Map<string, Option>()
  for (const name of names) {
    const found = attempt(gathering, name, () => readValue(reader, jail, name))
    const fallback = JAIL_DEFAULTS[name]
    if (!found) {
      if (fallback !== undefined) options.set(name, { value: fallback, at: gathering.at })
      continue
    }
    const { text, at } = found
    const kind = JAIL_OPTIONS[name]
    const number = kind === 'int' ? pythonInt(text) : undefined
    if (kind === 'int' && number === undefined) warnings.push(placed(wrongNumber(name, text, at), `jail ${jail}`, at))
    options.set(name, { value: kind === 'int' ? number : kind === 'bool' ? pythonBool(text) : text, at })
  }
  return options
}

function filterDefinition(gathering: Gathering, first: Options): Definition | undefined {
  const { source, name } = gathering
  const { value, at = gathering.at } = first.get('filter') ?? {}
  const text = String(value ?? '')
  if (text === '') {
    const hint = 'set filter = NAME, or failregex, unless only manual bans are meant'
    gathering.warnings.push(new Fault('config.no-failregex', `jail ${name} has no filter`, { at, hint }))
    return undefined
  }
  const reference = readReference(text)
  if ('rest' in reference) {
    refuse(gathering, { why: 'bad-filter', reference: text, misread: reference }, badParameters(text, reference), at)
    return undefined
  }
  const layered = readLayers(source.world, source.folders, `filter.d/${reference.name}`)
  if (!layered || isAbsent(layered)) {
    const why = missingFilter(reference.name, source.folders, at)
    refuse(gathering, { why: 'no-filter', reference: reference.name }, why, at)
    return undefined
  }
  const parameters = new Map(reference.parameters)
  if (!parameters.get('logtype') && !layered.sections.get('Definition')?.options.has('logtype')) {
    parameters.set('logtype', String(first.get('backend')?.value ?? '').startsWith('systemd') ? 'journal' : 'file')
  }
  gathering.warnings.push(...layered.warnings, ...unknownKeys(layered, 'filter'))
  return definition(layered, FILTER_OPTIONS, parameters, at)
}

/** There is a file, but none that could be read. */
function isAbsent({ files, faults }: Layered): boolean {
  return files.length === 0 && faults.length === 0
}

function missingFilter(name: string, folders: readonly string[], at: Place): Fault {
  const hint = `put its file into filter.d, or correct the name: looked for in ${folders.join(', ')}`
  return new Fault('config.no-filter', `there is no filter "${name}"`, { at, hint })
}

function actionsOf(gathering: Gathering, options: Options): Command[] {
  const { value, at = gathering.at } = options.get('action') ?? {}
  const commands = splitList(String(value ?? '')).flatMap((word) => actionOf(gathering, options, word, at))
  if (commands.length === 0) {
    const hint = 'set action = %(action_)s'
    gathering.warnings.push(new Fault('config.no-action', `jail ${gathering.name} has no action`, { at, hint }))
  }
  return commands
}

function actionOf(gathering: Gathering, options: Options, word: string, at: Place): readonly Command[] {
  const { source, name: jail } = gathering
  const reference = readReference(word)
  if ('rest' in reference) {
    refuse(gathering, { why: 'bad-action', reference: word, misread: reference }, badParameters(word, reference), at)
    return []
  }
  const { name } = reference
  if (name.endsWith('.py')) {
    return [pythonActionCommand(reference, jail, source.layered.folder, at)]
  }
  const layered = readLayers(source.world, source.folders, `action.d/${name}`) ?? builtIn(source, name, at)
  if (!layered || isAbsent(layered)) {
    const comma = name.includes(',') ? 'separate actions by blanks or newlines, not by commas; or ' : ''
    const hint = `${comma}put its file into action.d, or correct the name: looked for in ${source.folders.join(', ')}`
    const fault = new Fault('config.no-action', `there is no action "${name}"`, { at, hint })
    refuse(gathering, { why: 'no-action', reference: name }, fault, at)
    return []
  }
  const { commands, definition } = actionCommands(layered, reference, { name: jail, options, at })
  for (const fault of definition.faults) add(gathering, fault)
  gathering.tagFaults.push(...definition.tagFaults)
  const unknown = unknownActionParameters(layered, name, reference.parameters.keys(), at)
  gathering.warnings.push(...layered.warnings, ...definition.warnings, ...unknownKeys(layered, 'action'), ...unknown)
  return commands
}

/** A block that needs no file beside the stock ones. A folder that was named is judged as Fail2ban would. */
function builtIn({ world, folders }: CommandSource, name: string, at: Place): Layered | undefined {
  if (folders.length === 1 || !meansBlock(world, folders, name)) return undefined
  const sections = new Map([['Definition', { at, options: new Map() }]])
  const none = { defaults: new Map(), former: new Map(), faults: [], warnings: [] }
  return { ...none, sections, folder: folders[0]!, files: [at.file] }
}

/** What stands in the jail and is neither its filter's, nor its logs or actions. */
function addOwn({ commands, name }: Gathering, options: Options): void {
  for (const [option, { value, at }] of options) {
    if (ELSEWHERE.has(option) || option in FILTER_OPTIONS) continue
    const words: readonly Word[] =
      option === 'ignoreip' ? ['addignoreip', ...splitWords(String(value ?? ''))] : [option, value]
    commands.push({ words: ['set', name, ...words], at })
  }
}

const ELSEWHERE: ReadonlySet<string> = new Set(['action', 'filter', 'enabled', 'backend', 'logpath'])

function splitWords(text: string): string[] {
  return text
    .split(/[ ,\n]+/)
    .map(strip)
    .filter((word) => word !== '')
}

function addLogs({ source, commands, name, missing }: Gathering, options: Options): void {
  const logpath = options.get('logpath')
  if (!logpath || String(options.get('backend')?.value ?? '').startsWith('systemd')) return
  for (const line of String(logpath.value ?? '').split('\n')) {
    const blank = line.lastIndexOf(' ')
    const [path, where] = blank < 0 ? [line, 'head'] : [line.slice(0, blank), line.slice(blank + 1)]
    const files = expandGlob(source.world.files, path, { asStored: true })
    if (files.length === 0) missing.push(path)
    for (const file of files) commands.push({ words: ['set', name, 'addlogpath', file, where], at: logpath.at })
  }
}
