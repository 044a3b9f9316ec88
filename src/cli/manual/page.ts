/** A page of the manual, as man(7) has them. */
import { line, paragraph, reference, roff, section, usage } from './roff.ts'

export interface Page {
  readonly name: string
  readonly section: 1 | 5 | 8
  /** roff. */
  readonly text: string
}

export interface PageParts {
  readonly name: string
  readonly section: Page['section']
  /** Behind its name in lists of pages. */
  readonly summary: string
  /** Command lines; the first word is the program. */
  readonly synopsis: readonly string[]
  /** roff, from DESCRIPTION on. */
  readonly body: string
  readonly also: readonly (readonly [string, number])[]
}

/** What the pages are of. */
export interface Release {
  readonly version: string
  /** `2026-11-23`. */
  readonly date: string
}

export function pageOf(parts: PageParts, { version, date }: Release): Page {
  const { name, section: number, summary, synopsis, body, also } = parts
  // No word is divided: a hyphen at the end of a line would be read as a part of an option's name.
  const head = `.nr HY 0\n.TH ${roff(name.toUpperCase())} ${number} "${date}" "Rampart ${version}" "Rampart"\n.ad l\n`
  const named = `${section('NAME')}${line(`${roff(name)} \\- ${roff(summary)}`)}`
  const short = synopsis.length === 0 ? '' : `${section('SYNOPSIS')}${synopsis.map(usageLine).join('.br\n')}`
  const see = also.map(([other, its]) => reference(other, its)).join(',\n')
  return {
    name,
    section: number,
    text: `${NOTE}${head}${named}${short}${withoutGaps(body)}${section('SEE ALSO')}${see}\n`,
  }
}

/** Behind a heading a paragraph begins by itself. */
function withoutGaps(text: string): string {
  return text.replace(/^(\.S[HS] .*\n)(?:\.PP\n)+/gm, '$1')
}

function usageLine(command: string): string {
  return line(usage(command))
}

/** Text of help and of these pages: paragraphs apart by an empty line. */
export function prose(text: string): string {
  return text
    .trim()
    .split(/\n\n+/)
    .map((one) => paragraph(roff(one.replace(/\s*\n\s*/g, ' '))))
    .join('')
}

const NOTE = '.\\" Made from the texts of --help: an edit here is lost.\n'
