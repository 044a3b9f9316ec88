/** How far a large list has got into the kernel, for who sits at a terminal. */
import type { Terminal } from './print.ts'

/** Less of them take no second. */
const MANY = 100_000

export function listProgress(terminal: Terminal): (sent: number, all: number) => void {
  return (sent, all) => {
    if (terminal.columns === undefined || all < MANY) return
    const count = (number: number) => number.toLocaleString('en')
    const line = `  ${count(sent)} of ${count(all)} addresses in the kernel`
    // It goes away with the last: what is told then is the result.
    terminal.err(sent < all ? `\r${line}` : `\r${' '.repeat(line.length + 8)}\r`)
  }
}
