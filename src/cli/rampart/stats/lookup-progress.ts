/** How far the search for places has got, for who sits at a terminal and waits. */
import { type Terminal, thousands } from '../../print.ts'

/** Told on standard error, over and over in one line, which goes away at the end. Few are found before it is read. */
export function lookupProgress(terminal: Terminal): (done: number, of: number) => void {
  const columns = terminal.errColumns
  let shown = ''
  return (done, of) => {
    if (columns === undefined || of < MANY) return
    const percent = Math.floor((100 * done) / of)
    const text = `  ${thousands(of)} addresses: ${percent} % looked up`
    const line = done < of ? text.slice(0, columns - 1) : ''
    if (line === shown) return
    terminal.err(`\r${line.padEnd(shown.length)}${line === '' ? '\r' : ''}`)
    shown = line
  }
}

const MANY = 1000
