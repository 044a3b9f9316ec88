/**
 * The values of an expression's named groups, with what the names themselves ask for: `<F-ALT_X>` and `<F-ALT_X_n>` fill X
 * where it is empty, `<F-TUPLE_X>` adds to X. Source: the behaviour of Fail2ban 1.0, compared with the installed program.
 */
import type { Expression, Match } from './regex/expression.ts'

/** A list is a tuple's, or the users of a session. A part that took no part is null. */
export type FieldValue = string | readonly (string | null)[]

/** By name; names whose group took no part are absent. */
export type Fields = Readonly<Record<string, FieldValue>>

/**
 * Reads the groups of a match of this expression. A value of its own stands before the prefregex's; so does a group of its
 * own that took no part. The hot path: the match's groups become the result.
 */
export function groupsReader(own: Expression, prefix?: Expression): (match: Match, around?: Fields) => OwnFields {
  const alternatives = named(own.groups, 'alt_')
  const parts = named(own.groups, 'tuple_')
  const taken = new Set([...own.groups, 'content'])
  const inherited = prefix ? allNames(prefix).filter((name) => !taken.has(name)) : []
  return (match, around) => {
    const fields: OwnFields = match.groups
    for (const { own, whole } of alternatives) {
      if (fields[own] && !fields[whole]?.length) fields[whole] = fields[own]
    }
    for (const { own, whole } of parts) fields[whole] = joined(fields[whole], fields[own])
    if (around) for (const name of inherited) if (!(name in fields) && name in around) fields[name] = around[name]!
    return fields
  }
}

export type OwnFields = Record<string, FieldValue>

/** With those that others fill. */
function allNames({ groups }: Expression): readonly string[] {
  const filled = [...named(groups, 'alt_'), ...named(groups, 'tuple_')].map(({ whole }) => whole)
  return [...new Set([...groups, ...filled])]
}

/** As Python prints it where one text is asked for. */
export function textOf(value: FieldValue): string {
  if (typeof value === 'string') return value
  const parts = value.map((part) => (part === null ? 'None' : quoted(part)))
  return `(${parts.join(', ')}${parts.length === 1 ? ',' : ''})`
}

interface Part {
  readonly own: string
  /** The name that it belongs to. */
  readonly whole: string
}

/** In the order of their names. */
function named(groups: readonly string[], prefix: string): readonly Part[] {
  return groups
    .filter((own) => own.startsWith(prefix))
    .sort()
    .map((own) => {
      const plain = own.slice(prefix.length).replace(/_\d+$/, '')
      return { own, whole: SHORT[plain] ?? plain }
    })
}

/** Tags whose group has a name of its own. */
const SHORT: Readonly<Record<string, string>> = { id: 'fid', port: 'fport' }

function joined(before: FieldValue | undefined, value: FieldValue | undefined): FieldValue {
  const parts = before === undefined || typeof before === 'string' ? [before ?? null] : before
  return [...parts, value === undefined ? null : textOf(value)]
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replace(/[\\\n\r\t]/g, (it) => ESCAPES[it]!)
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
