/** A table for a page or a ticket. */
import { printable } from '../../base/printable.ts'
import type { Table } from '../table.ts'
import { cut } from './cut.ts'
import { grouped, percent, titleOf } from './heading.ts'
import { notesOf, underTitle } from './notes.ts'

export function printMarkdown(table: Table, limit: number | 'all'): string {
  const { rows, unknown } = cut(table, limit)
  const line = (rank: string, label: string, count: number, share: number) =>
    `| ${rank} | ${harmless(label)} | ${grouped(count)} | ${percent(share)} |\n`
  return [
    `## ${titleOf(table.by)}\n\n`,
    `${underTitle(table).map(harmless).join('  \n')}\n\n`,
    '| | | count | share |\n|--:|:--|--:|--:|\n',
    ...rows.map(({ rank, label, count, share }) => line(String(rank), label, count, share)),
    ...(unknown ? [line('', unknown.label, unknown.count, unknown.share)] : []),
    ...notesOf(table, limit).map((note) => `\n${harmless(note)}\n`),
  ].join('')
}

/** Nothing in it means anything to Markdown or HTML. */
function harmless(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~>]/g, '\\$&')
}
