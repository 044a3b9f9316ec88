/** How many in each stretch of time: columns, stacked by jail. */
import { amount, percent } from './amount.ts'
import { type Drawing, framed, label, MARGIN, nothing, SMALL } from './frame.ts'
import type { Heading } from './heading.ts'
import { hatched, legend, type Swatch } from './legend.ts'
import { element, short, titled } from './markup.ts'
import type { Picture } from './picture.ts'
import { ticks } from './scale.ts'
import { type Counts, columnLength, type Stack, stack } from './stack.ts'
import { textWidth } from './text-width.ts'
import { SHORTEST_DAY, timeMarks } from './time-marks.ts'
import { type Zoned, zoneClock } from './zoned.ts'

export interface Times extends Heading, Counts {
  /** When nobody counted: hatched. */
  readonly gaps?: readonly { readonly from: number; readonly to: number }[]
  /** The zone in which times are told: `Europe/Paris`. */
  readonly zone: string
  /** What is counted, as a plural: `bans`. */
  readonly unit: string
  readonly empty?: string
}

const DEFAULT_WIDTH = 860
const HEIGHT = 220
/** More is not seen. */
const MAX_COLUMNS = 720

/** @param width in pixels */
export function timeChart(times: Times, width = DEFAULT_WIDTH): Picture {
  const stacked = stack(times, MAX_COLUMNS)
  const isEmpty = stacked.layers.length === 0 && !times.gaps?.length
  const drawn = isEmpty ? nothing(times.empty, width) : drawing(times, stacked, width)
  return framed(
    'time',
    { ...times, subtitle: withLength(times, stacked) },
    { description: describe(times, stacked), table: tableOf(times, stacked) },
    width,
    drawn,
  )
}

function withLength({ subtitle = '' }: Times, stacked: Stack): string {
  return [subtitle, columnLength(stacked)].filter(Boolean).join(' · ')
}

interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly most: number
  readonly x: (ms: number) => number
}

function drawing(times: Times, stacked: Stack, width: number): Drawing {
  const swatches: Swatch[] = stacked.layers.map(({ name, total }, i) => ({
    className: `rc-s${i}`,
    words: name,
    value: amount(total),
  }))
  if (times.gaps?.length) swatches.push({ className: 'rc-hatch', words: 'not counted', shape: 'hatch' })
  const key = legend('', swatches, width, 0)

  const most = Math.max(1, ...stacked.sums)
  const marks = ticks(most, 5)
  const left = MARGIN + Math.max(...marks.map((mark) => textWidth(amount(mark), SMALL))) + 8
  const right = width - MARGIN
  const top = key.height + 14
  const [begin, end] = [stacked.starts[0] ?? 0, stacked.end]
  const x = (ms: number) => left + ((right - left) * (Math.min(end, Math.max(begin, ms)) - begin)) / (end - begin)
  const plot: Plot = { left, right, top, bottom: top + HEIGHT, most, x }

  const gaps = (times.gaps ?? []).map((gap) => hatch(gap, times, plot))
  const content = [
    key.content,
    grid(marks, plot),
    ...gaps,
    ...stacked.layers.map((_, i) => layer(stacked, i, plot)),
    element('path', { class: 'rc-line', d: `M${left} ${plot.bottom + 0.5}H${right}` }),
    axis(times, stacked, plot),
    ...columns(times, stacked, plot),
  ]
  return { content: content.join(''), height: plot.bottom + 34 }
}

function grid(marks: readonly number[], { left, right, bottom, most }: Plot): string {
  return marks
    .map((mark) => {
      const y = Math.round(bottom - (HEIGHT * mark) / most) + 0.5
      const line = element('path', { class: 'rc-line', d: `M${left} ${y}H${right}` })
      return (mark === 0 ? '' : line) + label(amount(mark), left - 8, y + 4, 'rc-soft rc-small rc-end')
    })
    .join('')
}

function hatch({ from, to }: { readonly from: number; readonly to: number }, { zone }: Times, plot: Plot): string {
  const [left, right] = [plot.x(from), plot.x(to)]
  const clock = zoneClock(zone)
  const told = `not counted: ${moment(clock(from))} to ${moment(clock(to))}`
  const [y, height, width] = [plot.top, HEIGHT, Math.max(2, right - left)]
  return element(
    'g',
    {},
    titled(told),
    element('rect', { class: 'rc-hit', x: left, y, width, height }),
    hatched(left, y, width, height),
  )
}

/** All that one jail adds to the columns, as one path. */
function layer({ starts, end, layers, sums }: Stack, index: number, { bottom, most, x }: Plot): string {
  const parts = layers[index]!.counts.map((count, i) => {
    if (count === 0) return ''
    const below = layers.slice(0, index).reduce((sum, { counts }) => sum + counts[i]!, 0)
    const [left, right] = [x(starts[i]!), x(starts[i + 1] ?? end)]
    const gap = right - left >= 5 ? 1 : 0
    // A single ban among thousands is still seen.
    const height = Math.max(sums[i] === count ? 1 : 0.4, (HEIGHT * count) / most)
    const y = bottom - (HEIGHT * below) / most - height
    return `M${short(left)} ${short(y)}h${short(right - left - gap)}v${short(height)}h${short(-(right - left - gap))}z`
  })
  return element('path', { class: `rc-s${index}`, d: parts.join('') })
}

function axis({ zone }: Times, { starts, bucketMs }: Stack, { bottom, x }: Plot): string {
  const places = starts.map(x)
  const clock = zoneClock(zone)
  const room = textWidth('00 MMM', SMALL) + 14
  return timeMarks(starts.map(clock), places, room, bucketMs >= SHORTEST_DAY)
    .map(({ at, above, below }) => {
      const tick = element('path', { class: 'rc-line', d: `M${short(places[at]!)} ${bottom}v5` })
      const words = [above, ...(below === undefined ? [] : [below])]
      return (
        tick +
        words.map((word, i) => label(word, places[at]!, bottom + 17 + 13 * i, 'rc-soft rc-small rc-middle')).join('')
      )
    })
    .join('')
}

/** What each column holds, for who points at it. */
function columns({ unit, zone }: Times, { starts, end, layers, sums }: Stack, { top, x }: Plot): readonly string[] {
  const clock = zoneClock(zone)
  return starts.flatMap((start, i) => {
    if (sums[i] === 0) return []
    const [left, right] = [x(start), x(starts[i + 1] ?? end)]
    const parts = layers
      .filter(({ counts }) => counts[i]! > 0)
      .map(({ name, counts }) => `${name} ${amount(counts[i]!)}`)
    const told = `${moment(clock(start))}: ${amount(sums[i]!)} ${unit}${parts.length > 1 ? ` (${parts.join(', ')})` : `, ${layers.find(({ counts }) => counts[i]! > 0)!.name}`}`
    return [element('rect', { class: 'rc-hit', x: left, y: top, width: right - left, height: HEIGHT }, titled(told))]
  })
}

function moment({ date, year, time }: Zoned): string {
  return `${date} ${year} ${time}`
}

/** Without the stretches in which nothing was. */
function tableOf({ zone, unit }: Times, { starts, layers, sums }: Stack): Picture['table'] {
  if (layers.length === 0) return []
  const clock = zoneClock(zone)
  const lines = starts.flatMap((start, i) => {
    const parts = layers.map(({ counts }) => amount(counts[i]!))
    return sums[i] === 0 ? [] : [[moment(clock(start)), amount(sums[i]!), ...parts]]
  })
  return [['begin', unit, ...layers.map(({ name }) => name)], ...lines]
}

function describe({ unit, zone }: Times, { starts, layers, sums }: Stack): string {
  const [first] = layers
  if (first === undefined) return 'Nothing was counted.'
  const most = Math.max(...sums)
  const peak = moment(zoneClock(zone)(starts[sums.indexOf(most)]!))
  const all = sums.reduce((sum, count) => sum + count, 0)
  const leader = layers.length === 1 ? `all by ${first.name}` : `${percent(first.total / all)} of them by ${first.name}`
  return `${amount(all)} ${unit}, ${leader}; the most at once ${peak}: ${amount(most)}.`
}
