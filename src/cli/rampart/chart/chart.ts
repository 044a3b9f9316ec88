/** `rampart chart`: what was counted, as a picture in a file, or as text. */
import { Fault } from '../../../base/fault.ts'
import type { Page } from '../../../chart/page.ts'
import type { Picture } from '../../../chart/picture.ts'
import { svg } from '../../../chart/svg.ts'
import { BYS, type By } from '../../../statistics/table.ts'
import { resultFile } from '../../result-file.ts'
import type { Setting } from '../../setting.ts'
import { type AskedOptions, openAsked } from '../stats/asked.ts'
import { barsOf } from './bars-of.ts'
import type { Drawn, Wanted } from './drawn.ts'
import { heatOf } from './heat-of.ts'
import { timesOf } from './times-of.ts'
import { worldOf } from './world-of.ts'

export const KINDS = ['bar', 'time', 'map', 'heat'] as const
export type Kind = (typeof KINDS)[number]

export interface ChartOptions extends AskedOptions, Wanted {
  readonly by?: string
  readonly out?: string
  readonly theme?: 'light' | 'dark'
  readonly width?: number
}

/** By what a kind counts where nothing is said; what else it can count by is no other kind's. */
const USUAL: Readonly<Record<Kind, By>> = { bar: 'country', time: 'jail', map: 'country', heat: 'hour' }
const USUAL_COLUMNS = 100
const COLUMNS = { least: 40, most: 300 }

/** @returns the exit code @throws Fault `chart.*`, `cli.no-file`, `file.*`, and those of `openAsked` */
export async function chart(setting: Setting, kind: Kind, options: ChartOptions): Promise<number> {
  const by = byOf(kind, options.by)
  const out = options.out === undefined ? undefined : pictureFile(setting, options.out)
  const opened = await openAsked(setting, options)
  try {
    const drawn = await chartOf(kind, by, opened, options)
    for (const trouble of opened.places.troubles) setting.terminal.err(`rampart: ${trouble}\n`)
    if (out === undefined) setting.terminal.out(drawn.text(pageOf(setting)))
    else out.write(await contentOf(setting, drawn.picture(options.width), out.format, options.theme))
    return 0
  } finally {
    opened.close()
  }
}

function byOf(kind: Kind, given: string | undefined): By {
  const by = BYS.find((one) => one === (given ?? USUAL[kind]))
  if (by === undefined)
    throw new Fault('chart.by', `nothing can be counted by ${given}`, { hint: `one of: ${BYS.join(', ')}` })
  if (kind !== 'bar' && by !== USUAL[kind])
    throw new Fault('chart.by', `a chart of the kind ${kind} does not count by ${by}`, {
      hint: `rampart chart bar --by ${by}; ${kind} counts by ${USUAL[kind]}`,
    })
  return by
}

type Opened = Awaited<ReturnType<typeof openAsked>>

async function chartOf(kind: Kind, by: By, opened: Opened, options: ChartOptions): Promise<Drawn> {
  switch (kind) {
    case 'bar':
      return barsOf((await opened.tables([opened.question(by)]))[0]!, options)
    case 'map':
      return worldOf((await opened.tables([opened.question(by)]))[0]!, options)
    case 'time':
      return timesOf(opened.overTime(spanOf(options)), options)
    case 'heat':
      return heatOf(opened.hourByWeekday(spanOf(options)), options)
    default:
      return kind satisfies never
  }
}

/** Of what happens at a moment: bans, those that are over too, unless something else is asked for. */
function spanOf({ unit, state }: AskedOptions) {
  return { unit: unit ?? 'bans', state: state ?? 'all' } as const
}

function pictureFile({ world }: Setting, out: string) {
  return { format: formatOf(out), write: resultFile(world.files, out, 'without --out the chart is printed as text') }
}

const FORMATS = ['svg', 'png', 'html'] as const
type Format = (typeof FORMATS)[number]

function formatOf(file: string): Format {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase()
  const format = FORMATS.find((one) => one === ending)
  if (format) return format
  throw new Fault('chart.format', `${file} does not end in .svg, .png or .html`, {
    hint: 'the ending says what is written; without --out the chart is printed as text',
  })
}

async function contentOf(setting: Setting, picture: Picture, format: Format, theme: ChartOptions['theme']) {
  if (format === 'svg') return `${svg(picture, { theme: theme ?? 'auto' })}\n`
  if (format === 'html') return (await import('./html.ts')).chartPage(picture, theme)
  return (await import('./png.ts')).png(setting, svg(picture, { theme: theme ?? 'light' }), picture)
}

function pageOf({ terminal, env }: Setting): Page {
  const told = Number(env?.['COLUMNS'])
  const columns = terminal.columns ?? (Number.isInteger(told) && told > 0 ? told : USUAL_COLUMNS)
  return { columns: Math.min(COLUMNS.most, Math.max(COLUMNS.least, columns)), colour: terminal.colour }
}
