/**
 * Which of many templates a line's date is. The template that hit last is tried first, at the same place; then the list,
 * in an order in which the successful ones bubble up. A hit further right than was seen before may be a date inside
 * the message, so it only counts if nothing better is found. All of it is Fail2ban's behaviour, compared line by line
 * with the installed program: another choice is another date, and another cut.
 */
import type { EpochMs } from '../../world/clock.ts'
import { hasForm, hitAt, hitIn, type Memory, memoryOf, windowOf } from './memory.ts'
import { mayHoldDate } from './shape.ts'
import type { Flavour, Hit, Template } from './template.ts'

export interface Choice {
  find(line: string, now: EpochMs, years: string): Found | undefined
  templates(): readonly TemplateUse[]
  /** What is enough to know that a line has the same date as the last one; undefined where a search is needed. */
  steady(): Steady | undefined
  /** As if so many lines with the steady date had been given to `find`. */
  repeat(count: number, now: EpochMs): void
}

/** A line has the date of the line before if this ASCII text stands at its begin, or from its first `mark` on. */
export interface Steady {
  readonly window: string
  /** The first character of the window; undefined: it stands at the line's begin. */
  readonly mark: string | undefined
}

/** A template, and how it has fared. */
export interface TemplateUse {
  readonly template: Template
  readonly hits: number
  /** What decides between templates: its hits and its own weight, less the further right it was found. */
  readonly weight: number
}

export interface Found {
  readonly hit: Hit
  readonly template: Template
}

interface Entry {
  readonly template: Template
  hits: number
  usedAt: EpochMs
  /** Where its last hit stood; far to the right before the first. */
  stoodAt: number
}

interface State {
  readonly entries: Entry[]
  /** Index of the template that hit last; -1 before the first hit. */
  last: number
  /** Entries before this one have all been used. */
  untried: number
  place: Place
  /** Nothing but the default forms, whose shape is known. */
  readonly stock: boolean
  /** The last hit, as it may be found again without a search. */
  memory: Memory | undefined
  /** The same for a template that is anchored. */
  held: Held | undefined
}

/** The last hit of an anchored template: where its text stands at the same place there is no need of a search. */
interface Held {
  readonly steady: Steady
  /** Where the text stood. */
  readonly start: number
  readonly hit: Hit
  /** Where in the text its two digits of a second stand; -1 if that is not plain. */
  readonly seconds: number
}

/** Where the last hit stood, and the characters at both sides of its two ends. */
interface Place {
  from: number
  to: number
  readonly outerLeft: string
  readonly innerLeft: string
  readonly innerRight: string
  readonly outerRight: string
}

export function choice(templates: readonly Template[]): Choice {
  const state: State = {
    entries: templates.map((template) => ({ template, hits: 0, usedAt: 0, stoodAt: NOT_YET })),
    last: -1,
    untried: 0,
    place: { from: 1, to: NOT_YET, outerLeft: '', innerLeft: '', innerRight: '', outerRight: '' },
    stock: templates.every((template) => template.stock !== undefined),
    memory: undefined,
    held: undefined,
  }
  return {
    find(line, now, years) {
      const known = state.held ? holdOrTick(state, state.held, line) : state.memory && recall(state, state.memory, line)
      if (known) return repeat(state, known, now)
      const how = { wide: NOT_ASCII.test(line), years }
      const picked = pick(state, line, how)
      if (!picked) return undefined
      use(state, picked, line, now)
      state.memory = memoryOf(picked.hit, picked.entry.template, line, state.memory, (text) =>
        othersHit(state, text, how),
      )
      state.held = heldOf(picked, line)
      return { hit: picked.hit, template: picked.entry.template }
    },
    steady: () => state.held?.steady,
    repeat(count, now) {
      const entry = state.entries[state.last]
      if (!entry) return
      entry.hits += count
      entry.usedAt = now
    },
    templates: () => state.entries.map((one) => ({ template: one.template, hits: one.hits, weight: weight(one) })),
  }
}

const NOT_YET = 1 << 30
const NOT_ASCII = /[^\x00-\x7f]/
/** A template that was not used for this long gives way to any other. */
const STALE_MS = 5 * 60_000

interface Picked {
  readonly entry: Entry
  readonly index: number
  readonly hit: Hit
}

/** What the template that hit last says of a line: the line's date if it stands where it stood before, else a second best. */
interface Again {
  readonly hit: Hit | undefined
  readonly sure: boolean
  /** Nothing new would come of searching the line for it. */
  readonly done: boolean
}

const NOT_AGAIN: Again = { hit: undefined, sure: false, done: false }

function again(state: State, line: string, how: Flavour): Again {
  const template = state.entries[state.last]?.template
  if (!template) return NOT_AGAIN
  if (template.anchored) {
    const hit = template.search(line, 0, line.length, how)
    return { hit, sure: hit !== undefined, done: true }
  }
  const { place } = state
  const near = sameNeighbours(place, line)
  const hit = near ? template.search(line, place.from, place.to, how) : template.search(line, 0, line.length, how)
  // Where there is no other template its word is enough.
  const same = hit !== undefined && hit.from === place.from && hit.end === place.to
  const sure = same || (hit !== undefined && state.entries.length === 1)
  return { hit, sure, done: !near }
}

/**
 * The hot path: the same text as last time. At the same place Fail2ban takes the last template at its word. Elsewhere
 * it searches the line for all others and comes back to this one if nothing else hits: that is known without a search
 * where no other template can hit this text and nothing outside it has the shape of a date.
 */
function recall(state: State, memory: Memory, line: string): Hit | undefined {
  const { place } = state
  const hit = hitAt(memory, line, place.from)
  if (hit || !memory.alone) return hit
  const elsewhere = hitIn(memory, line)
  if (!elsewhere || elsewhere.from < 3 || sameNeighbours(place, line)) return undefined
  return mayHoldDate(line, elsewhere.from + 3, elsewhere.end - 3) ? undefined : elsewhere
}

/** The same reasoning for a text that differs from the last in its digits only: the next second. */
function isAlone({ stock, memory }: State, { entry, hit }: Picked, line: string): boolean {
  if (!stock || !memory?.alone || memory.template !== entry.template || hit.from < 3) return false
  return hasForm(memory, line, hit) && !mayHoldDate(line, hit.from + 3, hit.end - 3)
}

/** Anchored templates are no others: away from the line's begin they cannot hit. */
function othersHit({ entries, stock, last }: State, text: string, how: Flavour): boolean {
  if (!stock) return true
  return entries.some(
    ({ template }, index) => index !== last && !template.anchored && template.search(text, 0, text.length, how),
  )
}

/**
 * The template that hit last is taken at its word where it is anchored, whatever else the line holds. Then the text from the
 * line's begin, or from the mark that must stand before the date, up to the date's end and what bounds it, decides.
 */
function heldOf({ entry: { template }, hit }: Picked, line: string): Held | undefined {
  if (!template.anchored) return undefined
  const mark = template.behind
  if (mark === undefined && (template.stock === undefined || hit.from !== 0)) return undefined
  const start = mark === undefined ? 0 : hit.start - 1
  if (mark !== undefined && line.charAt(start) !== mark) return undefined
  const around = windowOf(line, start, hit.end)
  // What ends with the line would need a look at what ends a line.
  if (!around || around.ends) return undefined
  return { steady: { window: around.window, mark }, start, hit, seconds: placeOfSeconds(hit, around.window) }
}

function placeOfSeconds({ names, groups }: Hit, window: string): number {
  const [hour, minute, second] = ['H', 'M', 'S'].map((name) => groups[names.indexOf(name) + 1] ?? '')
  const time = `${hour}:${minute}:${second}`
  const at = window.indexOf(time)
  return SECONDS.test(second!) && at >= 0 && at === window.lastIndexOf(time) ? at + time.length - 2 : -1
}

const SECONDS = /^[0-5]\d$/

/** The same text, or the same but for the second: most lines that are no longer the last one's are the next one's. */
function holdOrTick(state: State, held: Held, line: string): Hit | undefined {
  const hit = hold(held, line)
  if (hit || held.seconds < 0) return hit
  const next = tick(held, line)
  if (!next) return undefined
  state.held = next
  // What it held is another second.
  state.memory = undefined
  return next.hit
}

function tick({ steady: { window, mark }, start, hit, seconds }: Held, line: string): Held | undefined {
  const at = mark === undefined ? 0 : line.indexOf(mark)
  if (at < 0) return undefined
  const second = line.slice(at + seconds, at + seconds + 2)
  const other = window.slice(0, seconds) + second + window.slice(seconds + 2)
  if (!SECONDS.test(second) || !line.startsWith(other, at)) return undefined
  const groups = [...hit.groups]
  groups[hit.names.indexOf('S') + 1] = second
  const by = at - start
  const moved = { ...hit, groups, start: hit.start + by, end: hit.end + by }
  return { steady: { window: other, mark }, start: at, hit: moved, seconds }
}

function hold({ steady: { window, mark }, start, hit }: Held, line: string): Hit | undefined {
  const at = mark === undefined ? 0 : line.indexOf(mark)
  if (at < 0 || !line.startsWith(window, at)) return undefined
  return at === start ? hit : { ...hit, start: hit.start + at - start, end: hit.end + at - start }
}

/** A hit of the last template again: only numbers change. */
function repeat(state: State, hit: Hit, now: EpochMs): Found {
  const entry = state.entries[state.last]!
  entry.hits++
  entry.usedAt = now
  entry.stoodAt = hit.from
  state.place.from = hit.from
  state.place.to = hit.end
  return { hit, template: entry.template }
}

/** Both ends must look as before: the character outside is the same, or the one inside is and belongs to no word. */
function sameNeighbours(place: Place, line: string): boolean {
  const { from, to } = place
  const left =
    (from > 0 ? line.charAt(from - 1) : '') === place.outerLeft ||
    (line.charAt(from) === place.innerLeft && !ALNUM.test(place.innerLeft))
  if (!left) return false
  return (
    line.charAt(to) === place.outerRight ||
    ((to > 0 ? line.charAt(to - 1) : '') === place.innerRight && !ALNUM.test(place.innerRight))
  )
}

const ALNUM = /^[\p{L}\p{N}]$/u

function pick(state: State, line: string, how: Flavour): Picked | undefined {
  const { entries, place, last } = state
  const { hit: known, sure, done } = again(state, line, how)
  let reserve = known && { entry: entries[last]!, index: last, hit: known }
  if (sure || (reserve && done && isAlone(state, reserve, line))) return reserve
  if (state.stock && !mayHoldDate(line, 0, 0)) return undefined
  for (const [index, entry] of entries.entries()) {
    const hit = done && index === last ? undefined : entry.template.search(line, 0, line.length, how)
    if (!hit) continue
    const further = hit.from > entry.stoodAt || hit.from > place.from
    if (!further || entry.template.anchored || index === entries.length - 1) return { entry, index, hit }
    if (!reserve || hit.from < reserve.hit.from) reserve = { entry, index, hit }
  }
  return reserve
}

function use(state: State, { entry, index, hit }: Picked, line: string, now: EpochMs): void {
  const { from, end: to } = hit
  entry.hits++
  entry.usedAt = now
  entry.stoodAt = from
  if (state.untried === index) state.untried++
  state.place = {
    from,
    to,
    outerLeft: from > 0 ? line.charAt(from - 1) : '',
    innerLeft: line.charAt(from),
    innerRight: to > 0 ? line.charAt(to - 1) : '',
    outerRight: line.charAt(to),
  }
  state.last = index > 0 && index !== state.last ? bubble(state, index, now) : index
}

/** Moves a template up the list; returns where it stands then. */
function bubble(state: State, index: number, now: EpochMs): number {
  const { entries } = state
  const entry = entries[index]!
  const mayPass = (other: Entry) => weight(entry) > weight(other) || now - STALE_MS > other.usedAt
  // In one leap to the first that was never used, or half the way; else one step.
  let target = state.untried < index ? state.untried : index >> 1
  if (!mayPass(entries[target]!)) {
    if (target === index - 1) return index
    target = index - 1
    if (!mayPass(entries[target]!)) return index
  }
  entries.splice(index, 1)
  entries.splice(target, 0, entry)
  while (state.untried < entries.length && entries[state.untried]!.hits > 0) state.untried++
  return target
}

function weight(entry: Entry): number {
  return (entry.hits * entry.template.weight) / Math.max(1, entry.stoodAt)
}
