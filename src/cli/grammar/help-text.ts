/**
 * A help text as it is printed, read back: headings at the margin, under them items of two columns; other paragraphs as they
 * are. It is written once, for `--help`; the manual page and the completion take it from there.
 */
import type { GrammarOption } from './grammar.ts'

export interface HelpText {
  /** Behind `Usage:` and the program's name. */
  readonly usage: string
  readonly blocks: readonly HelpBlock[]
}

export type HelpBlock = HelpSection | { readonly kind: 'text'; readonly text: string }

export interface HelpSection {
  readonly kind: 'section'
  readonly heading: string
  readonly items: readonly HelpItem[]
  /** The same as it stands there. */
  readonly text: string
}

export interface HelpItem {
  /** Left: `-c, --conf DIR`. */
  readonly term: string
  /** Right, on one line. */
  readonly told: string
}

/** @param text begins with `Usage: PROGRAM ...`, or ends in examples alone */
export function readHelp(text: string): HelpText {
  const paragraphs = text
    .replace(/^\n+|\s+$/g, '')
    .split(/\n\n+/)
    .filter((paragraph) => paragraph !== '')
  const [, usage] = /^Usage: *\S+ *(.*)/.exec(paragraphs[0] ?? '') ?? []
  return { usage: usage ?? '', blocks: (usage === undefined ? paragraphs : paragraphs.slice(1)).map(blockOf) }
}

function blockOf(paragraph: string): HelpBlock {
  const [heading = '', ...lines] = paragraph.split('\n')
  if (!/^\S.*:$/.test(heading) || lines.length === 0) return { kind: 'text', text: paragraph }
  return { kind: 'section', heading: heading.slice(0, -1), items: itemsOf(lines), text: lines.join('\n') }
}

/** Columns further in than an item's name: such a line goes on with what is told of the item before. */
const FURTHER = 8

function itemsOf(lines: readonly string[]): readonly HelpItem[] {
  const items: { term: string; told: string }[] = []
  const margin = (line: string) => line.search(/\S/)
  const first = Math.min(...lines.map(margin))
  for (const line of lines) {
    const last = items.at(-1)
    if (last && margin(line) >= first + FURTHER) {
      last.told = `${last.told} ${line.trim()}`.trim()
      continue
    }
    const [, term = '', told = ''] = /^(\S.*?)(?: {2,}(\S.*))?$/.exec(line.trim()) ?? []
    items.push({ term, told })
  }
  return items
}

/** The options among the items: `-c, --config FOLDER`. */
export function optionsOf({ blocks }: HelpText): readonly GrammarOption[] {
  const items = blocks.flatMap((block) => (block.kind === 'section' ? block.items : []))
  return items.flatMap(({ term, told }) => {
    if (!term.startsWith('-')) return []
    const parts = term.split(/, */).map((part) => part.split(' '))
    return [{ names: parts.map(([name]) => name!), value: parts.at(-1)?.[1], told, choices: [] }]
  })
}
