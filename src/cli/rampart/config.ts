/** `rampart config check`: what is wrong with the configuration, where, why, and what to write in its place. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { Finding, Severity } from '../../config/lint/finding.ts'
import { type Linted, lint } from '../../config/lint/lint.ts'
import { marked } from '../marked.ts'
import { type Colour, paint, plural, printFault, printJson, type Terminal, wrap } from '../print.ts'
import type { Setting } from '../setting.ts'
import { isFolder } from './folders.ts'

interface Options {
  readonly config: readonly string[]
  readonly json?: boolean
  /** false: no log is read. */
  readonly logs: boolean
}

/**
 * @param names jails, or filters with their options; none: the jails that would run
 * @param optional folders that need not be there
 * @returns 0 if nothing is wrong but for hints, 1 with errors or warnings, 2 if something cannot be read
 */
export async function check(
  setting: Setting,
  names: readonly string[],
  options: Options,
  optional: readonly string[],
): Promise<number> {
  const { terminal, world } = setting
  try {
    const present = options.config.filter((folder) => isFolder(setting, folder, optional))
    const linted = await lint(world, { folders: [setting.stockFolder, ...present], names, logs: options.logs })
    terminal.out(options.json ? printJson(asJson(linted), 2) : printLinted(terminal, linted))
    if (linted.findings.some(({ code }) => UNREADABLE.test(code))) return 2
    return linted.findings.some(({ severity }) => severity !== 'hint') ? 1 : 0
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    terminal.err(`rampart: ${printFault(thrown)}`)
    return 2
  }
}

const UNREADABLE = /^(file\.|config\.(unreadable|no-jails)$)/

/** Stable names; what does not apply is left out. */
function asJson({ findings, jails, filters }: Linted) {
  return {
    jails,
    filters,
    errors: count(findings, 'error'),
    warnings: count(findings, 'warning'),
    hints: count(findings, 'hint'),
    findings: findings.map(({ code, severity, jail, at, message, why, source, example, better, write }) => ({
      code,
      severity,
      jail,
      file: at.file,
      line: at.line,
      message,
      why,
      source,
      example,
      better,
      write,
    })),
  }
}

function count(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length
}

/** Where there is no terminal, lines are as long as on a wide one. */
const COLUMNS = 100
/** Behind the line's number. */
const INDENT = 7
/** Behind `such as  ` and its like. */
const LABELLED = 16
const COLOURS: Readonly<Record<Severity, Colour>> = { error: 'red', warning: 'yellow', hint: 'blue' }

/** Grouped by file, in the order of its lines. */
export function printLinted(onto: Terminal, linted: Linted): string {
  const { findings } = linted
  const terminal = { ...onto, columns: onto.columns ?? COLUMNS }
  const files = [...new Set(findings.map(({ at }) => at.file))]
  const blocks = files.map((file) => {
    const own = findings.filter(({ at }) => at.file === file).sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0))
    const head = paint(terminal, 'bold', printable(file === '' ? 'all files' : file))
    return `${head}\n${own.map((finding) => printFinding(terminal, finding)).join('\n')}\n`
  })
  return [...blocks, summary(terminal, linted)].join('')
}

function printFinding(terminal: Terminal, finding: Finding): string {
  const { severity, source, why, example, better, write } = finding
  const lines = [
    printHead(terminal, finding),
    ...(source && source.text !== '' ? [printSource(terminal, source, COLOURS[severity])] : []),
    ...(why === undefined ? [] : [blanks(INDENT) + wrap(terminal, printable(why), INDENT)]),
    ...(example === undefined ? [] : printExample(terminal, example)),
    ...(better === undefined ? [] : [label('better') + wrap(terminal, printable(better), LABELLED)]),
    // Not folded: it is there to be copied.
    ...(write === undefined ? [] : [label('write') + paint(terminal, 'green', printable(write))]),
  ]
  return `${lines.join('\n')}\n`
}

function printHead(terminal: Terminal, { severity, code, at, message }: Finding): string {
  const number = paint(terminal, 'dim', String(at.line ?? '').padStart(INDENT - 2))
  const folded = wrap(terminal, `${severity}: ${printable(message)} [${code}]`, INDENT)
  const said = folded.slice(severity.length).replace(`[${code}]`, () => paint(terminal, 'dim', `[${code}]`))
  return `${number}  ${paint(terminal, COLOURS[severity], severity)}${said}`
}

function printSource(terminal: Terminal, { text, from, to }: NonNullable<Finding['source']>, colour: Colour): string {
  return marked(terminal, text, INDENT, from < to ? { start: from, end: to, colour } : undefined).trimEnd()
}

/** Lines of a log are long, and a hostile one longer. */
const MOST_EXAMPLE = 480

function printExample(terminal: Terminal, { line, does }: NonNullable<Finding['example']>): string[] {
  const text = printable(line)
  const cut = text.length > MOST_EXAMPLE ? `${text.slice(0, MOST_EXAMPLE)}…` : text
  const folded = wrap(terminal, cut, LABELLED)
    .split('\n')
    .map((part) => paint(terminal, 'dim', part))
  return [label('such as') + folded.join('\n'), blanks(LABELLED) + wrap(terminal, `→ ${printable(does)}`, LABELLED)]
}

function label(word: string): string {
  return `${blanks(INDENT)}${word}`.padEnd(LABELLED)
}

function blanks(count: number): string {
  return ' '.repeat(Math.max(0, count))
}

function summary(terminal: Terminal, { findings, jails, filters }: Linted): string {
  const looked = [
    ...(jails.length > 0 || filters.length === 0 ? [plural(jails.length, 'jail')] : []),
    ...(filters.length > 0 ? [plural(filters.length, 'filter')] : []),
  ].join(', ')
  const counts = (['error', 'warning', 'hint'] as const).flatMap((severity) => {
    const number = count(findings, severity)
    return number === 0 ? [] : [paint(terminal, COLOURS[severity], plural(number, severity))]
  })
  return `${looked}: ${counts.length === 0 ? paint(terminal, 'green', 'nothing is wrong') : counts.join(', ')}\n`
}
