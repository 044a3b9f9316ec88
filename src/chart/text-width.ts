/** How wide a text gets at most, in whatever font a browser takes for it: so that labels never meet. */
import { GLYPH_WIDTHS } from './glyph-widths.ts'
import { isMark, isWide } from './letters.ts'

/** Bold letters of DejaVu Sans are up to a fifth wider. */
const BOLD = 1.2
/** Of scripts that are not measured: wider than a letter of theirs is in common fonts. */
const UNKNOWN = 1.1
const WIDE = 1.05

/** In pixels at a font size in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0
  for (const letter of text) sum += isMark(letter) ? 0 : letterWidth(letter.codePointAt(0)!)
  return sum * size * (bold ? BOLD : 1)
}

function letterWidth(point: number): number {
  for (const [first, widths] of GLYPH_WIDTHS) {
    const at = (point - first) * 2
    if (at >= 0 && at < widths.length) return Number.parseInt(widths.slice(at, at + 2), 16) / 100
  }
  return isWide(point) ? WIDE : UNKNOWN
}
