/** A translated expression at work: V8's RegExp, and Python's names for what it found. */
import { Fault } from '../../base/fault.ts'
import type { Alphabet, Encoded } from './alphabet.ts'
import { type Printed, print } from './print.ts'
import type { Plan, Replay } from './replay.ts'

export interface Match {
  /** Offset in the text, in UTF-16 units as JavaScript counts. */
  readonly start: number
  /** Offset behind the match. */
  readonly end: number
  /** The text of each named group that took part; it has no prototype, so that no name can hit one of its members. */
  readonly groups: Readonly<Record<string, string>>
}

export type Search = (text: string) => Match | undefined

/**
 * @param ascii the texts are nothing but ASCII; otherwise they are encoded in the alphabet
 * @throws Fault `regex.unsupported` if V8 finds it too large
 */
export function matcher(plan: Plan, alphabet: Alphabet, ascii: boolean): Search {
  const printed = print(plan.root, alphabet, ascii)
  const regex = compile(printed.source, '')
  const named = numbered(plan.names, printed)
  const replays = plan.replays.map((replay) => replayer(replay, printed, alphabet, ascii))
  const Groups = groupsOf()
  return (text) => {
    const found = run(regex, text)
    if (found === null) return undefined
    const groups = new Groups()
    read(found, named, groups)
    for (const replay of replays) replay(text, found, groups)
    const seen = printed.tail === undefined ? 0 : found[printed.tail]!.length
    return { start: found.index, end: found.index + found[0].length - seen, groups }
  }
}

/** The match in a text that was encoded, in terms of the text as it was. */
export function decoded(search: Search, encoded: Encoded): Match | undefined {
  const found = search(encoded.text)
  if (!found) return undefined
  const groups: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(found.groups)) groups[name] = encoded.decode(value)
  return { start: encoded.offset(found.start), end: encoded.offset(found.end), groups }
}

/**
 * What makes objects without anything inherited, of one shape for all matches of an expression: V8 keeps them as it keeps
 * objects of a class, where it makes a hash table of each `Object.create(null)`.
 */
function groupsOf(): new () => Record<string, string> {
  const Groups = class {}
  Object.setPrototypeOf(Groups.prototype, null)
  Reflect.deleteProperty(Groups.prototype, 'constructor')
  return Groups as unknown as new () => Record<string, string>
}

interface Named {
  readonly name: string
  readonly number: number
}

function numbered(names: ReadonlyMap<string, number>, printed: Printed): readonly Named[] {
  return [...names].flatMap(([name, group]) =>
    (printed.groups.get(group) ?? []).map((number): Named => ({ name, number })),
  )
}

function read(found: RegExpExecArray, named: readonly Named[], into: Record<string, string>): void {
  for (const { name, number } of named) {
    const value = found[number]
    if (value !== undefined) into[name] = value
  }
}

/** Reads the groups of a loop from its turns; each takes the place of what an earlier one held. */
function replayer(replay: Replay, printed: Printed, alphabet: Alphabet, ascii: boolean) {
  const turn = print(replay.turn, alphabet, ascii)
  const regex = compile(turn.source, 'y')
  const named = numbered(replay.names, turn)
  const text = (found: RegExpExecArray, group: number) =>
    printed.groups.get(group)!.reduce((all, number) => all + (found[number] ?? ''), '')
  return (whole: string, found: RegExpExecArray, groups: Record<string, string>): void => {
    let at = found.index + text(found, replay.before).length
    const end = at + text(found, replay.loop).length
    while (at < end) {
      regex.lastIndex = at
      const next = run(regex, whole)
      if (next === null || next[0] === '') return
      read(next, named, groups)
      at += next[0].length
    }
  }
}

function compile(source: string, flags: '' | 'y'): RegExp {
  try {
    const regex = new RegExp(source, flags)
    // V8 compiles at the first use, and only then says that an expression is too large.
    regex.exec('')
    return regex
  } catch (thrown) {
    throw new Fault('regex.unsupported', 'the expression is too large for the regex engine (offset 0)', {
      hint: 'use smaller repeat counts, or split it in two',
      cause: thrown,
    })
  }
}

function run(regex: RegExp, text: string): RegExpExecArray | null {
  try {
    return regex.exec(text)
  } catch (thrown) {
    throw new Fault('regex.overrun', 'the match needs more memory than the regex engine grants', { cause: thrown })
  }
}
