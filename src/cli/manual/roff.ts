/** Text as roff, in man(7)'s macros: what is meant as text is nothing but text. */

/** Any text inside a line: nothing in it is an escape, and what can be copied stays as it was typed. */
export function roff(text: string): string {
  return text.replace(/[\\\-'`^~"]/g, (mark) => ESCAPES[mark]!).replace(/[^\x20-\x7e\n]/gu, byNumber)
}

function byNumber(letter: string): string {
  return `\\[u${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`
}

/** Printers make typographic signs of these, and read the first as an escape. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
}

export function bold(text: string): string {
  return text === '' ? '' : `\\fB${roff(text)}\\fR`
}

export function italic(text: string): string {
  return text === '' ? '' : `\\fI${roff(text)}\\fR`
}

/**
 * Broken at blanks, since what edits and checks these files wants short lines. One that begins with a dot would be a request; \& is
 * nothing, and begins it instead. An apostrophe would be too, and is escaped in any place.
 */
export function line(marked: string): string {
  const lines: string[] = []
  for (const word of marked.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(asText).join('')
}

const WIDTH = 78

function asText(marked: string): string {
  return `${marked.startsWith('.') ? '\\&' : ''}${marked}\n`
}

/** @param name of a section, as it is cross-referenced: `rampart`, `8` */
export function reference(name: string, section: number): string {
  return `${bold(name)}(${section})`
}

export function section(name: string): string {
  return `.SH ${roff(name)}\n`
}

export function subsection(name: string): string {
  return `.SS ${roff(name)}\n`
}

/** @param marked escaped already */
export function paragraph(marked: string): string {
  return `.PP\n${line(marked)}`
}

/** A name, and set in below it what is told of it. */
export function item(name: string, told: string): string {
  return `.TP\n${asText(name)}${told === '' ? '\\&\n' : line(told)}`
}

/** Lines as they are, set in. */
export function verbatim(text: string): string {
  const lines = text.split('\n').map((one) => asText(roff(one)))
  return `.PP\n.RS 2\n.EX\n${lines.join('')}.EE\n.RE\n`
}

/** What belongs to the item before, set in as far. */
export function below(blocks: string): string {
  return blocks === '' ? '' : `.RS\n${blocks}.RE\n`
}

/** Words of a command line: what is typed is bold, what stands for something else italic, marks between them plain. */
export function usage(text: string): string {
  return text
    .split(/(<[^>]*>|[[\]|,\s]+|\.\.\.)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (/^<.*>$/.test(part)) return placeholder(part.slice(1, -1))
      if (/^(?:[[\]|,\s]+|\.\.\.)$/.test(part)) return roff(part)
      return /^[A-Z][A-Z_]*$/.test(part) || part.includes('=') ? italic(part) : bold(part)
    })
    .join('')
}

function placeholder(name: string): string {
  return name.endsWith('...') ? `${italic(name.slice(0, -3))} ...` : italic(name)
}
