/**
 * What a server answered, as Fail2ban's client prints it: which words were sent decides on the form. Observed with the
 * installed client on a server that answers anything (test/cli/fail2ban-client/answers.ts).
 */
import { repr } from '../../base/python-repr.ts'
import { isDict, isException, isList, isTuple, textOf, type Value } from '../../control/fail2ban/value.ts'

/** The text without its last line's end; undefined where the answer is none that these words can have. */
export function beautify(words: readonly string[], answer: Value): string | undefined {
  const [verb, first, second] = words
  switch (verb) {
    case 'ping':
      return after('Server replied: ', answer)
    case 'add':
      return after('Added jail ', answer)
    case 'flushlogs':
      return after('logs: ', answer)
    case 'echo':
      return joined(answer, ' ')
    case 'start':
      return 'Jail started'
    case 'stop':
      if (answer !== undefined) return str(answer)
      return words.length === 1 ? 'Shutdown successful' : 'Jail stopped'
    case 'status':
      return words.length === 1 ? tree('Status', answer) : jailTree(first!, answer)
    case 'get':
    case 'set':
    case 'multi-set':
      return ofServer(first, answer) ?? ofJail(words, second, answer)
    default:
      return str(answer)
  }
}

/** What went wrong, as the client prints it: a reason for programs on standard error, one for people on standard output. */
export function beautifyError(error: Value): { readonly reason: string; readonly text: string } | undefined {
  if (!isException(error)) return undefined
  const { exception, args } = error
  // Python keeps a third argument, the file, apart.
  const isSystem = args.length > 1 && OF_THE_SYSTEM.has(exception)
  const reason = `NOK: ${repr({ tuple: isSystem ? args.slice(0, 2) : args })}`
  if (exception === 'UnknownJailException')
    return { reason, text: `Sorry but the jail '${str(args[0])}' does not exist` }
  if (exception === 'DuplicateJailException') return { reason, text: `The jail '${str(args[0])}' already exists` }
  if (exception === 'IndexError') return { reason, text: 'Sorry but the command is invalid' }
  const [what, place] = args
  if (exception === 'SyntaxError' && isTuple(place) && args.length === 2) {
    const [file, line] = place.tuple
    return { reason, text: `${str(what)} (${str(file)}, line ${str(line)})` }
  }
  if (!isSystem) return { reason, text: args.length === 0 ? '' : textOf(error) }
  const [number, message, file] = args
  return { reason, text: `[Errno ${str(number)}] ${str(message)}${file === undefined ? '' : `: ${repr(file)}`}` }
}

const OF_THE_SYSTEM: ReadonlySet<string> = new Set([
  ...['OSError', 'IOError', 'FileNotFoundError', 'FileExistsError', 'PermissionError', 'IsADirectoryError'],
  ...['NotADirectoryError', 'InterruptedError', 'BlockingIOError', 'BrokenPipeError', 'ProcessLookupError'],
  ...['ConnectionError', 'ConnectionRefusedError', 'ConnectionResetError', 'TimeoutError'],
])

/** Durations may come with a fraction, which is cut. */
function whole(value: Value): Value {
  return typeof value === 'object' && 'float' in value ? Math.trunc(value.float) : value
}

function ofServer(option: string | undefined, answer: Value): string | undefined {
  switch (option) {
    case 'loglevel':
      return `Current logging level is ${typeof answer === 'string' ? `'${answer}'` : levelOf(answer)}`
    case 'logtarget':
      return under('Current logging target is:', answer)
    case 'syslogsocket':
      return under('Current syslog socket is:', answer)
    case 'dbfile':
      return answer === undefined ? NO_DATABASE : under('Current database file is:', answer)
    case 'dbpurgeage':
      return answer === undefined ? NO_DATABASE : `Current database purge age is:\n\`- ${str(whole(answer))}seconds`
    default:
      return undefined
  }
}

const NO_DATABASE = 'Database currently disabled'

/** Python's names of numbers, where it has one. */
function levelOf(level: Value): string {
  const name = typeof level === 'number' ? LEVELS.get(level) : undefined
  if (typeof level !== 'number') return str(level)
  return `'${name ?? `#${String(level).padStart(2, '0')}-Lev.`}'`
}

const LEVELS: ReadonlyMap<number, string> = new Map([
  [50, 'CRITICAL'],
  [40, 'ERROR'],
  [30, 'WARNING'],
  [25, 'NOTICE'],
  [18, 'MSG'],
  [20, 'INFO'],
  [10, 'DEBUG'],
  [7, 'TRACE'],
  [5, 'HEAVY'],
  [0, 'NOTSET'],
])

function ofJail(words: readonly string[], option: string | undefined, answer: Value): string | undefined {
  const [, jail, , name] = words
  switch (option) {
    case 'logpath':
    case 'addlogpath':
    case 'dellogpath':
      return list(answer, { none: 'No file is currently monitored', some: 'Current monitored log file(s):' })
    case 'ignoreip':
    case 'addignoreip':
    case 'delignoreip':
      return list(answer, {
        none: 'No IP address/network is ignored',
        some: 'These IP addresses/networks are ignored:',
      })
    case 'failregex':
    case 'addfailregex':
    case 'delfailregex':
    case 'ignoreregex':
    case 'addignoreregex':
    case 'delignoreregex':
      return list(answer, {
        none: 'No regular expression is defined',
        some: 'The following regular expression are defined:',
        label: (at) => `[${at}]: `,
      })
    case 'logencoding':
      return after('Current log encoding is set to:\n', answer)
    case 'journalmatch':
    case 'addjournalmatch':
    case 'deljournalmatch':
      return matches(answer)
    case 'datepattern':
      return datePattern(answer)
    case 'actions':
      return named(answer, `No actions for jail ${jail}`, `The jail ${jail} has the following actions:`)
    case 'actionproperties':
    case 'actionmethods': {
      if (name === undefined) return undefined
      const what = option.slice('action'.length)
      const of = `jail ${jail} action ${name}`
      return named(answer, `No ${what} for ${of}`, `The ${of} has the following ${what}:`)
    }
    case 'banip':
      return words[0] === 'get' && isList(answer) ? joined(answer, separatorOf(name)) : str(answer)
    default:
      return str(answer)
  }
}

function separatorOf(word: string | undefined): string {
  return word === undefined ? ' ' : word === '--with-time' ? '\n' : word
}

function matches(answer: Value): string | undefined {
  const all = items(answer)
  if (!all) return undefined
  if (all.length === 0) return 'No journal match filter set'
  const lines = all.map((words) => joined(words, ' '))
  return lines.includes(undefined) ? undefined : `Current match filter:\n${lines.join(' + ')}`
}

function datePattern(answer: Value): string | undefined {
  const head = 'Current date pattern set to: '
  if (answer === undefined) return `${head}Not set/required`
  const [pattern, name] = items(answer) ?? []
  if (name === undefined) return undefined
  return pattern === undefined ? `${head}${str(name)}` : `${head}${str(pattern)} (${str(name)})`
}

function named(answer: Value, none: string, some: string): string | undefined {
  const names = joined(answer, ', ')
  return names === '' ? none : names === undefined ? undefined : `${some}\n${names}`
}

interface Heads {
  readonly none: string
  readonly some: string
  readonly label?: (at: number) => string
}

function list(answer: Value, { none, some, label }: Heads): string | undefined {
  const all = items(answer)
  if (!all) return undefined
  if (all.length === 0) return none
  const rows = all.map((item, at) => `${at === all.length - 1 ? '`- ' : '|- '}${label?.(at) ?? ''}${str(item)}`)
  return [some, ...rows].join('\n')
}

function jailTree(jail: string, answer: Value): string | undefined {
  const groups = pairs(answer)
  if (!groups) return undefined
  const lines = [`Status for the jail: ${jail}`]
  for (const [at, [name, rows]] of groups.entries()) {
    const isLast = at === groups.length - 1
    const inner = leaves(rows, isLast ? '   ' : '|  ')
    if (!inner) return undefined
    lines.push(`${isLast ? '`-' : '|-'} ${str(name)}`, ...inner)
  }
  return lines.join('\n')
}

function tree(head: string, answer: Value): string | undefined {
  const lines = leaves(answer, '')
  return lines && [head, ...lines].join('\n')
}

function leaves(answer: Value, indent: string): string[] | undefined {
  const rows = pairs(answer)
  return rows?.map(([name, value], at) => {
    const text = isList(value) ? value.map(str).join(' ') : str(value)
    return `${indent}${at === rows.length - 1 ? '`-' : '|-'} ${str(name)}:\t${text}`
  })
}

function pairs(answer: Value): readonly (readonly [Value, Value])[] | undefined {
  if (!isList(answer)) return undefined
  const all = answer.map((item) => (isTuple(item) && item.tuple.length === 2 ? item.tuple : undefined))
  return all.includes(undefined) ? undefined : (all as unknown as readonly (readonly [Value, Value])[])
}

/** What Python goes through one by one. */
function items(answer: Value): readonly Value[] | undefined {
  if (isList(answer)) return answer
  if (typeof answer === 'string') return [...answer]
  return typeof answer === 'object' && isTuple(answer) ? answer.tuple : undefined
}

/** Texts alone can be joined. */
function joined(answer: Value, separator: string): string | undefined {
  const all = items(answer)
  return all?.every((item) => typeof item === 'string') ? all.join(separator) : undefined
}

function under(head: string, answer: Value): string | undefined {
  return after(`${head}\n\`- `, answer)
}

function after(head: string, answer: Value): string | undefined {
  return typeof answer === 'string' ? head + answer : undefined
}

function str(value: Value): string {
  return isDict(value) ? repr(value) : textOf(value)
}
