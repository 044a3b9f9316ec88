/** `[...]`: a bracket that comes first is a character, a dash at either end too. */
import { type Escape, takeEscapeInSet } from './escape.ts'
import { match, peek, type Reader, syntax, take } from './reader.ts'
import type { Fold, Node, SetItem } from './tree.ts'

/** Takes a set whose `[` has been taken at offset `at`. @throws Fault `regex.syntax`, `regex.unsupported` */
export function parseSet(from: Reader, at: number, fold: Fold, ascii: boolean): Node {
  const negated = match(from, '^')
  const items: SetItem[] = []
  for (;;) {
    const start = from.next
    const low = member(from, at, items.length > 0)
    if (low === undefined) break
    if (!match(from, '-')) {
      items.push(single(low, ascii))
      continue
    }
    const high = member(from, at, true)
    if (high === undefined) {
      items.push(single(low, ascii), range(0x2d, 0x2d))
      break
    }
    if (low.kind !== 'char' || high.kind !== 'char' || high.code < low.code) {
      throw syntax(`the impossible range ${from.chars.slice(start, from.next).join('')}`, start)
    }
    items.push(range(low.code, high.code))
  }
  return { kind: 'set', negated, items, fold }
}

/** The next member, or undefined at the closing bracket. */
function member(from: Reader, at: number, mayEnd: boolean): Escape | undefined {
  const token = peek(from)
  if (token === undefined) throw syntax('a set without its closing ]', at)
  if (token.startsWith('\\')) return takeEscapeInSet(from)
  take(from)
  if (token === ']' && mayEnd) return undefined
  return { kind: 'char', code: token.codePointAt(0)! }
}

function single(member: Escape, ascii: boolean): SetItem {
  if (member.kind === 'class') return { kind: 'class', name: member.name, negated: member.negated, ascii }
  const code = member.kind === 'char' ? member.code : 0
  return range(code, code)
}

function range(from: number, to: number): SetItem {
  return { kind: 'range', from, to }
}
