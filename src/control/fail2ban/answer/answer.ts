/** What Fail2ban's server answers to the words of its client, done by this guard. */
import type { Fail2banAsked } from '../asked.ts'
import type { Setter } from '../jail/change.ts'
import { getOf } from '../jail/get.ts'
import { setterOf } from '../jail/setters.ts'
import { ToldJails } from '../jails.ts'
import { exceptionOf, raised, typeOf, wordAt } from '../python.ts'
import { isList, isTuple, printValue, tuple, type Value } from '../value.ts'
import { attempt, ban, banList, banned, bannedIn, unban, unbanAnywhere } from './bans.ts'
import { add, reload, sleep, start, stop } from './life.ts'
import { ServerValues } from './server.ts'
import { jailStatus, status } from './status.ts'

/** Fail2ban's version whose words and answers these are. */
export const FAIL2BAN = '1.0.2'

export interface Answering {
  /** One after the other, whoever asks. Never rejects: (0, value), or (1, exception). */
  answer(command: Value): Promise<Value>
}

export function answering(asked: Fail2banAsked): Answering {
  const parts: Parts = { asked, jails: new ToldJails(asked), server: new ServerValues(asked) }
  let last: Promise<unknown> = Promise.resolve()
  const answer = async (command: Value) => {
    try {
      return tuple(0, await done(parts, wordsOf(command)))
    } catch (thrown) {
      return tuple(1, exceptionOf(thrown))
    }
  }
  return {
    answer(command) {
      const answered = last.then(() => answer(command))
      last = answered
      return answered
    },
  }
}

interface Parts {
  readonly asked: Fail2banAsked
  readonly jails: ToldJails
  readonly server: ServerValues
}

function wordsOf(command: Value): readonly Value[] {
  if (isList(command)) return command
  if (isTuple(command)) return command.tuple
  if (typeof command === 'string') return [...command]
  throw raised('TypeError', `'${typeOf(command)}' object is not subscriptable`)
}

/** @throws Fault: what the caller is answered with */
async function done(parts: Parts, words: readonly Value[]): Promise<Value> {
  const { asked, jails } = parts
  const [, ...rest] = words
  switch (wordAt(words, 0)) {
    case 'ping':
      return 'pong'
    case 'version':
      return FAIL2BAN
    case 'echo':
      return rest
    case 'server-status':
      return 'Server ready'
    case 'server-stream':
      return stream(parts, wordAt(rest, 0))
    case 'status':
      return statusOf(jails, rest)
    case 'get':
      return get(parts, rest)
    case 'set':
      return set(parts, rest)
    case 'multi-set':
      return set(parts, rest, true)
    case 'banned':
      return banned(jails, rest)
    case 'unban':
      if (rest.length === 0) break
      return unbanAnywhere(asked, rest)
    case 'flushlogs':
      return parts.server.flushed()
    case 'sleep':
      return sleep(asked, rest)
    case 'add':
      return add(jails, rest)
    case 'start':
      return start(jails, rest)
    case 'stop':
      return stop(asked, jails, rest)
    case 'reload':
      return reload(asked, jails, rest)
    default:
  }
  throw raised('Exception', 'Invalid command')
}

/** Until one cannot be done. */
async function stream(parts: Parts, commands: Value): Promise<Value> {
  if (!isList(commands)) throw raised('TypeError', `'${typeOf(commands)}' object is not iterable`)
  for (const command of commands) await done(parts, wordsOf(command))
  return undefined
}

function statusOf(jails: ToldJails, words: readonly Value[]): Value {
  if (words.length === 0) return status(jails)
  if (words.length > 2) throw raised('Exception', 'Invalid command (no status)')
  return jailStatus(jails.held(words[0]), jails.model(words[0]), words[1])
}

function get({ asked, jails, server }: Parts, words: readonly Value[]): Value {
  const [, ...rest] = words
  const name = wordAt(words, 0)
  if (server.isGot(name)) return server.get(name)
  const option = wordAt(words, 1)
  const held = jails.held(name)
  if (option === 'banned') return bannedIn(held, rest.slice(1))
  if (option === 'banip') return banList(asked.engine.jail(held.name).bans, rest[1] === '--with-time')
  return getOf(jails.model(name), rest)
}

async function set({ asked, jails, server }: Parts, words: readonly Value[], several = false): Promise<Value> {
  const [, , ...rest] = words
  const name = wordAt(words, 0)
  if (server.has(name)) return server.set(words)
  const setter = settingOf(wordAt(words, 1))
  const held = jails.held(name)
  if (typeof setter === 'string') return BY_HAND[setter](asked, held, rest)
  const change = setter(jails.model(name), rest, { files: asked.world.files, settings: held.settings })
  await jails.change(change)
  return several && rest.some(isList) ? true : change.reply
}

/** What is done at once, rather than kept. */
const BY_HAND = { banip: ban, unbanip: unban, attempt } as const

/** @throws Fault: Exception */
function settingOf(option: Value): Setter | keyof typeof BY_HAND {
  if (option === 'banip' || option === 'unbanip' || option === 'attempt') return option
  const setter = typeof option === 'string' ? setterOf(option) : undefined
  if (setter) return setter
  throw raised('Exception', `Invalid command ${printValue(option)} (no set action or not yet implemented)`)
}
