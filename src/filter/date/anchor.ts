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
  /** The pattern has a bracket of its own: the first group, not the whole, is what is cut out. `last`: it ends the pattern. */
  readonly ownGroup: 'none' | 'last' | 'inner'
}

export function anchors(pattern: string, begin: Anchors['begin'], end: Anchors['end']): Anchors {
  const text = pattern.trim()
  const wanted = OWN_BEGIN.test(text) ? 'free' : begin
  return {
    body: text.replace(MARK_BEGIN, '$1').replace(MARK_END, '$1'),
    begin: wanted,
    end: OWN_END.test(text) ? 'free' : end,
    anchored: wanted === 'line' || LINE_BEGIN.test(text) || LINE_END.test(text),
    ownGroup: ownGroup(text),
  }
}

const OWN_BEGIN = /^(?:\(\?\w+\))?(?:\(*(?:\(\?:)?\^|\(*\*\*)/
const OWN_END = /(?<!\\)(?:\$\)*|\\b|\\s|\*\*\)*)$/
const LINE_BEGIN = /^(?:\(\?\w+\))?\(?\^/
const LINE_END = /(?<!\\)(?:\$|(?<!\(\?:[^)]*)\$\))$/
const MARK_BEGIN = /^((?:\(\?\w+\))?\(*)\*\*/
const MARK_END = /\*\*(\)*)$/
const PLAIN_GROUP = /(?<!\\)\((?!\?)/

function ownGroup(text: string): Anchors['ownGroup'] {
  const start = text.search(PLAIN_GROUP)
  if (start < 0) return 'none'
  // A token or a named group before it is group 1 then.
  if (/%[^%]|\(\?P</.test(text.slice(0, start))) return 'inner'
  let depth = 0
  let inClass = false
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at === text.length - 1 ? 'last' : 'inner'
  }
  return 'inner'
}
