/**
 * A filter: text becomes a Failure. The text that the expressions see is the line without its date, with the newline at
 * its end, as Fail2ban's see it. Pure but for the sessions that it holds open.
 */
import { Fault } from '../base/fault.ts'
import type { EpochMs } from '../world/clock.ts'
import type { Failure } from './failure.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { Needle } from './prefilter.ts'
import { type Expression, expression, type Match } from './regex/expression.ts'
import { type Piece, type Sessions, sessions } from './session.ts'
import { expandTags } from './tags.ts'

/** What became of one line. */
export type Verdict =
  | { readonly kind: 'failure'; readonly failure: Omit<Failure, 'time'>; readonly expression: number }
  /** An expression matched, but tells of no failure (yet): a session goes on. */
  | { readonly kind: 'noted'; readonly expression: number }
  | { readonly kind: 'ignored'; readonly expression: number }

export interface Filter {
  readonly settings: FilterSettings
  /** For each failregex, what a line must hold for it to match; undefined: it must be tried on every line. */
  readonly needles: readonly (Needle | undefined)[]
  /**
   * @param text the line without its date and without its newline
   * @param line the whole line, kept as the match
   * @param only numbers of the expressions that may match; all if undefined
   */
  match(text: string, line: string, now: EpochMs, only?: readonly number[]): Verdict | undefined
}

interface Compiled {
  readonly fail: readonly Expression[]
  readonly ignore: readonly Expression[]
  readonly prefix: Expression | undefined
}

/** @throws Fault `filter.no-expression`, `filter.no-id`, `filter.lines`, `regex.*`, with the filter's file */
export function filter(settings: FilterSettings): Filter {
  const compiled = compile(settings)
  const open = sessions()
  return {
    settings,
    needles: compiled.fail.map((one) => needle(one, compiled.prefix)),
    match: (text, line, now, only) => match(compiled, open, { text: `${text}\n`, line, now, only }),
  }
}

function compile(settings: FilterSettings): Compiled {
  const { failregex, ignoreregex, prefregex, usedns, at, name } = settings
  if (failregex.length === 0) throw new Fault('filter.no-expression', `the filter ${name} has no failregex`, { at })
  if (settings.maxlines > 1) {
    throw new Fault('filter.lines', `the filter ${name} spans ${settings.maxlines} lines, which is not supported yet`, {
      at,
      hint: 'use <F-MLFID> sessions in place of maxlines',
    })
  }
  const each = (python: string) => translate(python, settings)
  const prefix = prefregex === undefined ? undefined : each(prefregex)
  const fail = failregex.map(each)
  for (const one of fail) {
    if (![...one.groups, ...(prefix?.groups ?? [])].some((group) => IDS.includes(group) || group === 'mlfid')) {
      throw new Fault('filter.no-id', `no <HOST>, <ADDR> or <F-ID> in the expression ${one.python}`, { at })
    }
  }
  return { fail, ignore: ignoreregex.map((python) => translate(python, { ...settings, usedns })), prefix }
}

function translate(python: string, { usedns, at, name }: FilterSettings): Expression {
  try {
    return expression(expandTags(python, usedns))
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    throw new Fault(thrown.code, `filter ${name}: ${thrown.message} in ${python}`, {
      at,
      cause: thrown,
      ...hint(thrown),
    })
  }
}

function hint({ hint }: Fault): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

/** In the order in which they give the id. Source: facts, section 1.3. */
const IDS = ['fid', 'ip4', 'ip6', 'dns']

function match(
  { fail, ignore, prefix }: Compiled,
  open: Sessions,
  given: { text: string; line: string; now: EpochMs; only: readonly number[] | undefined },
): Verdict | undefined {
  let { text } = given
  let around: Match['groups'] = {}
  if (prefix) {
    const found = prefix.search(text)
    if (!found) return undefined
    around = found.groups
    // What <F-CONTENT> holds is the whole line for the expressions.
    if (around['content'] !== undefined) text = around['content']
  }
  // Few ignoreregex are asked after a match, many before: the result is the same but for the count of ignored lines.
  const early = ignore.length > 0 && fail.length - ignore.length > 2
  if (early) {
    const ignored = ignore.findIndex((one) => one.search(text))
    if (ignored >= 0) return { kind: 'ignored', expression: ignored }
  }
  for (const index of given.only ?? fail.keys()) {
    const found = fail[index]!.search(text)
    if (!found) continue
    const ignored = early ? -1 : ignore.findIndex((one) => one.search(text))
    if (ignored >= 0) return { kind: 'ignored', expression: ignored }
    return judge(open, { fields: { ...around, ...found.groups }, lines: [given.line] }, given.now, index)
  }
  return undefined
}

function judge(open: Sessions, piece: Piece, now: EpochMs, index: number): Verdict {
  const session = piece.fields['mlfid']
  const whole = session === undefined ? alone(piece) : open.merge(piece, now)
  if (!whole) return { kind: 'noted', expression: index }
  const fields = settled(whole.fields)
  const group = IDS.find((name) => fields[name])
  if (!group) {
    if (session !== undefined) open.pend(session)
    return { kind: 'noted', expression: index }
  }
  const kind = group === 'fid' || group === 'dns' ? group : 'ip'
  const subnet = fields['cidr'] && kind === 'ip' ? `${fields[group]}/${fields['cidr']}` : fields[group]!
  return {
    kind: 'failure',
    expression: index,
    failure: { id: subnet, kind, lines: whole.lines, attempts: 1, fields: told(fields) },
  }
}

function alone(piece: Piece): Piece | undefined {
  return 'nofail' in piece.fields ? undefined : piece
}

/** `<F-ALT_X>` fills X where X is empty. */
function settled(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let result = fields
  for (const name in fields) {
    if (!name.startsWith('alt_')) continue
    const plain = /^alt_(.+?)\d*$/.exec(name)?.[1]
    if (plain && fields[name] && !result[plain]) result = { ...result, [plain]: fields[name] }
  }
  return result
}

const INTERNAL = new Set([...IDS, 'content', 'mlfid', 'mlfforget', 'mlfgained', 'nofail', 'cidr'])

function told(fields: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name in fields) if (!INTERNAL.has(name) && !name.startsWith('alt_')) result[name] = fields[name]!
  return result
}

/** A line that matches passes the prefregex too, so either's literals will do; the expression's own are rarer. */
function needle(one: Expression, prefix: Expression | undefined): Needle | undefined {
  const literals = one.literals ?? prefix?.literals
  if (!literals) return undefined
  const any = [...new Set(literals.any.map(uncut))]
  return any.every((piece) => piece !== '') ? { any, ignoreCase: literals.ignoreCase } : undefined
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
