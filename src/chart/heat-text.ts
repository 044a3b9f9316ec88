/** Hours of the week for a terminal: numbers where the line is long enough, else shades. */
import { boundAmount, shortAmount } from './amount.ts'
import { DAYS, type Heat } from './heat-map.ts'
import { ink, type Page, padEnd, padStart, written } from './page.ts'

const HOURS = 24
const SHADES = ['░', '▒', '▓', '█']
const NUMBERS = 5

export function heatText(heat: Heat, page: Page): string {
  const values = heat.means.flat().filter((mean) => mean !== undefined)
  if (values.length === 0) return written(page, heat, [heat.empty ?? 'Nothing was counted in this time.'])
  const most = Math.max(...values)
  const isWide = page.columns >= 4 + HOURS * NUMBERS
  const room = isWide ? NUMBERS : page.columns >= 4 + HOURS * 3 ? 3 : 2
  const hours = Array.from({ length: HOURS }, (_, hour) =>
    room > 2 || hour % 3 === 0 ? padStart(String(hour).padStart(2, '0'), room) : '  ',
  )
  const rows = DAYS.map((day, i) => {
    const cells = Array.from({ length: HOURS }, (_, hour) => cell(heat.means[i]?.[hour], most, room, page))
    return `${padEnd(day, 4)}${cells.join('')}`
  })
  return written(page, heat, [`    ${hours.join('')}`, ...rows, '', ...key(heat, most, isWide)])
}

function cell(mean: number | undefined, most: number, room: number, page: Page): string {
  if (room === NUMBERS) {
    const text = padStart(mean === undefined ? '/' : shortAmount(mean), NUMBERS)
    return mean === undefined || mean === 0 ? ink(page, 'dim', text) : mean > most / 2 ? ink(page, 'bold', text) : text
  }
  const blank = ' '.repeat(room - 2)
  if (mean === undefined) return `${blank}${ink(page, 'dim', '//')}`
  if (mean === 0) return `${blank}${ink(page, 'dim', '··')}`
  return `${blank}${ink(page, 'cyan', SHADES[shadeOf(mean, most)]!.repeat(2))}`
}

function shadeOf(mean: number, most: number): number {
  return Math.min(SHADES.length - 1, Math.floor((mean * SHADES.length) / most))
}

function key({ unit, means }: Heat, most: number, isWide: boolean): readonly string[] {
  const hatch = means.flat().includes(undefined) ? `  ${isWide ? '/' : '//'} not counted` : ''
  const what = `${unit} an hour, on average`
  if (isWide) return [`${what}${hatch}`]
  const steps =
    most === 0
      ? []
      : SHADES.map(
          (shade, i) => `${shade.repeat(2)} to ${boundAmount((most * (i + 1)) / SHADES.length, most / SHADES.length)}`,
        )
  return [`${what}:`, `·· 0  ${steps.join('  ')}${hatch}`]
}
