/**
 * The terminal as a stage: scenes are printed one below the other, and only the scene that plays is drawn anew, with a
 * line of running figures below it. Where there is no terminal a scene is printed once, when it is over.
 */
import { paint, type Terminal } from '../../src/cli/print.ts'

const FRAME_MS = 80

export class Screen {
  readonly terminal: Terminal
  /** Whether scenes are drawn while they play. */
  readonly live: boolean
  readonly #footer: () => string
  #scene: () => readonly string[] = () => []
  #timer: NodeJS.Timeout | undefined
  #drawn: string[] = []
  #isOver = false

  constructor(footer: () => string) {
    const { stdout, env } = process
    const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb'
    this.terminal = {
      out: (text) => void stdout.write(text),
      err: (text) => void process.stderr.write(text),
      colour: isTerminal && !env['NO_COLOR'],
      columns: isTerminal ? stdout.columns : undefined,
    }
    this.live = isTerminal && stdout.rows >= 20 && stdout.columns >= 60
    this.#footer = footer
    // Who looks away (`| head`) ends the demo as Ctrl-C does.
    stdout.on('error', () => process.kill(process.pid, 'SIGTERM'))
  }

  /** Plays a scene until `settle`: `render` gives its lines as they are now. */
  play(render: () => readonly string[]): void {
    this.#scene = render
    if (!this.live || this.#isOver) return
    this.terminal.out('\x1b[?25l')
    this.#draw()
    this.#timer = setInterval(() => this.#draw(), FRAME_MS)
  }

  /** The scene is over and stays as it is. */
  settle(): void {
    if (this.#isOver) return
    clearInterval(this.#timer)
    const lines = [...this.#scene(), ''].map((line) => this.#cut(line))
    this.#scene = () => []
    this.#replace(lines)
    this.#drawn = []
  }

  /** Gives the terminal back; a scene that still plays stays as far as it came. */
  close(): void {
    if (this.#isOver) return
    if (this.#scene().length > 0) this.settle()
    this.#isOver = true
    if (this.live) this.terminal.out('\x1b[?25h')
  }

  #draw(): void {
    const lines = [...this.#scene(), '', this.#footer()].map((line) => this.#cut(line))
    if (lines.join('\n') !== this.#drawn.join('\n')) this.#replace(lines)
  }

  #replace(lines: string[]): void {
    const above = this.#drawn.length
    const up = above === 0 ? '' : `\x1b[${above}A\r`
    const rows = lines.map((line) => `${line}${this.live ? '\x1b[K' : ''}\n`)
    this.terminal.out(`${up}${rows.join('')}${above > lines.length ? '\x1b[J' : ''}`)
    this.#drawn = lines
  }

  /** A line that wraps would upset the counting of lines. */
  #cut(line: string): string {
    const columns = this.live ? process.stdout.columns : undefined
    if (columns === undefined || visible(line).length <= columns) return line
    let room = columns - 1
    const parts = line.split(STYLE).map((part) => {
      if (part.startsWith('\x1b')) return part
      const kept = part.slice(0, room)
      room -= kept.length
      return kept
    })
    return `${parts.join('')}${paint(this.terminal, 'dim', '…')}`
  }
}

const STYLE = /(\x1b\[\d+m)/

export function visible(line: string): string {
  return line.replaceAll(/\x1b\[\d+m/g, '')
}
