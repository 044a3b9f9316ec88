/** Bars for a terminal: a line each. */
import { percent } from './amount.ts'
import type { BarRow, Bars } from './bar-chart.ts'
import { shorten } from './fit.ts'
import { cells, named, shown } from './letters.ts'
import { block, ink, type Page, padEnd, padStart, written } from './page.ts'

/** Labels get at most this part of a line. */
const LABELS = 0.45

export function barText(bars: Bars, page: Page): string {
  const apart = bars.apart ?? []
  if (bars.rows.length + apart.length === 0)
    return written(page, bars, [bars.empty ?? 'Nothing was counted in this time.'])
  return written(page, bars, barLines(bars, page))
}

/** The bars alone. */
export function barLines(bars: Bars, page: Page): readonly string[] {
  const apart = bars.apart ?? []
  const all = [...bars.rows, ...apart]
  const most = Math.max(1, ...(bars.rows.length > 0 ? bars.rows : apart).map(({ count }) => count))
  const names = all.map(nameOf)
  const nameRoom = Math.min(Math.max(...names.map(cells)), Math.floor(page.columns * LABELS))
  const values = all.map(({ count }) => String(count))
  const valueRoom = Math.max(...values.map(cells))
  const shares = all.map(({ share }) => (share === undefined ? '' : percent(share).replaceAll('\u202f', ' ')))
  const shareRoom = Math.max(...shares.map(cells))
  // What is left for the longest bar.
  const room = Math.max(4, page.columns - nameRoom - valueRoom - shareRoom - (shareRoom > 0 ? 5 : 3))
  const line = (row: BarRow, i: number) => {
    const isApart = i >= bars.rows.length
    const name = padEnd(shorten(names[i]!, nameRoom, cells), nameRoom)
    const isBroken = row.count > most
    const bar = isBroken ? `${'█'.repeat(room - 2)}╱╱` : block((room * row.count) / most)
    const value = `${padStart(values[i]!, valueRoom)}${shareRoom > 0 ? `  ${padStart(shares[i]!, shareRoom)}` : ''}`
    return `${name}  ${value} ${ink(page, isApart ? 'dim' : 'cyan', bar)}`
  }
  const lines = all.map(line)
  const divider = bars.rows.length > 0 && apart.length > 0 ? [ink(page, 'dim', '─'.repeat(nameRoom))] : []
  return [...lines.slice(0, bars.rows.length), ...divider, ...lines.slice(bars.rows.length)]
}

function nameOf({ label, note }: BarRow): string {
  return note ? `${named(label)}  ${shown(note)}` : named(label)
}
