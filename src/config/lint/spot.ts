/** From an offset in an expression whose tags are expanded to the place in the text as it was written. */
import type { Usedns } from '../../filter/filter-settings.ts'
import { expandTags } from '../../filter/tags.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

/** The atom that the quantifier at `offset` of the expanded text repeats, quantifier included; as written. */
export function quantifierSpan(written: string, usedns: Usedns, offset: number): Span | undefined {
  const at = asWritten(written, usedns, offset)
  if (at === undefined) return undefined
  const atoms = atomStarts(written)
  const from = atoms.get(at)
  const [quantifier = ''] = /^(?:[*+?]|\{\d*,?\d*\})[?+]?/.exec(written.slice(at)) ?? []
  return from === undefined || quantifier === '' ? undefined : { from, to: at + quantifier.length }
}

function asWritten(written: string, usedns: Usedns, offset: number): number | undefined {
  let at = 0
  let expanded = 0
  for (const piece of written.split(/(<[^<>\s]*>)/)) {
    // With all that comes before: a closing tag is one only behind its opening one.
    const after = expandTags(written.slice(0, at + piece.length), usedns).length
    if (offset < after) return after - expanded === piece.length ? at + offset - expanded : undefined
    expanded = after
    at += piece.length
  }
  return undefined
}

/** For each place behind an atom, where that atom begins: an escape, a set, a group or a single character. */
function atomStarts(text: string): Map<number, number> {
  const starts = new Map<number, number>()
  const open: number[] = []
  for (let at = 0; at < text.length; ) {
    const begin = at
    const char = text[at]!
    if (char === '\\') at += 2
    else if (char === '[') at = behindSet(text, at)
    else at++
    if (char === '(') open.push(begin)
    starts.set(at, char === ')' ? (open.pop() ?? begin) : begin)
  }
  return starts
}

function behindSet(text: string, open: number): number {
  let at = open + 1
  if (text[at] === '^') at++
  if (text[at] === ']') at++
  while (at < text.length && text[at] !== ']') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
