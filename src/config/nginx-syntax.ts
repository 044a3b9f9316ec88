/**
 * nginx's configuration syntax: directives that end in `;` or open a block, words in quotes or bare, `\` before a
 * character, comments after `#`. Source: nginx's documentation, "Configuration File's Structure"; measured beside nginx 1.22.
 */
import { Fault, type Place } from '../base/fault.ts'

export interface Directive {
  readonly name: string
  readonly words: readonly string[]
  readonly at: Place
  /** undefined: it ended in `;`. */
  readonly block: readonly Directive[] | undefined
}

export interface NginxFile {
  readonly directives: readonly Directive[]
  /** `nginx.syntax`: what could not be read; the rest is in `directives`. */
  readonly faults: readonly Fault[]
}

/** Never throws. The code of a Lua block is skipped: its braces are its own. */
export function parseNginx(text: string, file: string): NginxFile {
  const reading: Reading = { text, file, at: 0, line: 1, depth: 0, faults: [] }
  const directives = readBlock(reading)
  return { directives, faults: reading.faults }
}

interface Reading {
  readonly text: string
  readonly file: string
  at: number
  line: number
  depth: number
  readonly faults: Fault[]
}

/** Deeper blocks are not nginx's. */
const MAX_DEPTH = 64
const MAX_FAULTS = 20

/** Directives up to the `}` that closes the block, or the end of the file. */
function readBlock(reading: Reading): Directive[] {
  const directives: Directive[] = []
  let words: string[] = []
  let at: Place = { file: reading.file, line: reading.line }
  const end = (block?: Directive[]) => {
    const [name, ...rest] = words
    if (name !== undefined) directives.push({ name, words: rest, at, block })
    else fault(reading, `a "${block ? '{' : ';'}" stands alone`)
    words = []
  }
  for (let token = readToken(reading); token; token = readToken(reading)) {
    if (token.kind === 'word') {
      if (words.length === 0) at = { file: reading.file, line: token.line }
      words.push(token.text)
    } else if (token.kind === ';') {
      end()
    } else if (token.kind === '{') {
      end(inside(reading, words))
    } else if (reading.depth === 0) {
      fault(reading, 'a "}" closes no block')
    } else {
      if (words.length > 0) fault(reading, `"${words[0]}" lacks its ";"`)
      return directives
    }
  }
  if (words.length > 0) fault(reading, `"${words[0]}" lacks its ";"`)
  if (reading.depth > 0) fault(reading, 'a block is not closed')
  return directives
}

function inside(reading: Reading, words: readonly string[]): Directive[] {
  if (words[0]?.endsWith('_by_lua_block')) return skipBraces(reading)
  if (reading.depth >= MAX_DEPTH) {
    fault(reading, `blocks are nested deeper than ${MAX_DEPTH}`)
    return skipBraces(reading)
  }
  reading.depth++
  const block = readBlock(reading)
  reading.depth--
  return block
}

function skipBraces(reading: Reading): Directive[] {
  let open = 1
  for (; reading.at < reading.text.length && open > 0; reading.at++) {
    const character = reading.text[reading.at]
    if (character === '{') open++
    else if (character === '}') open--
    else if (character === '\n') reading.line++
  }
  return []
}

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: ';' | '{' | '}' }

function readToken(reading: Reading): Token | undefined {
  const { text } = reading
  for (; reading.at < text.length; reading.at++) {
    const character = text[reading.at]!
    if (character === '\n') reading.line++
    else if (character === '#') skipComment(reading)
    else if (character === ';' || character === '{' || character === '}') {
      reading.at++
      return { kind: character }
    } else if (!BLANK.test(character)) {
      const { line } = reading
      const quoted = character === '"' || character === "'"
      return { kind: 'word', text: quoted ? readQuoted(reading, character) : readBare(reading), line }
    }
  }
  return undefined
}

const BLANK = /[ \t\r\n]/

function skipComment(reading: Reading): void {
  const end = reading.text.indexOf('\n', reading.at)
  // The newline itself is left to be counted.
  reading.at = (end < 0 ? reading.text.length : end) - 1
}

function readQuoted(reading: Reading, quote: string): string {
  const start = reading.line
  let word = ''
  for (reading.at++; reading.at < reading.text.length; reading.at++) {
    const character = reading.text[reading.at]!
    if (character === quote) {
      reading.at++
      return word
    }
    word += character === '\\' ? readEscape(reading) : character
    if (character === '\n') reading.line++
  }
  fault(reading, `a quote opened in line ${start} is not closed`)
  return word
}

function readBare(reading: Reading): string {
  let word = ''
  for (; reading.at < reading.text.length; reading.at++) {
    const character = reading.text[reading.at]!
    // `${name}` is a variable, its brace opens no block.
    const variable = character === '{' && word.endsWith('$')
    if (!variable && (BLANK.test(character) || character === ';' || character === '{')) break
    word += character === '\\' ? readEscape(reading) : character
  }
  return word
}

/** `\"`, `\'`, `\\` are the character, `\t \r \n` what they say, any other backslash stands for itself. */
function readEscape(reading: Reading): string {
  const next = reading.text[reading.at + 1] ?? ''
  reading.at++
  if (next === '\n') reading.line++
  return ESCAPES[next] ?? `\\${next}`
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' }

function fault({ faults, file, line }: Reading, what: string): void {
  if (faults.length >= MAX_FAULTS) return
  const hint = 'nginx -t tells what nginx itself makes of it'
  faults.push(new Fault('nginx.syntax', `nginx configuration: ${what}`, { at: { file, line }, hint }))
}
