/** Finds the date in a line: which of many templates it is, where it stands, and which moment it means. */
import { Fault } from '../../base/fault.ts'
import type { EpochMs } from '../../world/clock.ts'
import { choice, type Found, type Steady, type TemplateUse } from './choice.ts'
import { localTime } from './local-time.ts'
import { templatesOf } from './pattern.ts'
import type { Hit, Template } from './template.ts'
import { exactYears } from './token.ts'
import { zoneOffset } from './zone.ts'

export interface DateFound {
  /** undefined: it looks like a date and is cut out as one, but the calendar has no such day, or no such zone is known. */
  readonly time: EpochMs | undefined
  /** The span that is cut out of the line. */
  readonly start: number
  readonly end: number
  /** The template's name. */
  readonly template: string
  /** It came with a zone: Fail2ban then holds it as an int, else as a float. */
  readonly whole: boolean
}

export interface DateOptions {
  /** A filter's `datepattern`; undefined: the default templates. */
  readonly patterns?: string | undefined
  /** The zone of dates that name none, as `logtimezone` has it: `UTC+0200`, `CET`; undefined: local time. */
  readonly zone?: string | undefined
  /** What local time is, as TZ has it: `Europe/Berlin`, `CET-1CEST`; undefined: this process's own. */
  readonly local?: string | undefined
  /** What decides which years are years, where `now` is not the present; undefined: `now`. */
  readonly today?: EpochMs | undefined
}

export interface DateDetector {
  /** The line's date; undefined if it has none. What earlier lines had decides between several possible ones. */
  find(line: string, now: EpochMs): DateFound | undefined
  /** How often each template was found, those that were never found left out, in the order of preference. */
  hits(): readonly { readonly template: string; readonly hits: number }[]
  /** All templates, in the order of preference. */
  templates(): readonly TemplateUse[]
  /** What is enough to know that a line has the same date as the last one; undefined where a search is needed. */
  steady(): Steady | undefined
  /** As if so many lines with the steady date had been given to `find`. */
  repeat(count: number, now: EpochMs): void
}

/** @throws Fault `date.pattern` with the place in the pattern, `date.zone` */
export function dateDetector(options: DateOptions): DateDetector {
  const zone = options.zone === undefined ? undefined : fixedZone(options.zone)
  const local = localTime(options.local)
  const chosen = choice(templatesOf(options.patterns))
  let years: { readonly until: EpochMs; readonly text: string } | undefined
  const yearsAt = (now: EpochMs): string => {
    if (!years || now >= years.until) {
      const year = new Date(local.wall(now)).getUTCFullYear()
      years = { until: Date.UTC(year + 1, 0, 1) - (local.wall(now) - now), text: exactYears(year) }
    }
    return years.text
  }
  const read = reader(
    (hit, template, now) => template.time(hit, { now, local, zone }),
    (hit, template) => template.isWhole(hit, zone),
  )
  let known: EpochMs | undefined
  return {
    find(line, now) {
      const found = chosen.find(line, now, yearsAt(options.today ?? now))
      if (!found) return undefined
      const { start, end } = found.hit
      const { time, whole } = start === end ? { time: recent(known, now), whole: false } : read(found, now)
      if (start !== end && time !== undefined) known = time
      return { time, start, end, template: found.template.name, whole }
    },
    hits: () => chosen.templates().flatMap(({ template, hits }) => (hits > 0 ? { template: template.name, hits } : [])),
    templates: () => chosen.templates(),
    steady: () => chosen.steady(),
    repeat: (count, now) => chosen.repeat(count, now),
  }
}

/** Reads a time once: the same parts mean the same moment while now stays in its second. */
function reader(
  time: (hit: Hit, template: Template, now: EpochMs) => EpochMs | undefined,
  isWhole: (hit: Hit, template: Template) => boolean,
) {
  let last: Found | undefined
  let second = Number.NaN
  let held: Pick<DateFound, 'time' | 'whole'> | undefined
  return (found: Found, now: EpochMs): Pick<DateFound, 'time' | 'whole'> => {
    const current = Math.floor(now / 1000)
    if (!held || !last || current !== second || !sameParts(found, last)) {
      const later = held && last && current === second ? laterInMinute(found, last, held.time) : undefined
      held =
        held && later !== undefined
          ? { time: later, whole: held.whole }
          : { time: time(found.hit, found.template, now), whole: isWhole(found.hit, found.template) }
    }
    last = found
    second = current
    return held
  }
}

/** The time of a date that differs from the last in its seconds alone; undefined for any other, or without a whole day. */
function laterInMinute({ hit, template }: Found, before: Found, time: EpochMs | undefined): EpochMs | undefined {
  const { names, groups } = hit
  if (time === undefined || template !== before.template) return undefined
  let by: number | undefined
  let wholeDays = 0
  for (let at = 0; at < names.length; at++) {
    const name = names[at]
    const [now, then] = [groups[at + 1], before.hit.groups[at + 1]]
    if (name === 'Y' || name === 'd') wholeDays++
    if (name === '' || name === 'f' || now === then) continue
    if (name !== 'S' || by !== undefined || !SECONDS.test(now ?? '') || !SECONDS.test(then ?? '')) return undefined
    by = Number(now) - Number(then)
  }
  return by === undefined || wholeDays < 2 ? undefined : time + by * 1000
}

const SECONDS = /^[0-5]\d$/

function sameParts({ hit, template }: Found, before: Found): boolean {
  if (template !== before.template) return false
  if (hit.groups === before.hit.groups) return true
  let named = false
  for (let at = 0; at < hit.names.length; at++) {
    if (hit.names[at] === '') continue
    named = true
    if (hit.groups[at + 1] !== before.hit.groups[at + 1]) return false
  }
  // An epoch has no names.
  return named
}

/** A pattern that matches nothing says that a log may have no dates ({NONE}): such a line happens with the one before it. */
function recent(known: EpochMs | undefined, now: EpochMs): EpochMs {
  return known !== undefined && known > now - 60_000 ? known : now
}

function fixedZone(text: string): number {
  const minutes = zoneOffset(text)
  if (minutes !== undefined) return minutes
  throw new Fault('date.zone', `"${text}" is no time zone that a log may have`, {
    hint: 'write an offset like UTC+0200 or an abbreviation like CET',
  })
}
