/** What is to be tried: the filter that REGEX, IGNOREREGEX and the options come to, and the lines that say so. */
import { asFault, Fault } from '../../base/fault.ts'
import { repr } from '../../base/python-repr.ts'
import { filterSettings, type ReadFilter, readFilter } from '../../config/read-filter.ts'
import { readJail } from '../../config/read-jail.ts'
import { readLayers } from '../../config/read-layers.ts'
import { serviceLookup } from '../../config/service-lookup.ts'
import { dateDetector } from '../../filter/date/detector.ts'
import { type FilterSettings, plainFilter, type Usedns } from '../../filter/filter-settings.ts'
import type { Logger } from './logging.ts'
import type { Options } from './options.ts'
import { type Meaning, meaningOf, type Parameters, type Where } from './reference.ts'

/** What an error ends the command with: text for standard output or standard error, and the exit code. */
export interface Refusal {
  readonly out?: string
  readonly err?: string
  readonly code: number
}

export interface Asked extends Where {
  readonly options: Options
  /** Entries of the journal are read. */
  readonly isJournal: boolean
  /** A line of the report; nothing of it is printed with `-o`. */
  readonly say: (line: string) => void
  readonly told: Logger
}

/** The filter as asked for, or why there is none. */
export function askedFilter(asked: Asked, regex: string, ignoreregex: string | undefined): FilterSettings | Refusal {
  const { options, say } = asked
  const given = givenOptions(options, say)
  if ('code' in given) return given
  const own = regexFilter(asked, regex)
  if ('code' in own) return own
  const { maxlines, datepattern } = own
  if (options.maxlines === 0 && own.says.maxlines) say(`Use         maxlines : ${maxlines}`)
  if (options.datepattern === undefined && datepattern !== undefined) {
    try {
      say(`Use      datepattern : ${datepattern} : ${patternName(datepattern)}`)
    } catch (thrown) {
      return { err: `fail2ban-regex: ${asFault(thrown, 'date.pattern').message}`, code: 1 }
    }
  }
  const { says: _, ...settings } = own
  return withIgnore(asked, { ...settings, ...given }, ignoreregex)
}

/** What the command line says in place of the filter. */
function givenOptions(options: Options, say: Asked['say']): Partial<FilterSettings> | Refusal {
  const given: { -readonly [name in keyof FilterSettings]?: FilterSettings[name] } = {}
  try {
    if (options.maxlines !== 0) {
      given.maxlines = Math.max(1, options.maxlines)
      say(`Use         maxlines : ${options.maxlines}`)
    }
    if (options.timezone !== undefined) {
      dateDetector({ zone: options.timezone })
      given.logtimezone = options.timezone
    }
    if (options.datepattern !== undefined) {
      given.datepattern = options.datepattern
      say(`Use      datepattern : ${options.datepattern} : ${patternName(options.datepattern)}`)
    }
    if (options.usedns !== undefined) given.usedns = usednsOf(options.usedns)
    if (options.journalmatch !== undefined) given.journalmatch = [options.journalmatch]
    return given
  } catch (thrown) {
    return { out: `ERROR: ${asFault(thrown, 'regex-command.option').message}`, code: 255 }
  }
}

/** Of one or two templates the first gives its name. */
function patternName(pattern: string): string {
  const templates = dateDetector({ patterns: pattern }).templates()
  return templates.length <= 2 ? templates[0]!.template.name : 'Default Detectors'
}

function usednsOf(text: string): Usedns {
  const word = text.trim().toLowerCase()
  if (['yes', '1', 'on', 'true'].includes(word)) return 'yes'
  if (['no', '0', 'off', 'false'].includes(word)) return 'no'
  return word === 'raw' ? 'raw' : 'warn'
}

interface Read extends FilterSettings {
  /** Which options the filter itself sets. */
  readonly says: { readonly maxlines: boolean }
}

function regexFilter(asked: Asked, regex: string): Read | Refusal {
  let meaning: Meaning
  try {
    meaning = meaningOf(asked, regex)
  } catch (thrown) {
    const { message } = asFault(thrown, 'config.bad-parameters')
    return { out: `ERROR: Wrong filter name or options: ${message}\n       while parsing: ${regex}`, code: 255 }
  }
  switch (meaning.kind) {
    case 'expression':
      asked.say(`Use   failregex line : ${short(regex)}`)
      return {
        ...plainFilter('command line', [regex]),
        logtype: asked.isJournal ? 'journal' : 'file',
        says: { maxlines: false },
      }
    case 'jail':
      return ofJail(asked, meaning.name, meaning.folder)
    default:
      return ofFilter(asked, regex, meaning)
  }
}

/** A line of the report holds no more of it. */
export function short(text: string): string {
  const characters = [...text]
  return characters.length > 53 ? `${characters.slice(0, 50).join('')}...` : text
}

function ofFilter(
  { world, isJournal, options, say, told }: Asked,
  regex: string,
  meaning: Extract<Meaning, { kind: 'filter' | 'file' }>,
): Read | Refusal {
  const { folder, name, parameters } = meaning
  const isNamed = meaning.kind === 'filter'
  say(isNamed ? `Use   failregex filter file : ${name}, basedir: ${folder}` : `Use   failregex file : ${meaning.path}`)
  if (parameters.size > 0) say(`Use   filter options : ${repr(parameters)}`)
  let filter: ReadFilter
  try {
    if (folder === '') throw new Fault('config.no-folder', `Base configuration directory ${folder} does not exist `)
    filter = readFilter(world, [folder], { name, parameters }, isJournal ? 'journal' : 'file', isNamed ? undefined : '')
  } catch (thrown) {
    const why = `Wrong config file: ${place(asFault(thrown, 'config.bad-filter'))}`
    return { out: `${why}\nERROR: failed to load filter ${regex}`, code: 255 }
  }
  const fault = filter.faults[0]
  if (fault) return { err: `fail2ban-regex: ${place(fault)}`, code: 1 }
  if (options.verbose > 1 || told.hears('debug')) {
    say(`Real  filter options : ${repr(realOptions(filter, parameters))}`)
  }
  return { ...filterSettings(filter, filter.option, () => {}), says: { maxlines: isNumber(filter, 'maxlines') } }
}

function realOptions(filter: ReadFilter, parameters: Parameters): ReadonlyMap<string, string> {
  const real = new Map<string, string>()
  for (const name of ['logtype', 'datepattern', ...parameters.keys()]) {
    const text = filter.option(name)?.text ?? filter.parameters.get(name)
    if (text !== undefined) real.set(name, text)
  }
  return real
}

function isNumber(filter: ReadFilter, name: string): boolean {
  return /^\s*[+-]?\d+\s*$/.test(filter.option(name)?.text ?? '')
}

function place({ at, message }: Fault): string {
  return at === undefined ? message : `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ${message}`
}

function ofJail({ world, say }: Asked, name: string, folder: string): Read | Refusal {
  const layered = readLayers(world, [folder], 'jail')!
  const { settings, faults } = readJail({ world, folders: [folder], layered, services: serviceLookup(world) }, name)
  if (!settings) {
    const why = faults.map((fault) => `ERROR: ${place(fault)}`).join('\n')
    return { out: `${why}\nERROR: failed to load jail ${name}`, code: 255 }
  }
  say(`Use             jail : ${name}, filter: ${settings.filter.name}, basedir: ${folder}`)
  return { ...settings.filter, says: { maxlines: settings.filter.maxlines > 1 } }
}

/** Its own, then what the command line adds. */
function withIgnore(asked: Asked, settings: FilterSettings, value: string | undefined): FilterSettings | Refusal {
  if (value === undefined) return settings
  const file = fileMeaning(asked, value)
  if (!file) {
    asked.say(`Use ignoreregex line : ${short(value)}`)
    return { ...settings, ignoreregex: [...settings.ignoreregex, value] }
  }
  asked.say(`Use ignoreregex file : ${value}`)
  try {
    const { folder, name, parameters } = file
    const filter = readFilter(asked.world, [folder], { name, parameters }, settings.logtype, file.place)
    const { ignoreregex } = filterSettings(filter, filter.option, (fault) => {
      throw fault
    })
    return { ...settings, ignoreregex: [...settings.ignoreregex, ...ignoreregex] }
  } catch (thrown) {
    return { out: `Wrong config file: ${place(asFault(thrown, 'config.bad-filter'))}`, code: 255 }
  }
}

/** A path, with at least one slash, of a file that there is: an expression that looks the same matches nothing. */
function fileMeaning(asked: Asked, value: string) {
  if (!value.includes('/')) return undefined
  try {
    const meaning = meaningOf(asked, value)
    if (meaning.kind === 'filter') return { ...meaning, place: undefined }
    return meaning.kind === 'file' ? { ...meaning, place: '' } : undefined
  } catch {
    return undefined
  }
}
