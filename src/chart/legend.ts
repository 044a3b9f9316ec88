/** What colours mean: swatches with their words, in as many lines as they need. */
import { shorten } from './fit.ts'
import { type Drawing, label, MARGIN, SMALL } from './frame.ts'
import { named, shown } from './letters.ts'
import { element } from './markup.ts'
import { textWidth } from './text-width.ts'

export interface Swatch {
  readonly className: string
  readonly words: string
  /** Behind the words, apart from them: a name may run from right to left and take a number with it. */
  readonly value?: string
  readonly shape?: 'square' | 'dot' | 'hatch'
}

const LINE = 18
const LONGEST = 220
const BEHIND = 16

/** @param unit stands before them: `addresses` */
export function legend(unit: string, swatches: readonly Swatch[], width: number, y: number): Drawing {
  const first = unit === '' ? '' : `${shorten(shown(unit), LONGEST, measure)}:`
  let [x, line] = [MARGIN + (first === '' ? 0 : measure(first) + 12), 0]
  const parts = swatches.map(({ className, words, value = '', shape }) => {
    const text = shorten(named(words), LONGEST, measure)
    const wordsEnd = 16 + measure(text)
    const room = wordsEnd + (value === '' ? 0 : 5 + measure(value))
    if (x > MARGIN && x + room > width - MARGIN) [x, line] = [MARGIN, line + 1]
    const top = y + line * LINE
    const part = [
      mark(shape ?? 'square', className, x, top + 3),
      label(text, x + 16, top + 12, 'rc-soft rc-small'),
      value === '' ? '' : label(value, x + wordsEnd + 5, top + 12, 'rc-small'),
    ].join('')
    x += room + BEHIND
    return part
  })
  const start = first === '' ? '' : label(first, MARGIN, y + 12, 'rc-soft rc-small')
  return { content: start + parts.join(''), height: (line + 1) * LINE }
}

function measure(text: string): number {
  return textWidth(text, SMALL)
}

function mark(shape: NonNullable<Swatch['shape']>, className: string, x: number, y: number): string {
  if (shape === 'dot') return element('circle', { class: `rc-dot ${className}`, cx: x + 5, cy: y + 5, r: 4 })
  if (shape === 'hatch') return hatched(x, y, 11, 11, className)
  return element('rect', { class: className, x, y, width: 11, height: 11, rx: 2 })
}

/** Slanted lines within a rectangle, computed: a pattern would need an id. */
export function hatched(x: number, y: number, width: number, height: number, className = 'rc-hatch'): string {
  const lines: string[] = []
  for (let start = 4 - height; start < width; start += 5) {
    const from = Math.max(0, start)
    const to = Math.min(width, start + height)
    lines.push(
      `M${tenth(x + from)} ${tenth(y + height - (from - start))}L${tenth(x + to)} ${tenth(y + height - (to - start))}`,
    )
  }
  return element('path', { class: className, d: lines.join('') })
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
