/** A filter's expressions, ready to search, and the literals without which none of them can match. */
import { Fault, type Place } from '../base/fault.ts'
import type { FilterSettings } from './filter-settings.ts'
import { type Fields, groupsReader, type OwnFields } from './groups.ts'
import type { Needle } from './prefilter.ts'
import { type Expression, expression, type Flags, type Match } from './regex/expression.ts'
import { byWorth, worthOf } from './regex/rarity.ts'
import { type Watch, watch } from './regex/watch.ts'
import { expandTags } from './tags.ts'

export interface Compiled {
  readonly fail: readonly Reader[]
  readonly ignore: readonly Expression[]
  readonly prefix: Reader | undefined
  /** For each failregex, what a line must hold for it to match; undefined: it must be tried on every line. */
  readonly needles: readonly (Needle | undefined)[]
  /** Over the time of all expressions. */
  readonly watch: Watch
}

/** An expression whose groups are of interest. */
export interface Reader extends Expression {
  /** The values that it has, and those around it. They are the caller's, and the match's no more. */
  readonly read: (match: Match, around?: Fields) => OwnFields
}

/** @throws Fault `filter.no-expression`, `filter.no-id`, `regex.*`, with the place in the filter's file */
export function compileFilter(settings: FilterSettings): Compiled {
  const { failregex, ignoreregex, prefregex, maxlines, at, name } = settings
  if (failregex.length === 0) throw new Fault('filter.no-expression', `the filter ${name} has no failregex`, { at })
  const task: Task = { settings, keeper: watch(maxlines) }
  const prefix = prefregex === undefined ? undefined : reader(translate(prefregex, task, 'prefregex'))
  const fail = failregex.map((python) =>
    reader(translate(python, task, 'failregex', maxlines > 1 ? { multiline: true } : {}), prefix),
  )
  for (const [index, { groups }] of fail.entries()) {
    if (![...groups, ...(prefix?.groups ?? [])].some((group) => IDS.has(group))) {
      throw new Fault('filter.no-id', `the filter ${name} cannot tell whom to ban by ${failregex[index]}`, {
        at: placeOf(settings, 'failregex'),
        hint: 'write <HOST> or <ADDR> where the address stands, or <F-ID>...</F-ID> around another id',
      })
    }
  }
  const ignore = ignoreregex.map((python) => translate(python, task, 'ignoreregex'))
  // Where an expression may span lines, each line may be one of its.
  const needles = fail.map((one) => (maxlines > 1 ? undefined : needle(one, prefix)))
  return { fail, ignore, prefix, needles, watch: task.keeper }
}

/** Groups that say, or will once the session says more, whom a failure is of. */
const IDS = new Set(['fid', 'ip4', 'ip6', 'dns', 'mlfid'])

function reader(one: Expression, prefix?: Expression): Reader {
  return { ...one, read: groupsReader(one, prefix) }
}

type Option = 'failregex' | 'ignoreregex' | 'prefregex'

interface Task {
  readonly settings: FilterSettings
  readonly keeper: Watch
}

function translate(python: string, { settings, keeper }: Task, option: Option, flags: Flags = {}): Expression {
  // What is told of it names the expression as the filter has it.
  const named: Watch = { ...keeper, over: (engines) => keeper.over({ ...engines, python }) }
  try {
    return expression(expandTags(python, settings.usedns), flags, named)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    throw new Fault(thrown.code, `filter ${settings.name}: ${thrown.message} in its ${option} ${python}`, {
      at: placeOf(settings, option),
      cause: thrown,
      ...hintFor(thrown, python),
    })
  }
}

function placeOf({ at, places }: FilterSettings, option: Option): Place {
  return places?.[option] ?? at
}

function hintFor({ message, hint }: Fault, python: string): { readonly hint?: string } {
  if (/\bgroup\b/.test(message) && (python.match(ADDRESS_TAG)?.length ?? 0) > 1)
    return {
      hint: 'an expression may have one address only: <HOST>, <ADDR>, <SUBNET> and their like name the same groups',
    }
  return hint === undefined ? {} : { hint }
}

const ADDRESS_TAG = /<(?:HOST|ADDR|SUBNET|IP4|IP6|DNS|F-(?:ADDR|SUBNET|IP4|IP6|DNS)\/)>/g

/**
 * A line that matches passes the prefregex too, so it holds the literals of both; what tells most first. What is left of them
 * may stand in every line: `[] "GET /` becomes `"GET `.
 */
function needle(one: Expression, prefix: Expression | undefined): Needle | undefined {
  const sets = [one.literals, prefix?.literals]
    .flatMap((literals) => (literals ? [literals, ...literals.also] : []))
    .map(({ any, ignoreCase }) => ({ any: [...new Set(any.map(uncut))], ignoreCase }))
    .filter(({ any }) => any.every((piece) => piece !== ''))
  const [first, ...others] = sets
    .map((set) => ({ set, ...worthOf(set.any.map((text) => ({ text, folded: set.ignoreCase }))) }))
    .sort(byWorth)
  return first && { ...first.set, also: others.filter(({ telling }) => telling).map(({ set }) => set) }
}

/**
 * The longest piece of a literal that still stands in one piece in the raw line. The expressions see the line without its
 * date, so a literal may have stood around it; but a date begins and ends at the edge of a word, so it can only have been
 * cut out between two characters that are none of a word.
 */
function uncut(literal: string): string {
  const pieces = literal.split(/(?<=[^\w])(?=[^\w])/u)
  return pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
}
