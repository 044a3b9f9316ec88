/** A text with a part of it marked below, readable without colour: what does not fit the terminal is left out around it. */
import { printable } from '../base/printable.ts'
import { type Colour, paint, type Terminal } from './print.ts'

/** In UTF-16 units; where start and end are one, the mark stands under what comes next. */
export interface Span {
  readonly start: number
  readonly end: number
  /** Of the marked part; of all before it where it is empty. */
  readonly colour: Colour
}

/** One line of text, and a second with `^` where there is a span. */
export function marked(terminal: Terminal, text: string, indent: number, span: Span | undefined): string {
  const start = span?.start ?? 0
  const end = span?.end ?? 0
  const parts = [text.slice(0, start), text.slice(start, end), text.slice(end)].map(printable)
  const [before, part, behind] = fitted(parts as [string, string, string], room(terminal, indent))
  const margin = ' '.repeat(indent)
  if (!span) return `${margin}${behind}\n`
  const line =
    start === end ? paint(terminal, span.colour, before) + behind : before + paint(terminal, span.colour, part) + behind
  const mark = paint(terminal, 'yellow', '^'.repeat(Math.max(1, part.length)))
  return `${margin}${line}\n${margin}${' '.repeat(before.length)}${mark}\n`
}

/** A text that may be long, over at most so many lines. */
export function folded(terminal: Terminal, text: string, indent: number, most: number): string {
  const shown = printable(text)
  const width = room(terminal, indent)
  const lines: string[] = []
  for (let at = 0; at < shown.length || at === 0; at += width) {
    const isLast = lines.length === most - 1
    lines.push(isLast ? head(shown.slice(at), width) : shown.slice(at, at + width))
    if (isLast || width === Number.POSITIVE_INFINITY) break
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('')
}

function room({ columns }: Terminal, indent: number): number {
  return columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - indent)
}

/** The middle is kept, and as much of its neighbours as there is room for: of what stands before it at most two thirds. */
function fitted([before, part, behind]: [string, string, string], width: number): [string, string, string] {
  if (before.length + part.length + behind.length <= width) return [before, part, behind]
  const middle = head(part, width)
  const left = tail(
    before,
    Math.max(width - middle.length - behind.length, Math.floor(((width - middle.length) * 2) / 3)),
  )
  return [left, middle, head(behind, width - middle.length - left.length)]
}

function head(text: string, width: number): string {
  return text.length <= width ? text : width < 1 ? '' : `${text.slice(0, width - 1)}…`
}

function tail(text: string, width: number): string {
  return text.length <= width ? text : width < 1 ? '' : `…${text.slice(text.length - width + 1)}`
}
