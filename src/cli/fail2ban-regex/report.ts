/** The report at the end: what matched how often, how dates were read, how many lines, and the lines themselves. */
import type { TemplateUse } from '../../filter/date/choice.ts'
import { type LocalTime, localTime } from '../../filter/date/local-time.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import { expandTags } from '../../filter/tags.ts'
import type { EpochMs } from '../../world/clock.ts'
import { debuggexLink } from './debuggex.ts'
import type { Options } from './options.ts'
import type { Hits, Kind, Tally } from './tally.ts'

export interface Reported {
  readonly settings: FilterSettings
  readonly options: Options
  readonly tally: Tally
  readonly templates: readonly TemplateUse[]
  /** For findings that have no time of their own. */
  readonly now: EpochMs
  readonly seconds: number
}

/** All of it, line by line. */
export function* report(it: Reported): Iterable<string> {
  const { settings, options, tally } = it
  const { counts } = tally
  yield* ['', 'Results', '=======']
  yield* prefixPart(it)
  yield* expressionPart(it, 'Failregex', settings.failregex, tally.fail)
  yield* expressionPart(it, 'Ignoreregex', settings.ignoreregex, tally.ignore)
  yield* ['', 'Date template hits:']
  yield* list(datePart(it), '[# of hits] date format')
  const { tested, ignored, matched, missed } = counts
  yield* ['', `Lines: ${tested} lines, ${ignored} ignored, ${matched} matched, ${missed} missed`]
  yield* [`[processed in ${it.seconds.toFixed(2)} sec]`, '']
  if (options.printAllMatched) yield* linePart(it, 'matched', true)
  if (!options.printNoIgnored) yield* linePart(it, 'ignored', options.printAllIgnored)
  if (!options.printNoMissed) yield* linePart(it, 'missed', options.printAllMissed)
}

function* list(lines: readonly string[], header?: string): Iterable<string> {
  if (lines.length === 0) return
  if (header !== undefined) yield `|- ${header}`
  for (const line of lines) yield `|  ${line}`
  yield '`-'
}

function* prefixPart({ settings, tally }: Reported): Iterable<string> {
  if (settings.prefregex === undefined) return
  yield* ['', `Prefregex: ${tally.prefix.hits} total`]
  const groups = tally.prefix.groups.map((one) => `    ${one}`)
  yield* list([expandTags(settings.prefregex, settings.usedns), ...groups])
}

function* expressionPart(
  { options, now }: Reported,
  title: string,
  expressions: readonly string[],
  hits: readonly Hits[],
): Iterable<string> {
  yield* ['', `${title}: ${hits.reduce((sum, { count }) => sum + count, 0)} total`]
  const lines: string[] = []
  const local = localTime()
  for (const [index, { count, found }] of hits.entries()) {
    if (count === 0 && options.verbose === 0) continue
    lines.push(`${String(index + 1).padStart(2)}) [${count}] ${expressions[index]}`)
    for (const { id, time, several } of found) {
      lines.push(`    ${id}  ${asctime(time ?? now, local)}${several ? ' (multiple regex matched)' : ''}`)
    }
  }
  yield* list(lines, ' #) [# of hits] regular expression')
}

function datePart({ templates, options }: Reported): string[] {
  return templates.flatMap(({ template, hits, weight }) => {
    if (hits === 0 && options.verbose === 0) return []
    const line = `[${hits}] ${template.name}`
    if (!options.verboseDate) return [line]
    const weights = `${weight.toFixed(3)} (${template.weight.toFixed(3)})`
    return [line, `    # weight: ${weights}, pattern: ${template.pattern}`]
  })
}

function* linePart({ tally, settings, options }: Reported, kind: Kind, all: boolean): Iterable<string> {
  const count = tally.counts[kind]
  if (count === 0) return
  const header = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} line(s):`
  if (count >= tally.most && !all) {
    yield `${header} too many to print.  Use --print-all-${kind} to print all ${count} lines`
    return
  }
  const lines = tally.kept[kind]
  if (!options.debuggex) {
    yield* list(lines.map(stripped), header)
    return
  }
  const expressions = kind === 'ignored' ? settings.ignoreregex : settings.failregex
  const links = lines.flatMap((line) => expressions.map((one) => debuggexLink(line, one, settings)))
  yield* list(links.map(stripped), header)
}

/** Python's str.rstrip(). */
function stripped(line: string): string {
  return line.replace(BLANKS_AT_END, '')
}

const BLANKS_AT_END = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Sun Nov 22 17:00:00 2026`, local time: as TZ has it, a POSIX zone too, which Date does not know. */
function asctime(time: EpochMs, local: LocalTime): string {
  const at = new Date(local.wall(Math.floor(time / 1000) * 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hour = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCDate())} ${hour} ${at.getUTCFullYear()}`
}
