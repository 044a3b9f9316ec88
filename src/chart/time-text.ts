/** Columns over time for a terminal: all of them as pillars, then a line of small ones for each jail. */
import { shorten } from './fit.ts'
import { cells, named } from './letters.ts'
import { ink, type Page, padEnd, padStart, pillar, written } from './page.ts'
import { columnLength, type Stack, stack } from './stack.ts'
import type { Times } from './time-chart.ts'
import { SHORTEST_DAY, timeMarks } from './time-marks.ts'
import { zoneClock } from './zoned.ts'

const ROWS = 8
const LONGEST_NAME = 20

export function timeText(times: Times, page: Page): string {
  const totals = times.jails.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0))
  if (totals.every((total) => total === 0) && !times.gaps?.length)
    return written(page, times, [times.empty ?? 'Nothing was counted in this time.'])
  const valueRoom = String(totals.reduce((sum, total) => sum + total, 0)).length
  const names = times.jails.map(({ jail }) => cells(named(jail)))
  const nameRoom = Math.min(Math.max(9, ...names), LONGEST_NAME, Math.floor(page.columns / 3))
  const room = Math.max(8, page.columns - nameRoom - valueRoom - 3)
  const stacked = stack(times, room)
  // A few columns are drawn wide.
  const wide = Math.max(1, Math.min(8, Math.floor(room / Math.max(1, stacked.starts.length))))
  const margin = nameRoom + valueRoom + 3
  const subtitle = [times.subtitle ?? '', columnLength(stacked)].filter(Boolean).join(' · ')
  return written(page, { ...times, subtitle }, [
    ...pillars(times, stacked, { page, wide, margin }),
    ...axis(times, stacked, { page, wide, margin }),
    ...stacked.layers.map(({ name, counts, total }) => {
      const words = `${padEnd(shorten(named(name), nameRoom, cells), nameRoom)} ${padStart(String(total), valueRoom)}`
      return `${words}  ${ink(page, 'cyan', spark(counts, wide))}`
    }),
  ])
}

interface Layout {
  readonly page: Page
  /** Cells of a column. */
  readonly wide: number
  /** Cells before the first. */
  readonly margin: number
}

function pillars(times: Times, { starts, end, sums }: Stack, { page, wide, margin }: Layout): readonly string[] {
  const most = Math.max(1, ...sums)
  const missing = starts.map((start, i) => isMissing(times, start, starts[i + 1] ?? end))
  return Array.from({ length: ROWS }, (_, fromTop) => {
    const below = (ROWS - 1 - fromTop) * 8
    const row = sums.map((sum, i) => {
      const eighths = sum === 0 ? 0 : Math.max(1, Math.round((sum * ROWS * 8) / most))
      const letter = pillar(eighths - below)
      return letter === ' ' && missing[i]
        ? ink(page, 'dim', '╱'.repeat(wide))
        : ink(page, 'cyan', letter.repeat(letter === ' ' ? 0 : wide)) || ' '.repeat(wide)
    })
    const mark = fromTop === 0 ? String(most) : fromTop === ROWS - 1 ? '0' : ''
    return `${padStart(mark, margin - 2)} ┤${row.join('')}`
  })
}

function isMissing({ gaps = [] }: Times, from: number, to: number): boolean {
  return gaps.some((gap) => gap.from <= from && gap.to >= to)
}

function axis({ zone }: Times, { starts, bucketMs }: Stack, { wide, margin, page }: Layout): readonly string[] {
  const clock = zoneClock(zone)
  const marks = timeMarks(
    starts.map(clock),
    starts.map((_, i) => i * wide),
    8,
    bucketMs >= SHORTEST_DAY,
  )
  const line = (words: (mark: (typeof marks)[number]) => string | undefined) => {
    let text = ''
    for (const mark of marks) text = padEnd(text, mark.at * wide) + (words(mark) ?? '')
    return cells(text) === 0 ? [] : [ink(page, 'dim', (' '.repeat(margin) + text).trimEnd())]
  }
  const rule = starts.map((_, i) => (marks.some(({ at }) => at === i) ? '┬' : '─') + '─'.repeat(wide - 1)).join('')
  return [`${' '.repeat(margin - 1)}└${rule}`, ...line(({ above }) => above), ...line(({ below }) => below), '']
}

function spark(counts: readonly number[], wide: number): string {
  const most = Math.max(1, ...counts)
  return counts
    .map((count) => pillar(count === 0 ? 0 : Math.max(1, Math.round((count * 8) / most))).repeat(wide))
    .join('')
}
