/** What the words of `fail2ban-client` ask for. Source: fail2ban-client(1). */
import { type Grammar, getopt } from './getopt.ts'

export interface Options {
  /** undefined: where the machine has it. */
  readonly folder: string | undefined
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
  let folder: string | undefined
  let dump: Options['dump']
  let test = false
  let verbosity = 1
  const server: Record<string, string> = {}
  for (const { name, value } of parsed.options) {
    if (name === '-h' || name === '--help') return { kind: 'help' }
    if (name === '-V' || name === '--version') return { kind: name === '-V' ? 'version' : 'long version' }
    if (name === '--str2sec') return { kind: 'seconds', text: value }
    if (name === '-c' || name === '--conf') folder = value
    else if (name === '-d') dump = 'plain'
    else if (name === '--dp' || name === '--dump-pretty') dump = 'pretty'
    else if (name === '-t' || name === '--test') test = true
    else if (name === '-v') verbosity++
    else if (name === '-q') verbosity--
    else if (SERVER.includes(name)) server[name.slice(2)] = value
    // All others are for the server, which these commands do not ask.
  }
  return { kind: 'run', options: { folder, dump, test, verbosity, server, command: parsed.words } }
}

const SERVER = ['--loglevel', '--logtarget', '--syslogsocket']

const GRAMMAR: Grammar = {
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
