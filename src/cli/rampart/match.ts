/** `rampart match`: what a filter makes of each line of a log. Bans nobody, looks nothing up. */
import { parseNetwork, printNetwork } from '../../base/address.ts'
import { Fault } from '../../base/fault.ts'
import { loadFilter } from '../../config/load-filter.ts'
import { dateDetector } from '../../filter/date/detector.ts'
import { type Filter, filter, type Verdict } from '../../filter/filter.ts'
import type { Fields } from '../../filter/groups.ts'
import { paint, quote, type Terminal } from '../print.ts'
import type { Setting } from './setting.ts'

interface Options {
  readonly config: readonly string[]
  readonly json?: boolean
}

/** What is told of one line; `--json` prints it, one a line. */
interface Told {
  readonly n: number
  readonly matched: boolean
  readonly ignored: boolean
  /** As the filter found it. */
  readonly id: string | undefined
  /** Its canonical address, if it is one. */
  readonly ip: string | undefined
  /** Seconds since 1970, or null where no date was found. */
  readonly time: number | null
  /** Which failregex decided, from 0. */
  readonly regex: number | undefined
  readonly fields: Fields
}

/** @returns 0 if a line matched, 1 if none did */
export async function match(setting: Setting, reference: string, log: string, options: Options): Promise<number> {
  const { terminal } = setting
  const settings = loadFilter(setting.world, [setting.stockFolder, ...options.config], reference)
  const tried = filter(settings)
  const dates = dateDetector({ patterns: settings.datepattern, zone: settings.logtimezone })
  const counts = { lines: 0, matched: 0, ignored: 0 }
  for await (const line of lines(setting, log)) {
    counts.lines++
    const now = setting.world.clock.now()
    const date = dates.find(line, now)
    const text = date ? line.slice(0, date.start) + line.slice(date.end) : line
    const told = tell(counts.lines, tried.match(text, line, now), date?.time)
    if (told.matched) counts.matched++
    if (told.ignored) counts.ignored++
    if (options.json) terminal.out(`${JSON.stringify(told)}\n`)
    else terminal.out(printTold(terminal, told, line))
  }
  if (!options.json) terminal.out(summary(terminal, tried, counts))
  return counts.matched > 0 ? 0 : 1
}

function tell(n: number, verdict: Verdict | undefined, time: number | undefined): Told {
  const failure = verdict?.kind === 'failure' ? verdict.failure : undefined
  const network = failure && parseNetwork(failure.id)
  return {
    n,
    matched: failure !== undefined,
    ignored: verdict?.kind === 'ignored',
    id: failure?.id,
    ip: network && printNetwork(network),
    time: time === undefined ? null : time / 1000,
    regex: verdict?.expression,
    fields: failure?.fields ?? {},
  }
}

function printTold(terminal: Terminal, { n, matched, ignored, id, regex }: Told, line: string): string {
  if (!matched && !ignored) return ''
  const word = matched
    ? paint(terminal, 'red', `${quote(terminal, id ?? '', 0)}`)
    : paint(terminal, 'yellow', 'ignored')
  return `${String(n).padStart(6)}  ${word}  by expression ${(regex ?? 0) + 1}\n        ${paint(terminal, 'dim', quote(terminal, line, 8))}\n`
}

function summary(
  terminal: Terminal,
  { settings }: Filter,
  counts: { lines: number; matched: number; ignored: number },
): string {
  const { lines, matched, ignored } = counts
  return `${paint(terminal, 'bold', settings.name)}: ${lines} lines, ${matched} matched, ${ignored} ignored, ${lines - matched - ignored} missed\n`
}

/** The lines of a file or of standard input, without their newline, an unfinished last one included. */
async function* lines({ world, input }: Setting, log: string): AsyncIterable<string> {
  let rest = Buffer.alloc(0)
  for await (const bytes of log === '-' ? input() : fileBytes(world.files.open(log))) {
    rest = Buffer.concat([rest, bytes])
    let start = 0
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end)
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > MAX_LINE_BYTES) throw new Fault('match.long-line', `a line of more than ${MAX_LINE_BYTES} bytes`)
  }
  if (rest.length > 0) yield rest.toString('utf8')
}

const MAX_LINE_BYTES = 16 * 1024 * 1024

async function* fileBytes(file: ReturnType<Setting['world']['files']['open']>): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(1024 * 1024)
  let at = 0
  for (let got = file.read(buffer, at); got > 0; got = file.read(buffer, at)) {
    at += got
    yield buffer.slice(0, got)
  }
  file.close()
}
