/** When in the week: a row for each weekday, a cell for each hour. */
import { amount, boundAmount, shortAmount } from './amount.ts'
import { type Drawing, framed, label, MARGIN, nothing, SMALL, TEXT } from './frame.ts'
import type { Heading } from './heading.ts'
import { hatched, legend, type Swatch } from './legend.ts'
import { element, titled } from './markup.ts'
import type { Picture } from './picture.ts'
import { textWidth } from './text-width.ts'

export interface Heat extends Heading {
  /** Seven rows, Monday first, of 24 hours: the mean over all such hours in the time counted; undefined where there was none. */
  readonly means: readonly (readonly (number | undefined)[])[]
  readonly zone: string
  /** What is counted, as a plural: `bans`. */
  readonly unit: string
  readonly empty?: string
}

const DEFAULT_WIDTH = 860
export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const LONG_DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const HOURS = 24
const CELL = 30
const SHADES = 6

/** @param width in pixels; never so narrow that the numbers have no room */
export function heatMap(heat: Heat, width = DEFAULT_WIDTH): Picture {
  const values = heat.means.flat().filter((mean) => mean !== undefined)
  const most = Math.max(0, ...values)
  const wide = Math.max(
    width,
    2 * MARGIN + dayRoom() + HOURS * (Math.max(...values.map(room), textWidth('00', SMALL)) + 6),
  )
  const drawn = values.length === 0 ? nothing(heat.empty, wide) : drawing(heat, most, wide)
  return framed('heat', heat, { description: describe(heat, most), table: tableOf(heat) }, Math.ceil(wide), drawn)
}

function room(mean: number): number {
  return textWidth(shortAmount(mean), SMALL)
}

function dayRoom(): number {
  return Math.max(...DAYS.map((day) => textWidth(day, TEXT))) + 10
}

function drawing(heat: Heat, most: number, width: number): Drawing {
  const left = MARGIN + dayRoom()
  const cell = (width - MARGIN - left) / HOURS
  const hours = Array.from({ length: HOURS }, (_, hour) =>
    label(two(hour), left + (hour + 0.5) * cell, 11, 'rc-soft rc-small rc-middle'),
  )
  const rows = DAYS.map((day, i) => {
    const y = 18 + i * CELL
    const name = label(day, left - 10, y + CELL / 2 + 4.5, 'rc-end')
    const cells = Array.from({ length: HOURS }, (_, hour) => {
      const bounds = { x: left + hour * cell, y, width: cell }
      return square(heat.means[i]?.[hour], most, bounds, `${LONG_DAYS[i]} ${two(hour)}:00`, heat.unit)
    })
    return name + cells.join('')
  })
  const bottom = 18 + DAYS.length * CELL
  const key = legend(`${heat.unit} an hour, on average`, swatches(heat, most), width, bottom + 12)
  return { content: hours.join('') + rows.join('') + key.content, height: bottom + 12 + key.height }
}

interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
}

function square(mean: number | undefined, most: number, { x, y, width }: Bounds, when: string, unit: string): string {
  const inner = { x: x + 1, y: y + 1, width: width - 2, height: CELL - 2 }
  if (mean === undefined) {
    const hatch = hatched(inner.x, inner.y, inner.width, inner.height)
    return element('g', {}, titled(`${when}: not counted`), element('rect', { class: 'rc-hit', ...inner }), hatch)
  }
  const shade = shadeOf(mean, most)
  return element(
    'g',
    {},
    titled(`${when}: ${amount(mean)} ${unit}`),
    element('rect', { class: shade === undefined ? 'rc-zero' : `rc-q${shade}`, ...inner, rx: 2 }),
    label(
      shortAmount(mean),
      x + width / 2,
      y + CELL / 2 + 4,
      `rc-small rc-middle ${shade === undefined ? 'rc-soft' : `rc-t${shade}`}`,
    ),
  )
}

/** Six steps of equal size up to the highest mean; undefined: nothing. */
function shadeOf(mean: number, most: number): number | undefined {
  return mean === 0 ? undefined : Math.min(SHADES - 1, Math.floor((mean * SHADES) / most))
}

function swatches({ means }: Heat, most: number): readonly Swatch[] {
  const bound = (steps: number) => boundAmount((most * steps) / SHADES, most / SHADES)
  const steps = Array.from({ length: SHADES }, (_, i) => ({
    className: `rc-q${i}`,
    words: `${i === 0 ? 'above 0' : bound(i)} – ${bound(i + 1)}`,
  }))
  const isHatched = means.flat().includes(undefined) || means.length < DAYS.length
  return [
    { className: 'rc-zero', words: '0' },
    ...(most > 0 ? steps : []),
    ...(isHatched ? [{ className: 'rc-hatch', words: 'not counted', shape: 'hatch' as const }] : []),
  ]
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function tableOf({ means }: Heat): Picture['table'] {
  if (means.length === 0) return []
  const hours = Array.from({ length: HOURS }, (_, hour) => two(hour))
  const cell = (mean: number | undefined) => (mean === undefined ? '–' : shortAmount(mean))
  return [['day', ...hours], ...DAYS.map((day, i) => [day, ...hours.map((_, hour) => cell(means[i]?.[hour]))])]
}

function describe({ means, unit }: Heat, most: number): string {
  if (most === 0) return 'Nothing was counted.'
  const day = means.findIndex((row) => row.includes(most))
  return `The busiest hour is ${LONG_DAYS[day]} ${two(means[day]!.indexOf(most))}:00 with ${amount(most)} ${unit} on average.`
}
