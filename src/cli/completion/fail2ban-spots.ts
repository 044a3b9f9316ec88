/** The spots of `fail2ban-client` and `fail2ban-server`, which take the same words, and of `fail2ban-regex`. */
import { HELP as CLIENT_HELP } from '../fail2ban-client/help.ts'
import { COMMANDS, GOT, GROWTH, OF_SERVER, SET, type Told } from '../fail2ban-client/words.ts'
import { HELP as REGEX_HELP } from '../fail2ban-regex/help.ts'
import { optionsOf, readHelp } from '../grammar/help-text.ts'
import { optionWords } from './option-words.ts'
import type { Offered, Source, Spot, Value } from './spot.ts'
import { valueSource } from './value-source.ts'

const JAILS: Source = { asked: ['jails'] }

/** @param program `fail2ban-client` or `fail2ban-server` */
export function fail2banSpots(program: string): readonly Spot[] {
  const at = (name: string) => `${program}-${name}`
  const spots: Spot[] = []
  /** Words, each with a spot for what follows it. */
  const offered = (told: readonly Told[], prefix: string, withValues = true): readonly Offered[] =>
    told.map(({ word, told, follows = '' }) => {
      const spot = spotOf(at(`${prefix}${word}`), withValues ? follows : '')
      if (!isKnown(spot)) return { word, told, into: at('END') }
      spots.push(spot)
      return { word, told, into: spot.name }
    })
  const commands = offered(
    COMMANDS.filter(({ word }) => word !== 'get' && word !== 'set'),
    '',
  )
  const [got, set] = ['get', 'set'].map((word) => COMMANDS.find((command) => command.word === word)!)
  spots.push(
    {
      name: program,
      words: [
        ...commands,
        { ...got!, into: at('get') },
        { ...set!, into: at('set') },
        ...optionWords(optionsOf(readHelp(CLIENT_HELP))).map(withServerValue),
      ],
      values: [],
    },
    {
      name: at('get'),
      words: offered(OF_SERVER, 'get-', false),
      values: [{ source: JAILS, into: at('get-JAIL') }],
    },
    { name: at('set'), words: offered(OF_SERVER, 'set-'), values: [{ source: JAILS, into: at('set-JAIL') }] },
    { name: at('get-JAIL'), words: [...offered(GOT, 'get-JAIL-'), ...offered(GROWTH, 'get-JAIL-', false)], values: [] },
    { name: at('set-JAIL'), words: offered([...SET, ...GROWTH], 'set-JAIL-'), values: [] },
    { name: at('END'), words: [], values: [] },
  )
  return spots
}

/** Whether there is anything to offer. */
function isKnown({ words, values }: Spot): boolean {
  return words.length > 0 || values.some(({ source }) => Object.keys(source).length > 0)
}

/** `--loglevel` is what `set loglevel` is. */
function withServerValue(offered: Offered): Offered {
  const { follows } = OF_SERVER.find(({ word }) => `--${word}` === offered.word) ?? {}
  return offered.value && follows !== undefined ? { ...offered, value: valueSource(follows) } : offered
}

/** `[--unban] [JAIL] IP ...`: options are words, the rest stands in its order. */
function spotOf(name: string, follows: string): Spot {
  const parts = follows
    .replace(/[[\]]/g, '')
    .split(' ')
    .filter((part) => part !== '')
  const words = parts.filter((part) => part.startsWith('--'))
  const values: readonly Value[] = parts
    .filter((part) => !part.startsWith('--') && part !== '...')
    .map((part) => ({ source: part === 'IP' && /unban/.test(name) ? { asked: ['banned'] } : valueSource(part) }))
  return { name, words: words.map((word) => ({ word })), values, repeats: parts.at(-1) === '...' }
}

export function regexSpots(): readonly Spot[] {
  const filter: Source = { asked: ['filters', 'jails'], paths: 'files' }
  return [
    {
      name: 'fail2ban-regex',
      words: optionWords(optionsOf(readHelp(REGEX_HELP))).map((offered) => {
        const words = REGEX_VALUES[offered.word]
        return words ? { ...offered, value: { words } } : offered
      }),
      values: [
        { source: { words: ['systemd-journal'], paths: 'files' } },
        { source: filter },
        { source: { paths: 'files' } },
      ],
    },
  ]
}

const REGEX_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--log-level': ['critical', 'error', 'warning', 'notice', 'info', 'debug'],
  '--usedns': ['no', 'raw', 'warn', 'yes'],
  '--out': ['id', 'ip', 'msg', 'row'],
}
