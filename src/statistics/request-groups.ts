/**
 * Paths and user agents in the lines of a million bans. Nearly all lines are read as they stand in their JSON, by one expression
 * that runs over many bans; JSON is parsed of those bans alone that have something escaped besides quotes.
 */
import type { CountedUnit } from '../store/statistics/counts.ts'
import type { ByRequest } from './question.ts'
import { agentOf, agentOfCell, pathOf, pathOfTarget } from './request.ts'
import { type TraitGroups, traitTally } from './trait-tally.ts'

/** @param texts of many bans each: lines `address TAB JSON` */
export function requestGroups(by: ByRequest, unit: CountedUnit, texts: Iterable<string>): TraitGroups {
  const tally = traitTally(unit)
  const reading = READINGS[by]
  const expression = new RegExp(reading.expression)
  const kept = keptTexts()
  for (const text of texts) {
    expression.lastIndex = 0
    let found = expression.exec(text)
    for (let at = 0; at < text.length; ) {
      const feed = text.indexOf('\n', at)
      const end = feed < 0 ? text.length : feed
      const tab = text.indexOf('\t', at)
      let values: string[] = []
      let isTold = false
      for (; found && found.index < end; found = expression.exec(text)) {
        const [whole, cell] = found
        if (whole === NEXT_LINE) isTold = false
        else if (cell === undefined) {
          values = valuesOf(text.slice(tab + 1, end), reading.ofLine)
          expression.lastIndex = end
          isTold = true
        } else if (!isTold) {
          isTold = true
          const value = reading.ofCell(cell)
          if (value !== undefined && !values.includes(value)) values.push(value)
        }
      }
      tally.add(values.map(kept), unit === 'ips' ? addressIn(text, at, tab, kept) : '')
      at = end + 1
    }
  }
  return tally.end()
}

interface Reading {
  /**
   * In JSON: a request with its path or agent in the group; with nothing in it what must be looked at more closely, such as
   * something escaped that is no quote; or the end of a line and the beginning of the next. None of them goes beyond its ban.
   */
  readonly expression: RegExp
  readonly ofCell: (cell: string) => string | undefined
  /** What `expression` finds in a line, of the line itself. */
  readonly ofLine: (line: string) => string | undefined
}

const NEXT_LINE = '","'

const READINGS: Readonly<Record<ByRequest, Reading>> = {
  path: {
    expression: /\\(?:"[A-Z]{3,20} ([^ "\\\n]+)(?: HTTP\/[\d.]{1,5})?\\"|[^"])|","/g,
    ofCell: pathOfTarget,
    ofLine: pathOf,
  },
  agent: {
    expression: /\\(?:" \d{3} (?:\d+|-) \\"(?:[^"\\\n]*\\" \\"([^"\\\n]*)\\")?|[^"])|","/g,
    ofCell: agentOfCell,
    ofLine: agentOf,
  },
}

function valuesOf(matches: string, of: Reading['ofLine']): string[] {
  const lines = JSON.parse(matches) as readonly string[]
  return [...new Set(lines.map(of).filter((value) => value !== undefined))]
}

/** One text for all that are alike: V8 keeps the whole text that a piece was cut from, so what is kept is copied. */
function keptTexts(): (text: string) => string {
  const texts = new Map<string, string>()
  return (text) => {
    const known = texts.get(text)
    if (known !== undefined) return known
    const copy = structuredClone(text)
    texts.set(copy, copy)
    return copy
  }
}

/** An IPv4 address is a number, which takes less room and time. */
function addressIn(text: string, begin: number, end: number, kept: (text: string) => string): string | number {
  let [bits, octet, dots] = [0, 0, 0]
  for (let at = begin; at < end; at++) {
    const letter = text.charCodeAt(at)
    if (letter === DOT) {
      bits = (bits << 8) | octet
      octet = 0
      dots++
    } else if (letter >= ZERO && letter <= NINE) octet = octet * 10 + letter - ZERO
    else return kept(text.slice(begin, end))
  }
  return dots === 3 ? (bits << 8) | octet : kept(text.slice(begin, end))
}

const DOT = 46
const ZERO = 48
const NINE = 57
