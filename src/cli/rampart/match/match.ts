/** `rampart match`: what a filter, or a jail's filter, makes of each line of a log. Bans nobody, looks nothing up. */
import { asFault, Fault } from '../../../base/fault.ts'
import { loadWished } from '../../../config/load-filter.ts'
import { explainer } from '../../../filter/explain.ts'
import { linesOf } from '../../../source/capped-lines.ts'
import type { EpochMs } from '../../../world/clock.ts'
import { printFault, printJson } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { printExplanation } from './explain.ts'
import { type LineMatcher, lineMatcher, type MatchedLine } from './line-matcher.ts'
import { type Counts, counted, NO_COUNTS, printLine, printSummary } from './print.ts'

export interface MatchOptions {
  /** In the place of those in /etc. */
  readonly config?: readonly string[]
  readonly json?: boolean
  readonly explain?: boolean
  /** Seconds since 1970. */
  readonly now?: string
  readonly tz?: string
  readonly logtype?: string
  /** `key=value` each. */
  readonly jailOptions?: readonly string[]
}

/**
 * @param usual the folders above the stock one, unless the options name others
 * @returns 0 if a line matched, 1 if none did, 2 if it could not be tried
 */
export async function match(
  setting: Setting,
  [reference, log]: readonly [string, string],
  options: MatchOptions,
  usual: readonly string[],
): Promise<number> {
  try {
    return await tryLines(setting, [reference, log], options, options.config?.map(folder(setting)) ?? usual)
  } catch (thrown) {
    setting.terminal.err(`rampart: ${printFault(asFault(thrown, 'match.failed'))}`)
    return 2
  }
}

async function tryLines(
  setting: Setting,
  [reference, log]: readonly [string, string],
  { json = false, explain = false, ...options }: MatchOptions,
  folders: readonly string[],
): Promise<number> {
  const { terminal, world } = setting
  const now = clockOf(setting, options.now)
  const given = givenOptions(options.jailOptions ?? [])
  const logtype = options.logtype === undefined ? {} : { logtype: logtypeOf(options.logtype) }
  const loaded = loadWished(world, [setting.stockFolder, ...folders], { reference, options: given, ...logtype })
  for (const warning of loaded.warnings) terminal.err(`rampart: ${printFault(warning)}`)
  const matcher = lineMatcher(loaded.settings, {
    now,
    today: Math.max(now(), world.clock.now()),
    local: options.tz,
    skips: !json && !explain,
  })
  const explains = explain ? explainer(matcher.trial, world.clock.monotonic) : undefined
  const counts = await each(setting, log, matcher, (line) => {
    if (json) return printJson(line.told)
    return explains ? printExplanation(terminal, line, explains) : printLine(terminal, line)
  })
  if (!json) terminal.out(printSummary(terminal, loaded, counts, explain))
  return counts.matched > 0 ? 0 : 1
}

/** What came in together goes out together, and at once. */
async function each(
  setting: Setting,
  log: string,
  matcher: LineMatcher,
  print: (line: MatchedLine) => string,
): Promise<Counts> {
  let counts = NO_COUNTS
  for await (const lines of linesOf(inputOf(setting, log), setting.world.files.gunzip)) {
    const { shown, count } = matcher.match(lines)
    counts = counted(counts, { shown, count, cut: lines.cut })
    let out = ''
    for (const line of shown) {
      out += print(line)
      if (out.length < MOST_HELD) continue
      setting.terminal.out(out)
      out = ''
    }
    if (out !== '') setting.terminal.out(out)
  }
  return counts
}

const MOST_HELD = 256 * 1024

/** A file, a pipe, standard input for `-`, or a line as it stands, which no path looks like. */
function inputOf({ world, input, terminal, typed }: Setting, log: string): AsyncIterable<Uint8Array> {
  if (log === '-') {
    if (typed?.()) terminal.err('rampart: reads lines from this terminal until Ctrl-D\n')
    return input()
  }
  if (/\s/.test(log) && world.files.stat(log) === undefined) return literal(log)
  return world.files.stream(log)
}

async function* literal(line: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(`${line}\n`)
}

function folder({ world }: Setting): (path: string) => string {
  return (path) => {
    const found = world.files.stat(path)
    if (found?.kind === 'folder') return path.replace(/(?<=.)\/+$/, '')
    const what = found ? 'is no folder' : 'does not exist'
    throw new Fault('match.no-folder', `the configuration folder ${path} ${what}`, {
      hint: 'give the folder that holds jail.conf and filter.d, as /etc/fail2ban does',
    })
  }
}

function clockOf({ world }: Setting, text: string | undefined): () => EpochMs {
  if (text === undefined) return world.clock.now
  const now = /^\d{1,12}(\.\d+)?$/.test(text) ? Number(text) * 1000 : Number.NaN
  if (now <= LAST_MS) return () => now
  throw new Fault('match.bad-now', `--now ${text} is no time`, { hint: 'give seconds since 1970: --now $(date +%s)' })
}

/** The end of the year 9999. */
const LAST_MS = 253_402_300_799_999

const LOGTYPES = ['file', 'journal', 'short', 'rfc5424']

function logtypeOf(text: string): string {
  if (LOGTYPES.includes(text)) return text
  throw new Fault('match.bad-logtype', `--logtype ${text} is not known`, { hint: `there are: ${LOGTYPES.join(', ')}` })
}

function givenOptions(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word): [string, string] => {
      const equals = word.indexOf('=')
      if (equals > 0) return [word.slice(0, equals).trim(), word.slice(equals + 1).trim()]
      throw new Fault('match.bad-option', `--jail-options "${word}" has no key=value`, {
        hint: 'write them as --jail-options mode=aggressive maxlines=3',
      })
    }),
  )
}
