/**
 * Where a pattern lets a date stand. A date that is found by default neither begins nor ends inside a word; a pattern
 * that says itself how it begins or ends (`^`, `$`, `\b`, `\s`, `**`) is left alone on that side. Which spellings count
 * as saying so was measured on the installed program, quirks included: `(?:^|x)` does, `(?P<n>^)` does not.
 */

export interface Anchors {
  /** The pattern without the marks `**`. */
  readonly plain: string
  /** The same, ready to be translated. */
  readonly body: string
  readonly begin: 'word' | 'line' | 'free'
  readonly end: 'word' | 'free'
  /** It stands at the line's begin or end and nowhere else, so that its place tells nothing about other lines. */
  readonly anchored: boolean
  /**
   * The pattern has a bracket of its own: the first group, not the whole, is what is cut out. `second`: the body was
   * written so that all that stands before it is group 1, which tells its place without a search for it.
   */
  readonly ownGroup: 'none' | 'first' | 'second'
}

/** @param cut a bracket of its own is what is cut out; else the whole is, whatever stands in it */
export function anchors(text: string, begin: Anchors['begin'], end: Anchors['end'], cut: 'own' | 'whole'): Anchors {
  const wanted = OWN_BEGIN.test(text) ? 'free' : begin
  const body = text.replace(MARK_BEGIN, '$1').replace(MARK_END, '$1')
  return {
    plain: body,
    ...(cut === 'own' ? withGroups(body) : { body, ownGroup: 'none' }),
    begin: wanted,
    end: OWN_END.test(text) ? 'free' : end,
    anchored: wanted === 'line' || LINE_BEGIN.test(text) || LINE_END.test(text),
  }
}

const OWN_BEGIN = /^(?:\(\?\w+\))?(?:\(*(?:\(\?:)?\^|\(*\*\*)/
const OWN_END = /(?<!\\)(?:\\[bs]|(?:\$|\*\*)\)*)$/
const LINE_BEGIN = /^(?:\(\?\w+\))?\(?\^/
const LINE_END = /(?<!\\)(?:\$|(?<!\(\?:[^)]*)\$\))$/
const MARK_BEGIN = /^((?:\(\?\w+\))?\(*)\*\*/
const MARK_END = /\*\*(\)*)$/
const PLAIN_GROUP = /(?<!\\)\((?!\?)/

// A choice at the top level lies between the anchors, not around them: `^a|b` is `^(?:a|b)`.
const OUTSIDE = /^((?:\(\?\w+\))?\^?)([\s\S]*?)((?<!\\)\$)?$/

function withGroups(body: string): Pick<Anchors, 'body' | 'ownGroup'> {
  const start = body.search(PLAIN_GROUP)
  if (start < 0) return { body: body.replace(OUTSIDE, '$1(?:$2)$3'), ownGroup: 'none' }
  // Where a token or a named group stands before it, that is group 1.
  if (/%[^%]|\(\?P/.test(body.slice(0, start)) || !standsAlone(body, start)) return { body, ownGroup: 'first' }
  const flags = /^\(\?\w+\)/.exec(body)?.[0] ?? ''
  return { body: `${flags}(${body.slice(flags.length, start)})${body.slice(start)}`, ownGroup: 'second' }
}

/** Whether a group is inside no other, and no choice is left open outside of groups. */
function standsAlone(body: string, start: number): boolean {
  let depth = 0
  let inClass = false
  for (let at = 0; at < body.length; at++) {
    const character = body[at]
    if (at === start && (depth > 0 || inClass)) return false
    if (character === '\\') at++
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === '|' && depth === 0) return false
    if (at >= start && depth === 0 && character === ')')
      return !/^[*?+{]/.test(body.slice(at + 1)) && rest(body, at + 1)
  }
  return false
}

/** No choice is left open in the rest either. */
function rest(body: string, from: number): boolean {
  return !body.slice(from).includes('|')
}
