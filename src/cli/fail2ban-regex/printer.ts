/** Standard output in large pieces. On a terminal no control character of a log is sent as it is; a pipe gets all bytes. */
import { printable } from '../../base/printable.ts'
import type { Terminal } from '../print.ts'

export interface Printer {
  line(text: string): void
  flush(): void
}

const PIECE = 1 << 16

export function printer(terminal: Terminal): Printer {
  let held = ''
  // Columns are known where there is a terminal.
  const shown = terminal.columns === undefined ? (text: string) => text : safe
  const flush = () => {
    if (held !== '') terminal.out(held)
    held = ''
  }
  return {
    line(text) {
      held += `${shown(text)}\n`
      if (held.length > PIECE) flush()
    },
    flush,
  }
}

/** Tabs and line ends are of the format. */
function safe(text: string): string {
  return text.replace(/[^\t\n]+/g, printable)
}
