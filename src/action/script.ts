/**
 * A command of an action: a script of the shell in which tags stand. A tag's value reaches it as an environment variable
 * that is expanded where the tag stood, as one word; only the guard's own words (addresses, numbers) become text of it. So
 * nothing that an attacker wrote is ever read as a script, however the tag is quoted there. Tags are replaced once: what a
 * value says of tags is text.
 */
import { harmless, tame } from './harmless.ts'
import { type Piece, readShell, type Slot } from './read-shell.ts'

export interface Script {
  /** The tags that stand in it, once each. */
  readonly tags: readonly string[]
  /** Those of them that it hands to another interpreter as code. */
  readonly asCode: readonly string[]
  /** @param values by tag; of those that have none, the empty text stands for */
  render(values: ReadonlyMap<string, Value>): Rendered
}

export interface Value {
  readonly text: string
  /** Made by the guard or given by the admin, and the same in every quoting. */
  readonly isOwn: boolean
}

export interface Rendered {
  readonly text: string
  readonly env: Readonly<Record<string, string>>
}

export function script(text: string, isTag: (name: string) => boolean): Script {
  const pieces = readShell(text, isTag)
  const slots = pieces.filter((piece) => typeof piece !== 'string')
  const tags = [...new Set(slots.map(({ tag }) => tag))]
  const names = new Map(tags.map((tag, index) => [tag, nameOf(tag, tags.slice(0, index))]))
  return {
    tags,
    asCode: [...new Set(slots.filter(({ isCode }) => isCode).map(({ tag }) => tag))],
    render: (values) => render(pieces, names, values),
  }
}

/** `RAMPART_F_USER`; no two tags of a script have the same. */
function nameOf(tag: string, before: readonly string[]): string {
  const plain = (text: string) => text.toUpperCase().replace(/\W/g, '_')
  const same = before.filter((other) => plain(other) === plain(tag)).length
  return `RAMPART_${plain(tag)}${same === 0 ? '' : `_${same + 1}`}`
}

function render(
  pieces: readonly Piece[],
  names: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, Value>,
): Rendered {
  const env: Record<string, string> = {}
  const text = pieces.map((piece) => {
    if (typeof piece === 'string') return piece
    const value = values.get(piece.tag) ?? NOTHING
    if (value.isOwn) return value.text
    const name = piece.isCode ? `${names.get(piece.tag)}_TAME` : names.get(piece.tag)!
    env[name] = piece.isCode ? tame(harmless(value.text)) : harmless(value.text)
    return expansion(piece, name, value.text)
  })
  return { text: text.join(''), env }
}

const NOTHING: Value = { text: '', isOwn: false }

/** Quotes come in pairs: even in a place that was misread they change nothing around them. */
function expansion({ place }: Slot, name: string, value: string): string {
  switch (place) {
    case 'plain':
      return `\${${name}:+"$${name}"}` // No word at all where there is no value.
    case 'double':
      return `\${${name}}`
    case 'single':
      return `'"\${${name}}"'`
    case 'number':
      return /^-?\d{1,15}$/.test(value) ? value : '0' // What a shell computes with, it evaluates.
    case 'comment':
      return ''
    default:
      return place satisfies never
  }
}
