/** What the words of `fail2ban-client` ask for. Source: fail2ban-client(1). */
import { type Grammar, getopt } from './getopt.ts'

export interface Options {
  /** undefined: where the machine has it. */
  readonly folder: string | undefined
  readonly socket: string | undefined
  readonly pidfile: string | undefined
  readonly pname: string | undefined
  /** As it stands there: how long is waited for the server. */
  readonly timeout: string | undefined
  readonly interactive: boolean
  /** Takes away a socket that a server left behind. */
  readonly force: boolean
  readonly foreground: boolean
  /** Ours, for the unit: where the admin's files enable no jail, those run that fit this host. */
  readonly chooses: boolean
  /** Does not wait for the server that it starts. */
  readonly async: boolean
  readonly dump: 'plain' | 'pretty' | undefined
  readonly test: boolean
  /** 1 unless -v or -q stand there; below 1 only errors are told. */
  readonly verbosity: number
  /** What comes before the file's. */
  readonly server: { readonly loglevel?: string; readonly logtarget?: string; readonly syslogsocket?: string }
  readonly command: readonly string[]
}

/** What is answered at once, whatever else stands there. */
export type Asked =
  | { readonly kind: 'usage' | 'help' | 'version' | 'long version' }
  | { readonly kind: 'seconds'; readonly text: string }
  | { readonly kind: 'run'; readonly options: Options }

export function parseOptions(words: readonly string[]): Asked {
  const parsed = getopt(words, GRAMMAR)
  if (!parsed) return { kind: 'usage' }
  const given: Record<string, string> = {}
  const flags = new Set<string>()
  let dump: Options['dump']
  let foreground = false
  let verbosity = 1
  const server: Record<string, string> = {}
  for (const { name, value } of parsed.options) {
    if (name === '-h' || name === '--help') return { kind: 'help' }
    if (name === '-V' || name === '--version') return { kind: name === '-V' ? 'version' : 'long version' }
    if (name === '--str2sec') return { kind: 'seconds', text: value }
    if (name === '-d') dump = 'plain'
    else if (name === '--dp' || name === '--dump-pretty') dump = 'pretty'
    else if (name === '-v') verbosity++
    else if (name === '-q') verbosity--
    else if (SERVER.includes(name)) server[name.slice(2)] = value
    else {
      given[SHORT_FORMS[name] ?? name] = value
      flags.add(name)
    }
    if (name === '-b' || name === '-f') foreground = name === '-f'
  }
  const options: Options = {
    folder: given['--conf'],
    socket: given['--socket'],
    pidfile: given['--pidfile'],
    pname: given['--pname'],
    timeout: given['--timeout'],
    interactive: flags.has('-i'),
    force: flags.has('-x'),
    foreground,
    chooses: flags.has('--choose'),
    async: flags.has('--async'),
    dump,
    test: flags.has('-t') || flags.has('--test'),
    verbosity,
    server,
    command: parsed.words,
  }
  return { kind: 'run', options }
}

const SHORT_FORMS: Readonly<Record<string, string>> = { '-c': '--conf', '-s': '--socket', '-p': '--pidfile' }

const SERVER = ['--loglevel', '--logtarget', '--syslogsocket']

/** All that may stand before a command. */
export const GRAMMAR: Grammar = {
  short: {
    h: false,
    c: true,
    s: true,
    p: true,
    x: false,
    f: false,
    b: false,
    d: false,
    t: false,
    v: false,
    i: false,
    q: false,
    V: false,
  },
  long: {
    loglevel: true,
    logtarget: true,
    syslogsocket: true,
    test: false,
    async: false,
    choose: false,
    conf: true,
    pidfile: true,
    pname: true,
    socket: true,
    timeout: true,
    str2sec: true,
    help: false,
    version: false,
    dp: false,
    'dump-pretty': false,
  },
}
