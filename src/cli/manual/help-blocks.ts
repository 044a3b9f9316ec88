/** What a help text says, as a page's body. */
import type { HelpBlock, HelpSection } from '../grammar/help-text.ts'
import { prose } from './page.ts'
import { item, roff, subsection, usage, verbatim } from './roff.ts'

/** @param heading how a heading becomes one of the page */
export function helpBlocks(blocks: readonly HelpBlock[], heading: (text: string) => string = subsection): string {
  return blocks.map((block) => helpBlock(block, heading)).join('')
}

function helpBlock(block: HelpBlock, heading: (text: string) => string): string {
  if (block.kind === 'text') return /^\s/m.test(block.text) ? verbatim(block.text) : prose(block.text)
  if (isExamples(block)) return `${heading(block.heading)}${examples(block)}`
  if (block.items.every(({ told }) => told === '')) return `${heading(block.heading)}${prose(block.text)}`
  return `${heading(block.heading)}${block.items.map(({ term, told }) => item(usage(term), roff(told))).join('')}`
}

export function isExamples({ heading }: HelpSection): boolean {
  return /^examples?$/i.test(heading)
}

/** What is told of a command stands below it; those of which nothing is told stand together, in front. */
export function examples({ items }: HelpSection): string {
  const alone = items.filter(({ told }) => told === '').map(({ term }) => continued(term))
  const explained = items.filter(({ told }) => told !== '').map(({ term, told }) => item(roff(term), roff(told)))
  return `${alone.length === 0 ? '' : verbatim(alone.join('\n'))}${explained.join('')}`
}

/** Characters of a line that is set in twice, on a screen of 80. */
const WIDTH = 62

/** A command that is too long for a line goes on in the next, as a shell reads it. */
function continued(command: string): string {
  if (command.length <= WIDTH) return command
  const cut = command.lastIndexOf(' ', WIDTH - 2)
  return cut <= 0 ? command : `${command.slice(0, cut)} \\\n    ${continued(command.slice(cut + 1))}`
}
