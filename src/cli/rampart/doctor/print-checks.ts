/** The doctor's findings for a person: in groups, what is worst first; on one screen, as a rule. */
import { printable } from '../../../base/printable.ts'
import { type Colour, paint, plural, type Terminal, wrap } from '../../print.ts'
import type { Check, Finding, Group, Severity } from './finding.ts'

/** @param all also what is well */
export function printChecks(
  onto: Terminal,
  checks: readonly Check[],
  { all = false }: { readonly all?: boolean },
): string {
  const terminal = { ...onto, columns: onto.columns ?? COLUMNS }
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => {
    const own = checks.filter((check) => check.group === group)
    const findings = own
      .flatMap((check) => check.findings)
      .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
    const well = all ? own.filter((check) => check.findings.length === 0) : []
    const lines = [
      ...findings.map((finding) => printFinding(terminal, finding)),
      ...well.map((check) => printWell(terminal, check)),
    ]
    return lines.length === 0 ? '' : `${paint(terminal, 'bold', GROUPS[group])}\n${lines.join('')}`
  })
  return `${groups.join('')}${summary(terminal, checks, all)}`
}

/** Where there is no terminal, lines are as long as on a wide one. */
const COLUMNS = 100
const GROUPS: Readonly<Record<Group, string>> = { firewall: 'Firewall', detection: 'Detection', host: 'Host' }
const ORDER: readonly Severity[] = ['error', 'warning', 'hint']
const MARKS: Readonly<Record<Severity, { readonly mark: string; readonly colour: Colour }>> = {
  error: { mark: '✖', colour: 'red' },
  warning: { mark: '!', colour: 'yellow' },
  hint: { mark: '·', colour: 'blue' },
}
const INDENT = 4

function printFinding(terminal: Terminal, { severity, message, mend, at }: Finding): string {
  const { mark, colour } = MARKS[severity]
  const place =
    at === undefined || message.startsWith(at.file) ? '' : ` (${at.file}${at.line === undefined ? '' : `:${at.line}`})`
  const said = `  ${paint(terminal, colour, mark)} ${wrap(terminal, printable(`${message}${place}`), INDENT)}\n`
  if (mend === undefined) return said
  // Not folded where it fits a line: it is there to be copied.
  return `${said}    ${paint(terminal, 'green', wrap(terminal, printable(mend), INDENT))}\n`
}

function printWell(terminal: Terminal, { title }: Check): string {
  return `  ${paint(terminal, 'green', '✔')} ${title}\n`
}

function summary(terminal: Terminal, checks: readonly Check[], all: boolean): string {
  const findings = checks.flatMap((check) => check.findings)
  const counts = ORDER.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [paint(terminal, MARKS[severity].colour, plural(count, severity))]
  })
  const well = checks.filter((check) => check.findings.length === 0).length
  const rest = `${plural(well, 'thing')} ${well === 1 ? 'is' : 'are'} well${all || well === 0 ? '' : ' (--all shows them)'}`
  return `${[...counts, findings.length === 0 ? paint(terminal, 'green', rest) : rest].join(', ')}\n`
}
