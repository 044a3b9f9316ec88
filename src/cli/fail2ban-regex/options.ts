/**
 * The options of `fail2ban-regex`, read as Python's optparse reads them: in any order among the words, long ones shortened
 * as far as they stay unique, a value behind `=` or in the next word, short ones run together.
 */
import { Fault } from '../../base/fault.ts'

export interface Options {
  readonly config: string | undefined
  readonly datepattern: string | undefined
  readonly timezone: string | undefined
  readonly encoding: string | undefined
  readonly raw: boolean
  readonly usedns: string | undefined
  /** 0: not given. */
  readonly maxlines: number
  readonly journalmatch: string | undefined
  readonly logLevel: string
  readonly verbose: number
  readonly verboseDate: boolean
  readonly debuggex: boolean
  readonly checkAll: boolean
  readonly out: string | undefined
  readonly invert: boolean
  readonly printNoMissed: boolean
  readonly printNoIgnored: boolean
  readonly printAllMatched: boolean
  readonly printAllMissed: boolean
  readonly printAllIgnored: boolean
  readonly traceback: boolean
  readonly fullTraceback: boolean
}

export interface CommandLine {
  /** Words that end everything at once. */
  readonly ask: 'help' | 'version' | 'short version' | undefined
  readonly options: Options
  /** All that is no option: LOG, REGEX and perhaps IGNOREREGEX. */
  readonly words: readonly string[]
}

/** @throws Fault `regex-command.option` with optparse's own words for what is wrong */
export function parseOptions(words: readonly string[]): CommandLine {
  const state: State = { left: [...words], values: {}, rest: [], ask: undefined }
  while (state.left.length > 0 && state.ask === undefined) {
    const word = state.left.shift()!
    if (word === '--') {
      state.rest.push(...state.left.splice(0))
    } else if (word.startsWith('--')) longOption(state, word)
    else if (word.startsWith('-') && word !== '-') shortOptions(state, word.slice(1))
    else state.rest.push(word)
  }
  return { ask: state.ask, options: { ...DEFAULTS, ...given(state.values) }, words: state.rest }
}

/** An empty value is none: Fail2ban's way. */
function given(values: State['values']): State['values'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

const DEFAULTS: Options = {
  config: undefined,
  datepattern: undefined,
  timezone: undefined,
  encoding: undefined,
  raw: false,
  usedns: undefined,
  maxlines: 0,
  journalmatch: undefined,
  logLevel: 'critical',
  verbose: 0,
  verboseDate: false,
  debuggex: false,
  checkAll: true,
  out: undefined,
  invert: false,
  printNoMissed: false,
  printNoIgnored: false,
  printAllMatched: false,
  printAllMissed: false,
  printAllIgnored: false,
  traceback: false,
  fullTraceback: false,
}

type Meaning =
  | { readonly takes: 'text' | 'number'; readonly name: keyof Options }
  | { readonly takes: 'nothing'; readonly name: keyof Options; readonly value: boolean }
  | { readonly takes: 'count' }
  | { readonly takes: 'end'; readonly ask: NonNullable<CommandLine['ask']> }

export interface Option {
  readonly short?: string
  readonly long: readonly string[]
  readonly meaning: Meaning
}

const text = (name: keyof Options): Meaning => ({ takes: 'text', name })
const number = (name: keyof Options): Meaning => ({ takes: 'number', name })
const flag = (name: keyof Options, value = true): Meaning => ({ takes: 'nothing', name, value })
const end = (ask: NonNullable<CommandLine['ask']>): Meaning => ({ takes: 'end', ask })

export const OPTIONS: readonly Option[] = [
  { long: ['--version'], meaning: end('version') },
  { short: 'h', long: ['--help'], meaning: end('help') },
  { short: 'c', long: ['--config'], meaning: text('config') },
  { short: 'd', long: ['--datepattern'], meaning: text('datepattern') },
  { long: ['--timezone', '--TZ'], meaning: text('timezone') },
  { short: 'e', long: ['--encoding'], meaning: text('encoding') },
  { short: 'r', long: ['--raw'], meaning: flag('raw') },
  { long: ['--usedns'], meaning: text('usedns') },
  { short: 'L', long: ['--maxlines'], meaning: number('maxlines') },
  { short: 'm', long: ['--journalmatch'], meaning: text('journalmatch') },
  { short: 'l', long: ['--log-level'], meaning: text('logLevel') },
  { short: 'V', long: [], meaning: end('short version') },
  { short: 'v', long: ['--verbose'], meaning: { takes: 'count' } },
  { long: ['--verbosity'], meaning: number('verbose') },
  { long: ['--verbose-date', '--VD'], meaning: flag('verboseDate') },
  { short: 'D', long: ['--debuggex'], meaning: flag('debuggex') },
  { long: ['--no-check-all'], meaning: flag('checkAll', false) },
  { short: 'o', long: ['--out'], meaning: text('out') },
  // Of Fail2ban 1.1.
  { short: 'i', long: ['--invert'], meaning: flag('invert') },
  { long: ['--print-no-missed'], meaning: flag('printNoMissed') },
  { long: ['--print-no-ignored'], meaning: flag('printNoIgnored') },
  { long: ['--print-all-matched'], meaning: flag('printAllMatched') },
  { long: ['--print-all-missed'], meaning: flag('printAllMissed') },
  { long: ['--print-all-ignored'], meaning: flag('printAllIgnored') },
  { short: 't', long: ['--log-traceback'], meaning: flag('traceback') },
  { long: ['--full-traceback'], meaning: flag('fullTraceback') },
]

interface State {
  readonly left: string[]
  readonly values: { -readonly [name in keyof Options]?: Options[name] }
  readonly rest: string[]
  ask: CommandLine['ask']
}

function longOption(state: State, word: string): void {
  const equals = word.indexOf('=')
  const written = equals < 0 ? word : word.slice(0, equals)
  const { name, option } = longNamed(written)
  const given = equals < 0 ? undefined : word.slice(equals + 1)
  const { takes } = option.meaning
  if (given !== undefined && takes !== 'text' && takes !== 'number') throw wrong(`${name} option does not take a value`)
  apply(state, name, option.meaning, given)
}

function longNamed(written: string): { readonly name: string; readonly option: Option } {
  const names = OPTIONS.flatMap((option) => option.long.map((name) => ({ name, option })))
  const exact = names.find(({ name }) => name === written)
  if (exact) return exact
  const possible = names.filter(({ name }) => name.startsWith(written))
  if (possible.length === 1) return possible[0]!
  if (possible.length === 0) throw wrong(`no such option: ${written}`)
  const list = possible
    .map(({ name }) => name)
    .sort()
    .join(', ')
  throw wrong(`ambiguous option: ${written} (${list}?)`)
}

function shortOptions(state: State, letters: string): void {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!
    const option = OPTIONS.find(({ short }) => short === letter)
    if (!option) throw wrong(`no such option: -${letter}`)
    const { takes } = option.meaning
    const given = at + 1 < letters.length ? letters.slice(at + 1) : undefined
    const takesRest = takes === 'text' || takes === 'number'
    apply(state, `-${letter}`, option.meaning, takesRest ? given : undefined)
    if (takesRest || state.ask !== undefined) return
  }
}

function apply(state: State, name: string, meaning: Meaning, given: string | undefined): void {
  if (meaning.takes === 'end') state.ask = meaning.ask
  else if (meaning.takes === 'count') state.values.verbose = (state.values.verbose ?? 0) + 1
  else if (meaning.takes === 'nothing') set(state, meaning.name, meaning.value)
  else {
    const value = given ?? state.left.shift()
    if (value === undefined) throw wrong(`${name} option requires 1 argument`)
    set(state, meaning.name, meaning.takes === 'text' ? value : integer(name, value))
  }
}

function set(state: State, name: keyof Options, value: Options[keyof Options]): void {
  Object.assign(state.values, { [name]: value })
}

/** As optparse reads an int: 0x, 0b and a leading 0 choose the base. */
function integer(name: string, text: string): number {
  const found = /^([+-]?)(?:(0x)([0-9a-f]+)|(0b)([01]+)|(0)([0-7]+)|(\d+))$/i.exec(text.trim())
  if (!found) throw wrong(`option ${name}: invalid integer value: '${text}'`)
  const size = found[2]
    ? Number.parseInt(found[3]!, 16)
    : found[4]
      ? Number.parseInt(found[5]!, 2)
      : found[6]
        ? Number.parseInt(found[7]!, 8)
        : Number(found[8])
  return found[1] === '-' ? -size : size
}

function wrong(message: string): Fault {
  return new Fault('regex-command.option', message)
}
