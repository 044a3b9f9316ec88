/**
 * Reads an action's script as a POSIX shell would, so far that of every `<tag>` in it is known how it is quoted there. If
 * it reads a script wrongly, a value may be split into words or its tag stay unread, but nothing runs: whatever stands for
 * a tag later is an expansion, never the value's own text, and brings its quotes in pairs.
 */
import { CommandWords } from './command-words.ts'
import { escaped, freeDelimiter, type HereDocument, hereDocumentAt, textOf } from './here-document.ts'

export type Piece = string | Slot

export interface Slot {
  readonly tag: string
  readonly place: Place
  /** Another interpreter reads it as code: `sh -c "... <tag> ..."`. */
  readonly isCode: boolean
}

/** `double`: where `$` expands and words are not split; `number`: in `$((...))`. */
export type Place = 'plain' | 'double' | 'single' | 'number' | 'comment'

/** @param isTag whether a `<name>` is a tag; others are text */
export function readShell(text: string, isTag: (name: string) => boolean): Piece[] {
  return read(text, isTag, 'code')
}

interface Reader {
  readonly text: string
  readonly isTag: (name: string) => boolean
  /** The innermost is last. */
  readonly frames: Frame[]
  readonly pieces: Piece[]
  /** Those whose text begins after this line. */
  readonly heres: Here[]
  at: number
}

interface Frame {
  readonly kind: 'code' | 'double' | 'verbatim' | 'parameter' | 'number'
  /** What ends it; nothing does at the outermost. */
  readonly end: string
  /** Of the command that it stands in. */
  readonly words: CommandWords
}

interface Here extends HereDocument {
  /** Where its word stands among the pieces. */
  readonly piece: number
  readonly isCode: boolean
}

function read(text: string, isTag: Reader['isTag'], kind: Frame['kind']): Piece[] {
  const frames = [{ kind, end: '', words: new CommandWords() }]
  const reader: Reader = { text, isTag, frames, pieces: [], heres: [], at: 0 }
  while (reader.at < text.length) STEPS[top(reader).kind](reader)
  return reader.pieces
}

const STEPS: Readonly<Record<Frame['kind'], (reader: Reader) => void>> = { code, double, verbatim, parameter, number }

/** Where commands stand. */
function code(reader: Reader): void {
  const { words, end } = top(reader)
  const letter = reader.text[reader.at]!
  if (letter === end && !(letter === ')' && words.isInCase)) leave(reader)
  else if (letter === '\\') backslash(reader, '')
  else if (letter === "'") single(reader)
  else if (letter === '"') enter(reader, { kind: 'double', end: '"', words })
  else if (letter === '(') enter(reader, { kind: 'code', end: ')', words: new CommandWords() })
  else if (letter === '#' && words.isAtWordStart) comment(reader)
  else if (letter === '<') less(reader)
  else if (/[\s;&|)]/.test(letter)) between(reader, letter)
  else expansionOrLetter(reader)
}

/** What words and commands end with. */
function between(reader: Reader, letter: string): void {
  const { words } = top(reader)
  if (/[;&|)\n]/.test(letter)) words.endCommand()
  else words.endWord()
  emit(reader, letter)
  reader.at++
  if (letter === '\n') for (const here of reader.heres.splice(0)) hereDocument(reader, here)
}

/** `<tag>`, `<<word` or another redirection. */
function less(reader: Reader): void {
  const { text, at } = reader
  const { words } = top(reader)
  if (slot(reader, 'plain')) return
  words.endWord()
  const here = tagAt(reader, at + 1) ? undefined : hereDocumentAt(text, at)
  const operator = here?.operator ?? (text.startsWith('<<<', at) ? '<<<' : '<')
  emit(reader, operator)
  reader.at += operator.length
  if (!here) return
  reader.heres.push({ ...here, piece: reader.pieces.length, isCode: words.readsInput })
  reader.pieces.push(here.word, '')
  reader.at += here.word.length
}

function hereDocument(reader: Reader, here: Here): void {
  const { text, at, isTag } = reader
  const { body, last } = textOf(here, text, at)
  const pieces = read(body, isTag, here.isQuoted ? 'verbatim' : 'double')
  // Where nothing expands, no tag would: it becomes one in which all but the tags is escaped.
  const isRewritten = here.isQuoted && pieces.some((piece) => typeof piece !== 'string')
  for (const piece of pieces) {
    if (typeof piece !== 'string') reader.pieces.push({ ...piece, isCode: here.isCode }, '')
    else emit(reader, isRewritten ? escaped(piece) : piece)
  }
  if (isRewritten) reader.pieces[here.piece] = freeDelimiter(text)
  emit(reader, isRewritten ? last.replace(here.delimiter, () => freeDelimiter(text)) : last)
  reader.at += body.length + last.length
}

function verbatim(reader: Reader): void {
  if (!slot(reader, 'double')) take(reader, 1)
}

/** In double quotes; in the text of a here-document, which nothing ends. */
function double(reader: Reader): void {
  const letter = reader.text[reader.at]!
  if (letter === top(reader).end) leave(reader)
  else if (letter === '\\') backslash(reader, '\\\\')
  else if (!slot(reader, placeOf(reader))) expansionOrLetter(reader)
}

/** `${...}`: as what stands around it, but that quotes outside of quotes are quotes. */
function parameter(reader: Reader): void {
  const letter = reader.text[reader.at]!
  const place = placeOf(reader)
  if (letter === '}') leave(reader)
  else if (letter === '\\') backslash(reader, place === 'plain' ? '' : '\\\\')
  else if (letter === "'" && place === 'plain') single(reader)
  else if (letter === '"') enter(reader, { kind: 'double', end: '"', words: top(reader).words })
  else if (!slot(reader, place)) expansionOrLetter(reader)
}

/** `$((...))`. */
function number(reader: Reader): void {
  const { words, end } = top(reader)
  if (reader.text.startsWith(end, reader.at)) leave(reader)
  else if (reader.text[reader.at] === '(') enter(reader, { kind: 'number', end: ')', words })
  else if (!slot(reader, 'number')) expansionOrLetter(reader)
}

function expansionOrLetter(reader: Reader): void {
  const { text, at } = reader
  const { words } = top(reader)
  if (text.startsWith('$((', at)) enter(reader, { kind: 'number', end: '))', words }, 3)
  else if (text.startsWith('$(', at)) enter(reader, { kind: 'code', end: ')', words: new CommandWords() }, 2)
  else if (text.startsWith('${', at)) enter(reader, { kind: 'parameter', end: '}', words }, 2)
  else if (text[at] === '`') enter(reader, { kind: 'code', end: '`', words: new CommandWords() })
  else take(reader, 1)
}

/** @param beforeTag what stands before a tag in its place: it must not take the tag's `$` for a letter */
function backslash(reader: Reader, beforeTag: string): void {
  if (!tagAt(reader, reader.at + 1)) {
    take(reader, 2)
    return
  }
  emit(reader, beforeTag)
  reader.at++
}

/** How a tag would stand here, in a parameter or in quotes. */
function placeOf({ frames }: Reader): Place {
  const inner = frames.slice(frames.findLastIndex(({ kind }) => kind === 'code') + 1)
  if (inner.some(({ kind }) => kind === 'number')) return 'number'
  return inner.some(({ kind }) => kind !== 'parameter') ? 'double' : 'plain'
}

function single(reader: Reader): void {
  take(reader, 1)
  while (reader.at < reader.text.length) {
    if (slot(reader, 'single')) continue
    const isEnd = reader.text[reader.at] === "'"
    take(reader, 1)
    if (isEnd) return
  }
}

function comment(reader: Reader): void {
  while (reader.at < reader.text.length && reader.text[reader.at] !== '\n') {
    if (slot(reader, 'comment')) continue
    emit(reader, reader.text[reader.at]!)
    reader.at++
  }
}

function enter(reader: Reader, frame: Frame, letters = 1): void {
  take(reader, letters)
  reader.frames.push(frame)
}

function leave(reader: Reader): void {
  const { end } = reader.frames.pop()!
  take(reader, end.length)
}

/** Takes letters as they are, into the word that is being read. */
function take(reader: Reader, letters: number): void {
  const taken = reader.text.slice(reader.at, reader.at + letters)
  emit(reader, taken)
  top(reader).words.add(taken.replace(/['"\\]/g, ''))
  reader.at += letters
}

function slot(reader: Reader, place: Place): boolean {
  const found = tagAt(reader, reader.at)
  if (!found) return false
  const { words } = top(reader)
  reader.pieces.push({ tag: found.tag, place, isCode: words.isCode }, '')
  words.add('?')
  reader.at += found.length
  return true
}

function tagAt({ text, isTag }: Reader, at: number): { readonly tag: string; readonly length: number } | undefined {
  if (text[at] !== '<') return undefined
  const end = text.indexOf('>', at)
  if (end < 0 || end - at > MAX_TAG) return undefined
  const tag = text.slice(at + 1, end)
  return isTag(tag) ? { tag, length: tag.length + 2 } : undefined
}

const MAX_TAG = 100

function emit({ pieces }: Reader, text: string): void {
  const last = pieces.at(-1)
  if (typeof last === 'string') pieces[pieces.length - 1] = last + text
  else pieces.push(text)
}

function top({ frames }: Reader): Frame {
  return frames.at(-1)!
}
