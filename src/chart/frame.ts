/** What every chart has around its drawing: title and subtitle above, notes below, all within the width. */
import { wrap } from './fit.ts'
import type { Heading } from './heading.ts'
import { shown } from './letters.ts'
import { element, escaped } from './markup.ts'
import type { Picture } from './picture.ts'
import { textWidth } from './text-width.ts'

/** Around everything, in pixels. */
export const MARGIN = 20
/** Sizes of text in pixels, as in the style sheet. */
export const TEXT = 13
export const SMALL = 11
const TITLE = 18

/** A drawing whose first line is at 0: the frame moves it to its place. */
export interface Drawing {
  readonly content: string
  readonly height: number
}

/** What is told of a drawing in words and numbers. */
export interface Told {
  readonly description: string
  readonly table: Picture['table']
}

/** Puts a drawing between its heading and its notes. */
export function framed(
  kind: Picture['kind'],
  heading: Heading,
  { description, table }: Told,
  width: number,
  drawing: Drawing,
): Picture {
  const room = width - 2 * MARGIN
  const lines: string[] = []
  let y = MARGIN
  const write = (words: string, size: number, spacing: number, className: string) => {
    for (const line of wrap(shown(words), room, (text) => textWidth(text, size, size === TITLE))) {
      y += spacing
      lines.push(label(line, MARGIN, y - spacing * 0.25, className))
    }
  }
  write(heading.title, TITLE, 24, 'rc-title')
  if (heading.subtitle) write(heading.subtitle, TEXT, 19, 'rc-soft')
  y += 14
  const body = element('g', { transform: `translate(0 ${y})` }, drawing.content)
  y += drawing.height
  if (heading.notes?.length) y += 8
  for (const note of heading.notes ?? []) write(note, SMALL, 16, 'rc-soft rc-small')
  const height = Math.ceil(y + MARGIN - 4)
  const { title } = heading
  return { kind, title, description, table, width, height, content: lines.join('') + body }
}

/** In the place of a chart without a value. */
export function nothing(why: string | undefined, width: number): Drawing {
  return { content: label(why ?? 'Nothing was counted in this time.', width / 2, 40, 'rc-soft rc-middle'), height: 64 }
}

/** One line of text whose baseline is at `y`. */
export function label(text: string, x: number, y: number, className?: string): string {
  return element('text', { class: className, x, y }, escaped(text))
}
