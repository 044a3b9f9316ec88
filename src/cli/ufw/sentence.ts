/** A sentence of ufw: the words behind `ufw`, as UFW 0.36.2 takes them, and what they ask for. */
import { parseAppSentence } from './app-sentence.ts'
import type { Command, Sentence, Shown } from './command.ts'
import { readOptions } from './options.ts'
import { parseRuleSentence } from './rule-sentence.ts'
import type { Vocabulary } from './vocabulary.ts'
import { badSyntax, wrong } from './wrong.ts'

export type { Vocabulary } from './vocabulary.ts'

/**
 * @param words what stands behind `ufw`
 * @throws Fault `ufw.*`, its message UFW's own text without `ERROR: `; `ufw.syntax` where the help follows on stdout
 */
export function parseSentence(words: readonly string[], vocabulary: Vocabulary): Sentence {
  const { rest, ...options } = readOptions(words)
  if (rest.length === 0) throw badSyntax(options.force ? undefined : 'not enough args')
  if (options.force && UNFORCED.has(rest[0]!)) throw badSyntax()
  const command = parseCommand(rest, vocabulary)
  if (options.force) refuseForced(command)
  return { ...options, command }
}

/** Behind `rule`, `insert` and the like they can be forced, and `limit` anywhere. */
const UNFORCED: ReadonlySet<string> = new Set(['allow', 'deny', 'reject'])

/** Nothing of profiles can be forced. */
function refuseForced({ kind }: Command): void {
  if (kind === 'app-default') throw wrong('words', 'Unsupported default policy')
  if (kind.startsWith('app-')) throw wrong('words', `Unsupported action '${kind.slice('app-'.length)}'`)
}

function parseCommand(words: readonly string[], vocabulary: Vocabulary): Command {
  const [word = '', ...rest] = words
  const alone = rest.length === 0
  switch (commandOf(word.toLowerCase())) {
    case 'enable':
    case 'disable':
    case 'reload':
    case 'reset':
    case 'confirm':
      return { kind: single(word, alone) }
    case '--version':
    case 'version':
      return { kind: single('version', alone) }
    case '-h':
    case '--help':
    case 'help':
      return { kind: single('help', alone) }
    case 'default':
      return parseDefault(rest)
    case 'logging':
      return { kind: 'logging', level: oneOf(LEVELS, rest[0]) }
    case 'status':
      return { kind: 'status', form: alone ? 'plain' : oneOf(['verbose', 'numbered'], rest[0]) }
    case 'show':
      return { kind: 'show', what: oneOf(SHOWN, rest[0]) }
    case 'rule':
      return parseRuleSentence(rest, false, vocabulary)
  }
  // Of these two UFW heeds upper and lower case.
  if (word === 'route') return parseRuleSentence(rest, true, vocabulary)
  if (word === 'app') return parseAppSentence(rest)
  return parseRuleSentence(words, false, vocabulary)
}

/** UFW takes what may stand behind some of its commands for the command itself: `ufw verbose`, `ufw on off`. */
function commandOf(word: string): string {
  if (word === 'verbose' || word === 'numbered') return 'status'
  if (LEVELS.some((level) => level === word)) return 'logging'
  return SHOWN.some((shown) => shown === word) ? 'show' : word
}

type Single = Extract<Command, { kind: 'enable' }>['kind']

function single(word: string, alone: boolean): Single {
  if (!alone) throw badSyntax()
  return word.toLowerCase() as Single
}

const LEVELS = ['on', 'off', 'low', 'medium', 'high', 'full'] as const

const SHOWN: readonly Shown[] = [
  'raw',
  'builtins',
  'before-rules',
  'user-rules',
  'after-rules',
  'logging-rules',
  'listening',
  'added',
]

/** More words than it needs are no fault. */
function parseDefault([policy, direction = 'incoming']: readonly string[]): Command {
  const path = DIRECTIONS.get(direction.toLowerCase())
  if (path === undefined) throw badSyntax()
  return { kind: 'default', policy: oneOf(['allow', 'deny', 'reject'], policy), path }
}

const DIRECTIONS: ReadonlyMap<string, 'in' | 'out' | 'forward'> = new Map([
  ['incoming', 'in'],
  ['input', 'in'],
  ['outgoing', 'out'],
  ['output', 'out'],
  ['routed', 'forward'],
  ['forward', 'forward'],
] as const)

function oneOf<Word extends string>(known: readonly Word[], word: string | undefined): Word {
  const found = known.find((one) => one === word?.toLowerCase())
  if (found === undefined) throw badSyntax()
  return found
}
