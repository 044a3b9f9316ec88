/**
 * Where a pattern lets a date stand. A date that is found by default neither begins nor ends inside a word; a pattern
 * that says itself how it begins or ends (`^`, `$`, `\b`, `\s`, `**`) is left alone on that side. Which spellings count
 * as saying so was measured on the installed program, quirks included: `(?:^|x)` does, `(?P<n>^)` does not.
 */

export interface Anchors {
  /** The pattern without the marks `**`. */
  readonly body: string
  readonly begin: 'word' | 'line' | 'free'
  readonly end: 'word' | 'free'
  /** It stands at the line's begin or end and nowhere else, so that its place tells nothing about other lines. */
  readonly anchored: boolean
  /** The pattern has a bracket of its own: the first group, not the whole, is what is cut out. */
  readonly ownGroup: boolean
}

export function anchors(pattern: string, begin: Anchors['begin'], end: Anchors['end']): Anchors {
  const text = pattern.trim()
  const wanted = OWN_BEGIN.test(text) ? 'free' : begin
  return {
    body: text.replace(MARK_BEGIN, '$1').replace(MARK_END, '$1'),
    begin: wanted,
    end: OWN_END.test(text) ? 'free' : end,
    anchored: wanted === 'line' || LINE_BEGIN.test(text) || LINE_END.test(text),
    ownGroup: PLAIN_GROUP.test(text),
  }
}

const OWN_BEGIN = /^(?:\(\?\w+\))?(?:\(*(?:\(\?:)?\^|\(*\*\*)/
const OWN_END = /(?<!\\)(?:\$\)*|\\b|\\s|\*\*\)*)$/
const LINE_BEGIN = /^(?:\(\?\w+\))?\(?\^/
const LINE_END = /(?<!\\)(?:\$|(?<!\(\?:[^)]*)\$\))$/
const MARK_BEGIN = /^((?:\(\?\w+\))?\(*)\*\*/
const MARK_END = /\*\*(\)*)$/
const PLAIN_GROUP = /(?<!\\)\((?!\?)/
