/** What `rampart jail list` says. */
import { printable } from '../../../base/printable.ts'
import { type Colour, paint, plural, type Terminal, wrap } from '../../print.ts'
import type { ListedJail } from './listed-jail.ts'

export interface Shown {
  readonly all: boolean
  /** Jails run by what was found on this host. */
  readonly isChosen: boolean
  readonly isGuarded: boolean
}

/** Jails that run or should, or that the admin has a word of. */
export function isOfInterest({ enabled, running, switchedAt }: ListedJail): boolean {
  return enabled || running === true || switchedAt !== null
}

export function printJails(terminal: Terminal, listed: readonly ListedJail[], of: Shown): string {
  const shown = of.all ? listed : listed.filter(isOfInterest)
  const others = listed.length - shown.length
  const rows = shown.map(rowOf)
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map(({ cells }) => cells[column]!.length)))
  const isWide = widths.reduce((sum, width) => sum + width + 2, -2) <= (terminal.columns ?? Number.POSITIVE_INFINITY)
  const how = of.isChosen
    ? 'Jails run by what there is on this host, and by what is enabled.'
    : 'Exactly those jails run that are enabled.'
  const rest = others === 0 ? '' : ` ${plural(others, 'jail')} not enabled: rampart jail list --all`
  const parts = [
    ...(of.isGuarded ? [] : [paint(terminal, 'yellow', 'no guard is running')]),
    ...(shown.length === 0 ? ['no jail is enabled'] : [headOf(terminal, widths, isWide)]),
    ...rows.map((row) => printRow(terminal, row, widths, isWide)),
    '',
    wrap(terminal, `${how}${rest}`, 0),
  ]
  return parts.map((part) => `${part}\n`).join('')
}

const HEAD = ['jail', 'state', 'logs', 'where'] as const

interface Row {
  readonly state: State
  /** As `HEAD` says. */
  readonly cells: readonly string[]
  readonly below: readonly string[]
}

function rowOf(jail: ListedJail): Row {
  const { name, filter, logs, why } = jail
  const state = stateOf(jail)
  const place = jail.switchedAt ?? { file: jail.file ?? '', line: jail.line ?? 0 }
  const where = place.file === '' ? '' : `${place.file}:${place.line}`
  const below = [
    ...(filter === null || filter === name ? [] : [`filter ${filter}`]),
    // That none runs is said once.
    ...(why === null || jail.running === null ? [] : [why]),
    ...(why !== null && jail.running === null && (state === 'faulty' || state === 'off') ? [why] : []),
  ]
  return {
    state,
    cells: [name, state, logs.map(logWords).join(', ') || '-', where].map(printable),
    below: below.map(printable),
  }
}

type State = 'runs' | 'waits' | 'enabled' | 'faulty' | 'off'
const COLOURS: Readonly<Record<State, Colour>> = {
  runs: 'green',
  waits: 'yellow',
  enabled: 'blue',
  faulty: 'red',
  off: 'dim',
}

function stateOf({ enabled, running, filter, logs }: ListedJail): State {
  if (running) return logs.length > 0 && logs.every(({ state }) => state === 'pending') ? 'waits' : 'runs'
  if (!enabled) return 'off'
  return filter === null ? 'faulty' : 'enabled'
}

function logWords({ log, state }: ListedJail['logs'][number]): string {
  return state === null || state === 'reading' ? log : `${log} (${state})`
}

function headOf(terminal: Terminal, widths: readonly number[], isWide: boolean): string {
  const titles = HEAD.slice(0, isWide ? HEAD.length : -1).map((title, column) => title.padEnd(widths[column]!))
  return paint(terminal, 'dim', titles.join('  ').trimEnd())
}

/** What does not fit beside the logs stands below them. */
function printRow(
  terminal: Terminal,
  { state, cells, below }: Row,
  widths: readonly number[],
  isWide: boolean,
): string {
  const [name, word, logs, where] = cells as [string, string, string, string]
  const indent = widths[0]! + widths[1]! + 4
  const place = paint(terminal, 'dim', isWide ? where : wrap(terminal, where, indent))
  const lines = [
    isWide ? `${logs.padEnd(widths[2]!)}  ${place}` : wrap(terminal, logs, indent),
    ...(isWide || where === '' ? [] : [place]),
    ...below.map((text) => paint(terminal, 'yellow', wrap(terminal, text, indent))),
  ]
  const head = `${name.padEnd(widths[0]!)}  ${paint(terminal, COLOURS[state], word.padEnd(widths[1]!))}  `
  return head + lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(indent)}`)
}
