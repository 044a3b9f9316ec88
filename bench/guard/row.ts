/** A row of the benchmark's table, and the table: Markdown, so that docs/benchmarks.md can show what a terminal does. */
import { cpus, loadavg, release } from 'node:os'

export type Unit = Cost | 'packets/s'

/** The less the better. */
type Cost = 'ms' | 's' | 's CPU' | 'µs CPU' | 'MiB' | '% CPU' | 'packets' | 'processes'

export interface Row {
  readonly what: string
  readonly unit: Unit
  readonly rampart: number
  /** Absent where there is nothing to compare, or Fail2ban is not installed. */
  readonly fail2ban?: number | undefined
  /** Instead, where ufw is what it is compared with. */
  readonly ufw?: number | undefined
  readonly atMost?: number | undefined
  /** Where more is better. */
  readonly atLeast?: number | undefined
  /** What to know of the other program's figure. */
  readonly note?: string | undefined
}

/** @returns the rows as JSON with stable names, with what to know of the machine */
export function printJson(rows: readonly Row[]): string {
  const judged = rows.map((row) => ({ ...row, met: met(row) }))
  return `${JSON.stringify({ time: new Date().toISOString(), machine: machine(), load: loadavg(), rows: judged }, undefined, 2)}\n`
}

export function printTable(rows: readonly Row[]): string {
  const others = [
    ...(rows.some(({ fail2ban }) => fail2ban !== undefined) ? ['Fail2ban'] : []),
    ...(rows.some(({ ufw }) => ufw !== undefined) ? ['UFW'] : []),
  ]
  const head = ['', 'Rampart', others.join(' or '), 'ratio', 'at most', '']
  const body = rows.map((row) => {
    const other = row.fail2ban ?? row.ufw
    return [
      row.what,
      amount(row.rampart, row.unit),
      other === undefined ? '' : amount(other, row.unit),
      other === undefined ? '' : ratio(row.unit === 'packets/s' ? row.rampart / other : other / row.rampart),
      bound(row),
      { true: 'met', false: 'MISSED', undefined: '' }[`${met(row)}`],
    ]
  })
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|')}|`
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))].map((note) => `${note}. `)
  return `${[line(head), rule, ...body.map(line)].join('\n')}\n\n${notes.join('')}${machine()}; load average ${loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')} at the end.\n`
}

function bound({ unit, atMost, atLeast }: Row): string {
  if (atLeast !== undefined) return `at least ${amount(atLeast, unit)}`
  return atMost === undefined ? '' : amount(atMost, unit)
}

/** undefined where there is no target. */
function met({ rampart, atMost, atLeast }: Row): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined
  return rampart <= (atMost ?? Infinity) && rampart >= (atLeast ?? 0)
}

function amount(value: number, unit: Unit): string {
  const digits = value >= 100 || COUNTS.has(unit) ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`
}

const COUNTS: ReadonlySet<Unit> = new Set<Unit>(['packets', 'processes', 'packets/s'])

function ratio(times: number): string {
  return Number.isFinite(times) ? `${times.toFixed(times >= 10 ? 0 : 1)}x` : ''
}

export function machine(): string {
  const { arch, versions } = process
  return `${cpus().length} CPUs (${cpus()[0]?.model ?? 'unknown'}, ${arch}), Linux ${release()}, Node ${versions.node}`
}
