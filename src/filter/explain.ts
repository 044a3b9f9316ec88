/**
 * Why a line got its verdict: what the prefilter looked for, which expression decided and what it gave; where none did, how
 * far the nearest ones came. For people who look at one line: it takes milliseconds where matching takes microseconds.
 */
import { asFault } from '../base/fault.ts'
import { type Reach, reacher } from './explain-reach.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { Needle } from './prefilter.ts'
import { type Expression, expression, type Match } from './regex/expression.ts'
import { withinLimit } from './regex/limit.ts'
import { expandTags } from './tags.ts'
import type { Trial, Tried } from './trial.ts'

export interface Explanation {
  /** undefined: there is none, or an ignoreregex came before it. */
  readonly prefix: Looked | undefined
  /** The expression that decided. */
  readonly decided: Looked | undefined
  /** Where none did: those that came furthest, the nearest first. */
  readonly nearest: readonly Looked[]
  /** How many failregex there are. */
  readonly of: number
  /** Expressions that there was no time to look at. */
  readonly unseen: number
  /** Literals of which the line holds none: so many expressions are not even asked for that. */
  readonly missing: readonly { readonly any: readonly string[]; readonly expressions: number }[]
}

/** One expression on this line. */
export interface Looked {
  readonly option: 'prefregex' | 'failregex' | 'ignoreregex'
  /** From 0. */
  readonly index: number
  readonly of: number
  /** As the filter has it. */
  readonly python: string
  /** What it was shown. */
  readonly text: string
  readonly match?: Match | undefined
  /** How far it came, if it did not match and that can be told. */
  readonly reach?: Reach | undefined
  /** What the prefilter looks for, and what of it the line holds; undefined: nothing, each line is tried. */
  readonly needle?: { readonly any: readonly string[]; readonly here: readonly string[] } | undefined
}

export interface Explainer {
  explain(line: string, tried: Tried): Explanation
}

/** @param monotonic milliseconds that pass */
export function explainer({ filter: { settings, needles } }: Trial, monotonic: () => number): Explainer {
  const { failregex } = settings
  const of = failregex.length
  const looking = { settings, needles, ...engines(settings) }
  return {
    explain(line, tried) {
      const until = monotonic() + MOST_MS
      const prefix = prefixOf(looking, line, tried)
      const decided = decidedBy(looking, line, tried)
      if (decided || tried.prefix === 'missed') return { prefix, decided, nearest: [], of, unseen: 0, missing: [] }
      const looked: Looked[] = []
      for (const [index, python] of failregex.entries()) {
        if (monotonic() > until) break
        const found = { reach: looking.reach(python, tried.text), needle: needleIn(needles[index], line) }
        looked.push({ option: 'failregex', index, of, python, text: tried.text, ...found })
      }
      return { prefix, decided, nearest: nearest(looked), of, unseen: of - looked.length, missing: missing(looked) }
    },
  }
}

interface Looking extends Engines {
  readonly settings: FilterSettings
  readonly needles: Trial['filter']['needles']
}

/** Both give up on what takes too long. */
interface Engines {
  readonly search: (python: string, text: string, multiline: boolean) => Match | undefined
  readonly reach: (python: string, text: string) => Reach | undefined
}

function engines({ usedns, maxlines }: FilterSettings): Engines {
  const reaching = reacher(usedns, maxlines > 1)
  const known = new Map<string, Expression>()
  return {
    search(python, text, multiline) {
      const one = known.get(python) ?? expression(expandTags(python, usedns), multiline ? { multiline } : {})
      known.set(python, one)
      return limited(() => one.search(text))
    },
    reach: (python, text) => limited(() => reaching.reach(python, text)),
  }
}

function prefixOf({ settings, search, reach }: Looking, line: string, tried: Tried): Looked | undefined {
  const { prefregex: python } = settings
  const { date, prefix, text } = tried
  if (python === undefined || prefix === undefined) return undefined
  const looked = { option: 'prefregex' as const, index: 0, of: 1, python }
  if (prefix === 'missed') return { ...looked, text, reach: reach(python, text) }
  const whole = `${date ? line.slice(0, date.start) + line.slice(date.end) : line}\n`
  return { ...looked, text: whole, match: search(python, whole, false) }
}

function decidedBy({ settings, needles, search }: Looking, line: string, tried: Tried): Looked | undefined {
  const { failregex, ignoreregex, maxlines } = settings
  const { matches, ignored, text } = tried
  const index = matches[0]?.expression
  if (index !== undefined) {
    const python = failregex[index]!
    const looked = { option: 'failregex' as const, index, of: failregex.length, python, text }
    return { ...looked, match: search(python, text, maxlines > 1), needle: needleIn(needles[index], line) }
  }
  if (ignored === undefined) return undefined
  const python = ignoreregex[ignored]!
  const looked = { option: 'ignoreregex' as const, index: ignored, of: ignoreregex.length, python, text }
  return { ...looked, match: search(python, text, false) }
}

/** For all expressions of a line together, and for one of them. */
const MOST_MS = 2000
const MOST_MS_EACH = 200
const MOST_NEAREST = 3

/** undefined as well where it took too long. */
function limited<T>(act: () => T | undefined): T | undefined {
  try {
    return withinLimit(MOST_MS_EACH, act)
  } catch (thrown) {
    if (asFault(thrown, '').code.startsWith('regex.')) return undefined
    throw thrown
  }
}

/** The first set that the line holds nothing of, else the first of all. */
function needleIn(needle: Needle | undefined, line: string): Looked['needle'] {
  if (!needle) return undefined
  const sets = [needle, ...(needle.also ?? [])].map(({ any, ignoreCase }) => {
    const text = ignoreCase ? lower(line) : line
    return { any, here: any.filter((one) => text.includes(one)) }
  })
  return sets.find(({ here }) => here.length === 0) ?? sets[0]
}

/** ASCII alone, as the scan folds it. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** None that came not half as far as the nearest: they are about other lines. */
function nearest(looked: readonly Looked[]): readonly Looked[] {
  const came = looked.filter(({ reach }) => reach !== undefined).sort((a, b) => b.reach!.literal - a.reach!.literal)
  const most = came[0]?.reach?.literal ?? 0
  return came.slice(0, MOST_NEAREST).filter(({ reach }, index) => index === 0 || reach!.literal * 2 > most)
}

function missing(looked: readonly Looked[]): Explanation['missing'] {
  const sets = new Map<string, { any: readonly string[]; expressions: number }>()
  for (const { needle } of looked) {
    if (!needle || needle.here.length > 0) continue
    const key = needle.any.join('\0')
    const before = sets.get(key)
    sets.set(key, { any: needle.any, expressions: (before?.expressions ?? 0) + 1 })
  }
  return [...sets.values()]
}
