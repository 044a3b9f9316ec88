/** `rampart stats`: who was banned, counted. */
import { printable } from '../../../base/printable.ts'
import { printArticle } from '../../../statistics/print/article.ts'
import { dataOf, periodOf, subjectOf, titleOf } from '../../../statistics/print/heading.ts'
import { asJson } from '../../../statistics/print/json.ts'
import { printMarkdown } from '../../../statistics/print/markdown.ts'
import { printCsv, printTsv } from '../../../statistics/print/separated.ts'
import { printTable } from '../../../statistics/print/text-table.ts'
import { type By, isOfTime, type Table } from '../../../statistics/table.ts'
import { paint, printJson, type Terminal } from '../../print.ts'
import type { Setting } from '../../setting.ts'
import { type AskedOptions, type OpenAsked, openAsked } from './asked.ts'

export type Format = 'table' | 'article' | 'csv' | 'tsv' | 'json' | 'md'

export interface StatsOptions extends AskedOptions {
  readonly by?: By
  /** How many rows of a table. */
  readonly n?: number | 'all'
  readonly format: Format
}

/** The article's three. */
const USUAL: readonly By[] = ['country', 'org', 'city']

/** @returns 0 @throws Fault `cli.bad-time`, `statistics.*`, `place.*`, `file.*`, `store.*` */
export async function stats(setting: Setting, options: StatsOptions): Promise<number> {
  const asked = await openAsked(setting, options)
  try {
    const bys = options.by === undefined ? USUAL : [options.by]
    // The article's script counts cities by their name alone.
    const cities = options.format === 'article' ? 'name' : 'apart'
    const tables = await asked.tables(bys.map((by) => asked.question(by, { cities })))
    setting.terminal.out(print(setting.terminal, tables, options, asked))
    for (const trouble of asked.places.troubles) setting.terminal.err(`rampart: ${trouble}\n`)
    return 0
  } finally {
    asked.close()
  }
}

function print(terminal: Terminal, tables: readonly Table[], options: StatsOptions, { now }: OpenAsked): string {
  const { format } = options
  const limit = options.n ?? (format === 'table' || format === 'md' ? usualLimit(tables) : 'all')
  switch (format) {
    case 'article':
      return article(terminal, tables, limit)
    case 'csv':
      return printCsv(tables, limit)
    case 'tsv':
      return printTsv(tables, limit)
    case 'json':
      return printJson(asJson(tables, limit, now), 2)
    case 'md':
      return `${tables.map((table) => printMarkdown(table, limit)).join('\n')}${credits(tables, '\n')}`
    case 'table': {
      const paper = {
        columns: terminal.columns,
        paint: (how: 'bold' | 'dim' | 'blue', text: string) => paint(terminal, how, text),
      }
      return `${tables.map((table) => printTable(table, limit, paper)).join('\n')}${credits(tables, '\n')}`
    }
    default:
      return format satisfies never
  }
}

/** As many as the article's charts show; all hours and all days. */
function usualLimit(tables: readonly Table[]): number | 'all' {
  return tables.some(({ by }) => isOfTime(by)) ? 'all' : 20
}

/** One list is nothing but the list, as other programs read it: what it counts is told beside it. */
function article(terminal: Terminal, tables: readonly Table[], limit: number | 'all'): string {
  for (const table of tables) {
    const data = dataOf(table.sources)
    terminal.err(`rampart: ${printable([subjectOf(table), periodOf(table), data].filter(Boolean).join('; '))}\n`)
  }
  if (tables.length === 1) return printArticle(tables[0]!, limit)
  return tables.map((table) => `${titleOf(table.by)}\n${printArticle(table, limit)}`).join('\n')
}

/** The lines that the licences ask for, each once. */
function credits(tables: readonly Table[], before: string): string {
  const lines = new Set(tables.flatMap(({ sources }) => sources.map(({ credit, url }) => `${credit} (${url})`)))
  return lines.size === 0 ? '' : `${before}${[...lines].map((line) => `${printable(line)}\n`).join('')}`
}
