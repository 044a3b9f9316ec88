/** Attacks that are really tried: lines that a client can cause, and what the filter makes of them. */
import type { Repeat } from '../../filter/regex/tree.ts'
import { example, type Wish } from './example.ts'
import { PEER, VICTIM } from './log-piece.ts'
import { canSay, type LogLine } from './nginx-lines.ts'
import { payloads } from './payload.ts'
import { shapeOf, takes } from './shape.ts'
import type { Tries } from './tries.ts'

/** The line with which an expression counts against an address that somebody merely wrote; undefined if none was found. */
export function nginxAttack(tries: Tries, index: number, lines: readonly LogLine[]): string | undefined {
  for (const words of payloads(tries, index)) {
    for (const line of lines) {
      for (const slot of line.slots) {
        const said = slot === 'request' || slot === 'path' ? `/${words}` : unstripped(words)
        if (!canSay(slot, line.kind, said)) continue
        const text = line.text({ [slot]: said })
        if (countsAgainstVictim(tries, index, text)) return text
      }
    }
  }
  return undefined
}

/** nginx takes blanks at both ends of a header's value away. */
function unstripped(words: string): string {
  return `${words.startsWith(' ') ? 'x' : ''}${words}${words.endsWith(' ') ? 'x' : ''}`
}

function countsAgainstVictim(tries: Tries, index: number, text: string): boolean {
  const { id, matched, ignored } = tries.line(text, index)
  return matched === index && id === VICTIM && ignored === undefined
}

export interface MadeUp {
  readonly line: string
  /** Where the attacker's words stand: in a repeat of anything, or around all that the expression asks for. */
  readonly within: Repeat | 'before' | 'behind'
}

/** The same for a log of unknown form: lines made from the expression itself, with an attacker's words where it lets anything be. */
export function madeUpAttacks(tries: Tries, index: number): readonly MadeUp[] {
  const forms = [false, true].filter((full) => tries.line(lineWith(tries, index, { full }), index).id === PEER)
  if (forms.length === 0) return []
  const { before, after } = shapeOf(tries.fail[index]!.tree)
  const words = payloads(tries, index)
  /** It must work whether or not the line has all that it may have; the fullest is shown. */
  const tried = (texts: readonly string[], line: (text: string, full: boolean) => string) => {
    const text = texts.find((text) => forms.every((full) => countsAgainstVictim(tries, index, line(text, full))))
    return text === undefined ? undefined : line(text, forms.at(-1)!)
  }
  const found: MadeUp[] = []
  for (const repeat of [...before, ...after]) {
    const texts = words.flatMap((text) => [text, ` ${text}`, `${text} `, ` ${text} `])
    const line = tried(
      texts.filter((text) => takes(repeat, text)),
      (text, full) => lineWith(tries, index, { fill: new Map([[repeat, text]]), full }),
    )
    if (line !== undefined) found.push({ line, within: repeat })
  }
  const front = tried(words, (text, full) => `x ${text} ${lineWith(tries, index, { full })}`)
  if (front !== undefined) found.push({ line: front, within: 'before' })
  const back = tried(words, (text, full) => `${lineWith(tries, index, { full })} ${text}`)
  if (back !== undefined) found.push({ line: back, within: 'behind' })
  return found
}

/** A line for the expression, with PEER as who caused it. */
export function lineWith({ fail, prefix }: Tries, index: number, wish: Omit<Wish, 'groups'>): string {
  const { tree } = fail[index]!
  const { id } = shapeOf(tree)
  const text = example(tree.root, { ...wish, groups: new Map(id === undefined ? [] : [[id, PEER]]) })
  const content = prefix?.tree.names.get('content')
  if (!prefix || content === undefined) return text
  return example(prefix.tree.root, { groups: new Map([[content, text]]) })
}
