/** `get` and `set` of what is the whole server's. Source: what Fail2ban 1.0.2 answers. */
import type { Prepared } from '../../../engine/life/prepare.ts'
import type { Fail2banAsked } from '../asked.ts'
import { bounded, pythonInt, raised, seconds, typeOf, wordAt } from '../python.ts'
import { isDict, type Value } from '../value.ts'

const NAMES = ['loglevel', 'logtarget', 'syslogsocket', 'dbfile', 'dbmaxmatches', 'dbpurgeage', 'thread'] as const
type Name = (typeof NAMES)[number]

/** What was set since the guard began, or since the last reload. */
export class ServerValues {
  readonly #asked: Fail2banAsked
  readonly #set = new Map<string, Value>()
  #prepared: Prepared

  constructor(asked: Fail2banAsked) {
    this.#asked = asked
    this.#prepared = asked.prepared()
  }

  /** Whether `get` and `set` mean the server by this word; else it is a jail's name. */
  has(name: Value): boolean {
    return this.isGot(name) || name === 'allowipv6'
  }

  isGot(name: Value): name is Name {
    return NAMES.includes(name as Name)
  }

  get(name: Name): Value {
    this.#freshen()
    const { log } = this.#asked
    if (log && name === 'loglevel') return log.level
    if (log && name === 'logtarget') return log.target
    if (log && name === 'syslogsocket') return log.syslogSocket
    return this.#set.has(name) ? this.#set.get(name) : told(this.#asked.prepared(), name)
  }

  /** @param words those behind `set` @throws Fault: what the caller is answered with */
  async set(words: readonly Value[]): Promise<Value> {
    const [name] = words
    const word = wordAt(words, 1)
    if (name === 'allowipv6') return word
    const value = this.#taken(name as Name, word)
    if (name === 'dbpurgeage' || name === 'dbmaxmatches') await this.#change(name, bounded(value, 0))
    this.#set.set(name as Name, value)
    return name === 'thread' ? undefined : value
  }

  /** `flushlogs`. */
  flushed(): Value {
    const { log } = this.#asked
    return log?.reopen() ?? (String(this.get('logtarget')).startsWith('/') ? 'rolled over' : 'flushed')
  }

  #taken(name: Name, word: Value): Value {
    switch (name) {
      case 'loglevel': {
        const name = level(word)
        this.#asked.log?.setLevel(name)
        return name
      }
      case 'logtarget':
        return this.#target(word)
      case 'syslogsocket':
        this.#asked.log?.setSyslogSocket(String(word))
        return word
      case 'dbfile':
        if (word === this.get('dbfile')) return word
        throw raised('RuntimeError', 'Cannot change database when there are jails present')
      case 'dbmaxmatches':
        return pythonInt(word)
      case 'dbpurgeage':
        return seconds(word)
      case 'thread':
        return threads(word, this.get('thread'))
      default:
        return name satisfies never
    }
  }

  #target(word: Value): Value {
    const [, target] = /^([^[]+?)\s*(?:\[.*\])?$/s.exec(String(word)) ?? []
    if (target === undefined) throw raised('ValueError', 'unexpected option syntax')
    const folder = /^(.*)\/[^/]*$/s.exec(target)?.[1]
    if (folder !== undefined && folder !== '' && this.#asked.world.files.stat(folder)?.kind !== 'folder') {
      throw raised('Exception', 'Failed to change log target')
    }
    try {
      this.#asked.log?.setTarget(String(word))
    } catch {
      throw raised('Exception', 'Failed to change log target')
    }
    return target
  }

  async #change(name: 'dbpurgeage' | 'dbmaxmatches', value: number): Promise<void> {
    const given = name === 'dbpurgeage' ? { dbpurgeage: value, chosenPurgeage: value } : { dbmaxmatches: value }
    await this.#asked.change((before) => {
      const { configuration } = before
      return { ...before, configuration: { ...configuration, server: { ...configuration.server, ...given } } }
    })
    this.#prepared = this.#asked.prepared()
  }

  #freshen(): void {
    const now = this.#asked.prepared()
    // A change of a jail leaves the server's own as it is; what the files say is another object.
    if (now.configuration !== this.#prepared.configuration) this.#set.clear()
    this.#prepared = now
  }
}

function told({ configuration: { server } }: Prepared, name: Name): Value {
  switch (name) {
    case 'loglevel':
      return server.loglevel.toUpperCase()
    case 'logtarget':
      return server.logtarget.replace(/\s*\[.*\]$/s, '')
    case 'syslogsocket':
      return server.syslogsocket
    case 'dbfile':
      return /^none$/i.test(server.dbfile) ? undefined : server.dbfile
    case 'dbmaxmatches':
      return server.dbmaxmatches
    case 'dbpurgeage':
      return server.dbpurgeage
    case 'thread':
      return new Map([['stacksize', 0]])
    default:
      return name satisfies never
  }
}

function level(word: Value): string {
  if (typeof word !== 'string') throw raised('AttributeError', `'${typeOf(word)}' object has no attribute 'upper'`)
  const name = word.toUpperCase()
  if (LEVELS.includes(name) || /^\d+$/.test(name)) return name
  throw raised('ValueError', `Invalid log level '${name}'`)
}

const LEVELS: readonly string[] = [
  ...['CRITICAL', 'FATAL', 'ERROR', 'WARNING', 'WARN', 'NOTICE', 'INFO', 'MSG', 'DEBUG', 'TRACEDEBUG', 'HEAVYDEBUG'],
  'NOTSET',
]

function threads(word: Value, before: Value): Value {
  if (!isDict(word)) throw raised('AttributeError', `'${typeOf(word)}' object has no attribute 'items'`)
  for (const key of word.keys()) if (key !== 'stacksize') throw raised('KeyError', `unknown option '${key}'`)
  const size = word.has('stacksize') ? pythonInt(word.get('stacksize')) : 0
  return isDict(before) ? new Map([...before, ['stacksize', size]]) : before
}
