/** One section of jail.conf, as settings. */
import type { ActionSettings } from '../action/action-settings.ts'
import { parseDuration, type Seconds } from '../base/duration.ts'
import { Fault, type Place } from '../base/fault.ts'
import type { ServiceLookup } from '../base/ports.ts'
import type { FilterSettings } from '../filter/filter-settings.ts'
import type { Scope } from '../firewall/block.ts'
import type { BanSentence } from '../firewall/rules/ban-sentence.ts'
import { bantimeFactor, checkFormula } from '../jail/bantime.ts'
import type { BantimeIncrement, IgnoreCache, JailOptions } from '../jail/jail-options.ts'
import type { World } from '../world/world.ts'
import { parseBackend, unknownBackend } from './backend.ts'
import { scopeOfApplication, ufwBan } from './ban-sentence.ts'
import type { Options } from './combined-options.ts'
import { shellWords } from './commands/shell-words.ts'
import { type FoundLogs, hasJournal, inPlaceOfKernelLogs, KERNEL } from './discover.ts'
import { expandGlob } from './glob.ts'
import { type IniValue, strip } from './ini.ts'
import { type Reader, readValue } from './interpolate.ts'
import { type JailReader, jailReader } from './jail-reader.ts'
import { jailTable } from './jail-table.ts'
import { FILTER_OPTIONS_IN_JAILS } from './known-options.ts'
import { parseParameters, parseReference, splitList } from './list.ts'
import { meansBlock, scopeOf, widest } from './meaning.ts'
import { placed } from './placed.ts'
import { readAction } from './read-action.ts'
import { filterSettings, lines, type ReadFilter, readFilter } from './read-filter.ts'
import type { Layered } from './read-layers.ts'
import { readNetworks } from './read-networks.ts'
import type { JailSettings, LogSettings, UnfitJail } from './settings.ts'

/** What all jails of one configuration are read with. */
export interface JailSource {
  readonly world: World
  readonly folders: readonly string[]
  readonly layered: Layered
  readonly services: ServiceLookup
  /** `dbpurgeage`; a day where nobody reads fail2ban.conf. */
  readonly remembers?: Seconds
}

export interface ReadJail {
  /** undefined if there is any fault. */
  readonly settings: JailSettings | undefined
  /** Then its filter, as far as it could be read: it may have faults of its own. */
  readonly unfit: UnfitJail | undefined
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/**
 * Never throws: every fault of the jail and of its files is in the answer.
 * @param given what to read in the place of what the section says
 */
export function readJail(source: JailSource, name: string, given?: FoundLogs): ReadJail {
  const at = source.layered.sections.get(name)?.at ?? { file: source.layered.files[0] ?? '' }
  const plain = jailReader({ layered: source.layered }, name)
  const found = given ?? kernelItself(source, plain)
  const backend = found?.backend ?? backendOf(source, plain)
  const unknown = plain.attempt('backend', () => unknownBackend(name, parseBackend(backend), at))
  if (unknown) plain.warnings.push(unknown)
  const filter = filterOf(source, plain, backend)
  // From here on %(known/x)s may mean the filter's own option.
  const reader: Reader = { layered: source.layered, known: (option) => filter?.known(option) }
  const jail = jailReader(reader, name)
  const options = optionsOf(jail, name, source.remembers ?? 86_400)
  const ofFilter = mergedFilter(jail, reader, { name, at, backend }, filter)
  const isWhole = isJournal(backend) && ofFilter.journalmatch.length === 0
  const merged = isWhole ? { ...ofFilter, journalmatch: found?.journalmatch ?? [] } : ofFilter
  for (const line of merged.journalmatch) jail.attempt('journalmatch', () => shellWords(line))
  const { scope, sentence, actions } = actionsOf(source, jail, { name, at, options: jailTable(jail) })
  const networks = readNetworks(jail, options, scope !== undefined)
  const logs = isJournal(backend) ? [] : (found?.paths.map((path) => ({ path, tail: false })) ?? logsOf(jail))
  const isElsewhere = isJournal(backend) ? !isJournal(plain.text('backend') ?? '') : found?.paths[0] === KERNEL
  const resolvesNames = merged.usedns === 'yes' || (merged.usedns === 'warn' && isAdmins(source, jail.value('usedns')))
  const faults = unique([...plain.faults, ...jail.faults])
  const warnings = unique([...plain.warnings, ...jail.warnings, ...(filter?.warnings ?? [])])
  if (name.length >= 26) warnings.push(longName(name, at))
  // Only what is asked for is kept: a flood has a hundred thousand failures.
  const keepsFields = actions.some(({ commands }) => JSON.stringify(commands).includes('<F-'))
  const settings: JailSettings = {
    name,
    options: { ...options, networks, ...(keepsFields ? { keepsFields } : {}) },
    filter: merged,
    backend,
    logs,
    unwritten: isElsewhere ? pathsOf(jail) : [],
    resolvesNames,
    scope,
    sentence,
    actions,
    at,
  }
  if (faults.length === 0) return { settings, unfit: undefined, faults, warnings }
  const unfit = filter && merged.failregex.length > 0 ? { name, filter: merged } : undefined
  return { settings: undefined, unfit, faults, warnings }
}

/**
 * `auto` means the journal where a jail's logs are syslog's and none of them exists, as in Fail2ban 1.1: on a host without
 * a syslog daemon they never will. A log in a folder of its own is its program's, and is waited for.
 */
function backendOf({ world }: JailSource, jail: JailReader): string {
  const backend = jail.text('backend')?.trim() || 'auto'
  if (backend !== 'auto' || !hasJournal(world)) return backend
  const paths = pathsOf(jail)
  const isSyslog = paths.length > 0 && paths.every((path) => /^\/var\/log\/[^/]+$/.test(path))
  return isSyslog && paths.every((path) => expandGlob(world.files, path).length === 0) ? 'systemd' : backend
}

/** Of what the kernel logs nothing is lost where no syslog daemon runs. */
function kernelItself({ world }: JailSource, jail: JailReader): FoundLogs | undefined {
  return isJournal(jail.text('backend') ?? '') ? undefined : inPlaceOfKernelLogs(world, pathsOf(jail))
}

function pathsOf(jail: JailReader): string[] {
  return lines(jail.text('logpath')).map((line) => line.split(/\s+/)[0]!)
}

export function isJournal(backend: string): boolean {
  return /^systemd\b/.test(backend)
}

function filterOf(source: JailSource, jail: JailReader, backend: string): ReadFilter | undefined {
  const reference = strip(jail.text('filter') ?? '')
  if (reference === '') return undefined
  const logtype = isJournal(backend) ? 'journal' : 'file'
  return jail.attempt('filter', () => readFilter(source.world, source.folders, parseReference(reference), logtype))
}

const LISTS: ReadonlySet<string> = new Set(['failregex', 'ignoreregex', 'journalmatch'])

/** How the log is written is the jail's to say: Fail2ban reads these in no filter. */
const OF_THE_LOG: ReadonlySet<string> = new Set(['logencoding', 'logtimezone'])

/** The filter's settings, with what the jail sets in its place; faults go to the jail's. */
export function mergedFilter(
  jail: JailReader,
  reader: Reader,
  of: { readonly name: string; readonly at: Place; readonly backend: string },
  filter: ReadFilter | undefined,
): FilterSettings {
  const ofFilter = filter?.within(jailTable(jail))
  const option = (name: string): IniValue | undefined => {
    const given = OF_THE_LOG.has(name) ? undefined : ofFilter?.(name)
    const own = FILTER_OPTIONS_IN_JAILS.has(name) ? readValue(reader, of.name, name) : undefined
    // Fail2ban sends both, the filter's first: lists add up, and of the date patterns the last one stays.
    if (given && own && LISTS.has(name)) return { text: `${given.text}\n${own.text}`, at: own.at }
    return name === 'datepattern' ? (own ?? given) : (given ?? own)
  }
  const settings = filterSettings(filter ?? of, option, (fault) => {
    jail.attempt('filter', () => {
      throw fault
    })
  })
  for (const fault of filter?.faults ?? []) {
    jail.attempt('filter', () => {
      throw fault
    })
  }
  if (settings.failregex.length === 0) {
    const hint = 'set filter = NAME, or failregex, unless only manual bans are meant'
    jail.warnings.push(new Fault('config.no-failregex', `jail ${of.name} has no failregex`, { at: of.at, hint }))
  }
  return settings
}

/** Source of the defaults: jail.conf(5). */
function optionsOf(jail: JailReader, name: string, remembers: Seconds): Omit<JailOptions, 'networks'> {
  const maxretry = jail.number('maxretry', 1) ?? 3
  const options = {
    name,
    maxretry,
    findtime: jail.duration('findtime') ?? 600,
    bantime: jail.duration('bantime') ?? 600,
    maxmatches: Math.max(0, jail.number('maxmatches') ?? maxretry),
    increment: incrementOf(jail, remembers),
    ignoreip: words(jail.text('ignoreip')),
    ignoreself: jail.flag('ignoreself', true),
    ignorecommand: jail.text('ignorecommand') || undefined,
    ignorecache: jail.attempt('ignorecache', () => ignorecacheOf(jail.text('ignorecache'))),
  }
  const factor = jail.attempt('bantime.factor', () => bantimeFactor(options.increment))
  const without = jail.attempt('bantime.formula', () => checkFormula(options, factor ?? 1n))
  if (without) jail.warnings.push(placed(without, `jail ${name}`, jail.value('bantime.formula')?.at))
  return options
}

function incrementOf(jail: JailReader, remembers: Seconds): BantimeIncrement {
  const multipliers = words(jail.text('bantime.multipliers'))
  return {
    enabled: jail.flag('bantime.increment', false),
    factor: jail.text('bantime.factor') || undefined,
    formula: jail.text('bantime.formula') || undefined,
    multipliers: multipliers.length > 0 ? jail.attempt('bantime.multipliers', () => multipliers.map(whole)) : undefined,
    maxtime: jail.duration('bantime.maxtime'),
    rndtime: jail.duration('bantime.rndtime'),
    overalljails: jail.flag('bantime.overalljails', false),
    remembers,
  }
}

function ignorecacheOf(text: string | undefined): IgnoreCache | undefined {
  if (!text || strip(text) === '') return undefined
  const parameters = parseParameters(strip(text))
  const key = parameters.get('key')
  if (key === undefined) {
    throw new Fault('config.bad-parameters', `ignorecache = ${text} has no key`, { hint: 'key="<ip>", max-count=100' })
  }
  return {
    key,
    maxCount: whole(parameters.get('max-count') ?? '100'),
    maxTime: parseDuration(parameters.get('max-time') ?? '300'),
  }
}

function whole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Fault('config.bad-number', `"${text}" is not a whole number`)
}

/** `path`, or `path tail`; several are on lines of their own. */
function logsOf(jail: JailReader): LogSettings[] {
  const logs: LogSettings[] = []
  for (const line of lines(jail.text('logpath'))) {
    const [path, where = 'head', ...rest] = line.split(/\s+/)
    jail.attempt('logpath', () => {
      if (rest.length === 0 && (where === 'head' || where === 'tail'))
        logs.push({ path: path!, tail: where === 'tail' })
      else {
        const hint = 'put each path on a line of its own; only head or tail may follow it'
        throw new Fault('config.bad-logpath', `logpath "${line}" holds more than a path`, { hint })
      }
    })
  }
  return logs
}

function actionsOf(
  source: JailSource,
  jail: JailReader,
  of: { readonly name: string; readonly at: Place; readonly options: Options },
): Pick<JailSettings, 'scope' | 'sentence' | 'actions'> {
  let scope: Scope | undefined
  let sentence: BanSentence | undefined
  const actions: ActionSettings[] = []
  const { world, folders, services } = source
  const given = { ...of, at: jail.value('action')?.at ?? of.at, warn: (fault: Fault) => jail.warnings.push(fault) }
  // What stands in the action by %(port)s is the port's own fault.
  const portOption = jail.raw('action')?.includes('%(') ? 'port' : 'action'
  for (const word of splitList(jail.text('action') ?? '')) {
    jail.attempt('action', () => {
      const reference = parseReference(word)
      if (reference.name.endsWith('.py')) {
        jail.warnings.push(pythonAction(reference.name, of.name, given.at))
        return
      }
      if (!meansBlock(world, folders, reference.name)) {
        actions.push(readAction(world, folders, reference, given))
        return
      }
      const settings = absentIsFine(() => readAction(world, folders, reference, given))
      const whole = jail.attempt(portOption, () => scopeOf(reference, settings, services))
      if (!whole) return
      const ufw = ufwBan(source, reference, settings, of.name, whole)
      if (ufw?.unknown !== undefined) jail.warnings.push(noApplication(ufw.unknown, of.name, given.at))
      sentence ??= ufw?.sentence
      const one = ufw?.sentence.application ? scopeOfApplication(ufw.sentence.application, whole) : whole
      scope = scope ? widest(scope, one) : one
    })
  }
  return { scope, sentence, actions }
}

function noApplication(application: string, jail: string, at: Place): Fault {
  const hint = 'see: ufw app list'
  const what = `there is no application profile "${application}": bans of jail ${jail} refuse all ports`
  return new Fault('config.no-application', what, { at, hint })
}

/** A class of Python that only Fail2ban can run. */
function pythonAction(action: string, jail: string, at: Place): Fault {
  const hint = 'let a script do it: name an action of action.d that has an actionban'
  return new Fault('config.python-action', `jail ${jail} runs without its action ${action}, which is Python`, {
    at,
    hint,
  })
}

function absentIsFine<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'config.no-action') return undefined
    throw thrown
  }
}

/** Whether a value stands in the admin's folders, not in the stock one. */
function isAdmins({ folders }: JailSource, value: IniValue | undefined): boolean {
  return value !== undefined && (folders.length === 1 || !value.at.file.startsWith(`${folders[0]}/`))
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

/** The jail is asked twice for some options, before and after its filter is known. */
function unique(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.code} ${fault.message}`, fault])).values()]
}

function longName(name: string, at: Place): Fault {
  const hint = 'Fail2ban makes chain names of it, which iptables cuts at 28 characters'
  return new Fault('config.long-name', `the name of jail ${name} has 26 characters or more`, { at, hint })
}
