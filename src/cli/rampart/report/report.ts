/** `rampart report`: asks everything and writes it as one page. */
import { Fault } from '../../../base/fault.ts'
import { printable } from '../../../base/printable.ts'
import { gather } from '../../../report/gather.ts'
import { markdown } from '../../../report/markdown/markdown.ts'
import { page } from '../../../report/page/page.ts'
import type { Report } from '../../../report/report.ts'
import { thousands } from '../../print.ts'
import { resultFile } from '../../result-file.ts'
import type { Setting } from '../../setting.ts'
import { type AskedOptions, openAsked } from '../stats/asked.ts'

export interface ReportOptions extends AskedOptions {
  /** `-` is standard output. */
  readonly out: string
  readonly format?: 'html' | 'md'
  readonly title?: string
}

const TITLE = 'Who was banned, and where they come from'
const TITLE_OF_LIST = 'Where these addresses come from'

/** @returns the exit code @throws Fault `report.format`, `cli.no-file`, `file.*`, and those of `openAsked` */
export async function report(setting: Setting, options: ReportOptions): Promise<number> {
  const { world, terminal, version } = setting
  const { out, title = options.ipsFile === undefined ? TITLE : TITLE_OF_LIST } = options
  const format = formatOf(options)
  const write = out === '-' ? terminal.out : resultFile(world.files, out, 'for standard output: --out -')
  const asked = await openAsked(setting, options)
  try {
    const gathered = await gather(asked, { title, version })
    const text = format === 'md' ? markdown(gathered) : await page(gathered)
    for (const trouble of asked.places.troubles) terminal.err(`rampart: ${trouble}\n`)
    write(text)
    if (out !== '-') terminal.out(`${written(out, text, gathered)}\n`)
    return 0
  } finally {
    asked.close()
  }
}

function formatOf({ out, format }: ReportOptions): 'html' | 'md' {
  if (format !== undefined) return format
  if (out === '-' || /\.html?$/i.test(out)) return 'html'
  if (/\.(?:md|markdown)$/i.test(out)) return 'md'
  throw new Fault('report.format', `the name ${printable(out)} does not say whether it shall be HTML or Markdown`, {
    hint: '--out FILE.html or FILE.md, or --format html or md',
  })
}

/** `report.html: 2,623 addresses, 65 countries; 812 KB`. */
function written(out: string, text: string, { country }: Report): string {
  const countries = country.rows.filter(({ key }) => key !== '').length
  const of = countries === 1 ? '1 country' : `${thousands(countries)} countries`
  const addresses = country.distinct === 1 ? '1 address' : `${thousands(country.distinct)} addresses`
  const size = Math.ceil(new TextEncoder().encode(text).length / 1000)
  return `${printable(out)}: ${addresses}, ${of}; ${thousands(size)} KB`
}
