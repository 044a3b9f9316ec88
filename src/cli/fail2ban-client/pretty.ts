/**
 * Python's pprint.pformat() with a width of 1000 and an indent of 2, as `fail2ban-client --dp` prints. What fits in one
 * line is its repr(); else an element a line, and a long text cut after blanks into pieces side by side.
 * Source: the Python library reference, "pprint"; the layout was measured beside Python 3.11.
 */
import { type PythonValue, repr } from '../../base/python-repr.ts'

export function pretty(value: PythonValue): string {
  return format(value, { column: 0, reserved: 0, depth: 1 })
}

const WIDTH = 1000
const INDENT = 2

interface Spot {
  /** How far in the value begins. */
  readonly column: number
  /** Characters that must follow its last line: brackets and commas. */
  readonly reserved: number
  /** 1: not inside a list. A text that stands alone is wrapped in brackets. */
  readonly depth: number
}

function format(value: PythonValue, spot: Spot): string {
  const line = repr(value)
  if (width(line) <= WIDTH - spot.column - spot.reserved) return line
  if (typeof value === 'string') return formatText(value, spot)
  // Nothing else in a command stream is ever long.
  return Array.isArray(value) ? formatList(value, spot) : line
}

function formatList(items: readonly PythonValue[], spot: Spot): string {
  if (items.length === 0) return '[]'
  const inner = items.map((item, index) => format(item, within(spot, INDENT, index === items.length - 1)))
  return `[${' '.repeat(INDENT - 1)}${inner.join(separator(spot))}]`
}

function within({ column, reserved, depth }: Spot, indent: number, isLast: boolean): Spot {
  return { column: column + indent, reserved: isLast ? reserved + 1 : 1, depth: depth + 1 }
}

function separator({ column }: Spot): string {
  return `,\n${' '.repeat(column + INDENT)}`
}

function formatText(text: string, { column, reserved, depth }: Spot): string {
  if (text === '') return "''"
  const alone = depth === 1
  const [indent, after] = alone ? [column + 1, reserved + 1] : [column, reserved]
  const pieces = lines(text).flatMap((line, index, all) => {
    const isLast = index === all.length - 1
    return cut(line, WIDTH - indent, isLast ? after : 0)
  })
  if (pieces.length === 1) return pieces[0]!
  const joined = pieces.join(`\n${' '.repeat(indent)}`)
  return alone ? `(${joined})` : joined
}

/** With their ends, as Python's str.splitlines(True) takes them. */
function lines(text: string): string[] {
  return text
    .match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g)!
    .slice(0, -1)
}

/** Pieces of one line, cut after blanks, each in its notation as wide as it may be. */
function cut(line: string, room: number, after: number): string[] {
  if (width(repr(line)) <= room - after) return [repr(line)]
  const words = line.match(/\S*\s*/gu)!.filter((word) => word !== '')
  const pieces: string[] = []
  let piece = ''
  for (const [index, word] of words.entries()) {
    const left = index === words.length - 1 ? room - after : room
    if (piece !== '' && width(repr(piece + word)) > left) {
      pieces.push(repr(piece))
      piece = word
    } else piece += word
  }
  return piece === '' ? pieces : [...pieces, repr(piece)]
}

/** In characters as Python counts them: those beyond U+FFFF are one. */
function width(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)
}
