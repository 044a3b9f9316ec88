/** Here-documents: `<<word`, and the lines after it up to that word. Source: POSIX.1-2017, 2.7.4. */

export interface HereDocument {
  readonly delimiter: string
  /** Nothing in its text expands. */
  readonly isQuoted: boolean
  /** `<<-`: tabs before its lines are no part of it. */
  readonly isIndented: boolean
  /** The operator as it stands, and then the word. */
  readonly operator: string
  readonly word: string
}

/** The one whose operator stands here. */
export function hereDocumentAt(text: string, at: number): HereDocument | undefined {
  if (!text.startsWith('<<', at) || text[at + 2] === '<') return undefined
  const found = OPERATOR.exec(text.slice(at, at + MAX_OPERATOR))
  if (!found) return undefined
  const [whole, dash, word] = found as unknown as [string, string, string]
  return {
    delimiter: word.replace(/\\(.)|['"]/g, '$1'),
    isQuoted: /['"\\]/.test(word),
    isIndented: dash === '-',
    operator: whole.slice(0, -word.length),
    word,
  }
}

const OPERATOR = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\[^\n]|[^\s;&|<>()'"\\])+)/
const MAX_OPERATOR = 200

/** Its text, which begins at `at`, and the line that ends it. */
export function textOf(
  { delimiter, isIndented }: HereDocument,
  text: string,
  at: number,
): { readonly body: string; readonly last: string } {
  const end = new RegExp(`^${isIndented ? '\\t*' : ''}${delimiter.replace(/\W/g, '\\$&')}$`, 'm')
  const rest = text.slice(at)
  const found = end.exec(rest)
  return { body: found ? rest.slice(0, found.index) : rest, last: found?.[0] ?? '' }
}

/** Text of a quoted one as that of one that is not. */
export function escaped(text: string): string {
  return text.replace(/[\\$`]/g, '\\$&')
}

/** A delimiter that needs no quotes and stands nowhere in the script. */
export function freeDelimiter(text: string): string {
  let word = 'END_OF_TEXT'
  while (text.includes(word)) word += '_'
  return word
}
