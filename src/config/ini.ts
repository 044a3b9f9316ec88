/**
 * The ini dialect of Fail2ban's files: that of Python's ConfigParser, with `=` and `:`, comments at the start of a line
 * after `#` or `;` (inside a value of several lines too), and ` ;` as the only comment behind a value. Sources: the Python
 * library reference, "Supported INI File Structure"; measured beside Fail2ban 1.0.2.
 */
import { Fault, type Place } from '../base/fault.ts'

export interface IniValue {
  /** Without the comments; the lines of a value of several lines are stripped and joined by a newline. */
  readonly text: string
  readonly at: Place
}

export interface IniSection {
  readonly at: Place
  /** By lower-case name, in the order of the file. */
  readonly options: ReadonlyMap<string, IniValue>
}

export interface IniFault {
  /** The section that cannot be trusted; undefined: the whole file. */
  readonly section: string | undefined
  readonly fault: Fault
}

export interface IniFile {
  /** By name, in the order of the file; `DEFAULT` is one of them. */
  readonly sections: ReadonlyMap<string, IniSection>
  /** `config.no-section`, `config.not-an-option`, `config.twice`: all of the file. Fail2ban refuses the whole file. */
  readonly faults: readonly IniFault[]
}

interface Reading {
  readonly file: string
  readonly sections: Map<string, { at: Place; options: Map<string, IniValue> }>
  readonly faults: IniFault[]
  section: string | undefined
  /** The option whose value the next, deeper indented line continues. */
  open: { readonly name: string; readonly line: number; readonly lines: string[]; readonly kept: boolean } | undefined
  indent: number
}

/** Never throws: what cannot be read is among the faults. */
export function parseIni(text: string, file: string): IniFile {
  const reading: Reading = { file, sections: new Map(), faults: [], section: undefined, open: undefined, indent: 0 }
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) readLine(reading, line, index + 1)
  close(reading)
  return { sections: reading.sections, faults: reading.faults }
}

/** Reading what this prints gives the same sections again. */
export function printIni(file: IniFile): string {
  const lines: string[] = []
  for (const [name, { options }] of file.sections) {
    lines.push(`[${name}]`)
    // No blank after "=": ` ;` would begin a comment.
    for (const [option, { text }] of options) lines.push(`${option}=${text.replaceAll('\n', '\n  ')}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** What Python's str.strip() takes away, which is not what trim() does. */
export function strip(text: string): string {
  return stripEnd(text.replace(LEADING, ''))
}

// By hand: a regular expression anchored at the end alone is quadratic on a line of blanks.
function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && BLANK.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

/** What Python takes for a blank, which is not what `\s` takes. */
export const BLANK = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
const LEADING = new RegExp(`^${BLANK.source}+`)

function readLine(reading: Reading, line: string, number: number): void {
  const comment = commentStart(line)
  const value = strip(comment === undefined ? line : line.slice(0, comment))
  if (value === '') {
    // An empty line belongs to the value, a comment does not.
    if (comment === undefined) reading.open?.lines.push('')
    return
  }
  const indent = LEADING.exec(line)?.[0].length ?? 0
  if (reading.open && indent > reading.indent) {
    reading.open.lines.push(value)
    return
  }
  reading.indent = indent
  // Not `.`: Python's takes U+2028 too.
  const header = /^\[([^\n]+)\]/.exec(value)
  if (header) openSection(reading, header[1]!, number)
  else openOption(reading, value, number)
}

/** Where the comment of a line begins: at its first character, or at a `;` behind a blank. */
function commentStart(line: string): number | undefined {
  const first = strip(line)[0]
  if (first === '#' || first === ';') return 0
  for (let at = line.indexOf(';'); at >= 0; at = line.indexOf(';', at + 1)) {
    if (at > 0 && BLANK.test(line[at - 1]!)) return at
  }
  return undefined
}

function openSection(reading: Reading, name: string, line: number): void {
  close(reading)
  reading.section = name
  const known = reading.sections.get(name)
  if (!known) {
    reading.sections.set(name, { at: { file: reading.file, line }, options: new Map() })
  } else if (name !== 'DEFAULT') {
    twice(reading, `the section [${name}] stands twice in one file`, line, known.at)
  }
}

function openOption(reading: Reading, value: string, line: number): void {
  close(reading)
  const { file, section } = reading
  const at = { file, line }
  if (section === undefined) {
    // One fault for the lines before the first section, not one for each.
    if (reading.faults.length > 0) return
    const hint =
      value[0] === '\ufeff' ? 'save the file without a byte order mark' : 'put a [section] line before the first option'
    reading.faults.push({
      section: undefined,
      fault: new Fault('config.no-section', `"${value}" stands before the first section`, { at, hint }),
    })
    return
  }
  const split = value.search(/[=:]/)
  const name = strip(value.slice(0, Math.max(split, 0))).toLowerCase()
  if (name === '') {
    const hint = 'write option = value; indent a line that continues the value above it'
    const fault = new Fault('config.not-an-option', `"${value}" is neither an option nor a section`, { at, hint })
    reading.faults.push({ section, fault })
    return
  }
  const known = reading.sections.get(section)!.options.get(name)
  if (known) twice(reading, `the option ${name} stands twice in [${section}] of one file`, line, known.at)
  reading.open = { name, line, lines: [strip(value.slice(split + 1))], kept: known === undefined }
}

function twice(reading: Reading, message: string, line: number, first: Place): void {
  const details = { at: { file: reading.file, line }, hint: `the first one is in line ${first.line}: keep one of them` }
  reading.faults.push({ section: reading.section, fault: new Fault('config.twice', message, details) })
}

function close(reading: Reading): void {
  const { open, section } = reading
  reading.open = undefined
  if (!open?.kept || section === undefined) return
  const text = stripEnd(open.lines.join('\n'))
  reading.sections.get(section)!.options.set(open.name, { text, at: { file: reading.file, line: open.line } })
}
