/** Rows of words as a person writes them: a command a line, or its words as JSON; `!sleep SECONDS` waits. */
import { shellWords } from '../../../src/config/commands/shell-words.ts'
import type { Row } from './both.ts'

export function rowsOf(text: string): { readonly text: string; readonly row: Row }[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => ({ text: line, row: rowOf(line) }))
}

function rowOf(line: string): Row {
  if (line.startsWith('!sleep ')) return { sleep: Number(line.slice(7)) }
  return line.startsWith('[') ? (JSON.parse(line) as Row) : shellWords(line)
}
