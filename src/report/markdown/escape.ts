/** Text from outside in Markdown as GitHub reads it: it forms no table, link, mention, reference or markup. */
import { shown } from '../../chart/letters.ts'
import { BOUNDS } from '../bounds.ts'
import type { Words } from '../reading/words.ts'

/** In running text and cells. */
export function plain(text: string): string {
  return (
    shown(text)
      .replace(/[\\`*_[\]<>|~]/g, '\\$&')
      .replace(/&/g, '&amp;')
      // A comment parts what would be a mention, a reference, a link: an escaped letter would be whole again when they are looked for.
      .replace(/@|#(?=\d)|:(?=\/\/)|(?<=\bwww)\./gi, '$&<!-- -->')
      .replace(/\$/g, '&#36;')
  )
}

/** As code: for text that is not prose. Its fence is longer than any in it. */
export function coded(text: string): string {
  const cut = text.length > BOUNDS.text ? `${text.slice(0, BOUNDS.text)}…` : text
  const inside = shown(cut).replace(/\|/g, '\\|')
  if (inside.trim() === '') return '` `'
  const longest = Math.max(0, ...[...inside.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 && inside.trim() === inside ? `${fence}${inside}${fence}` : `${fence} ${inside} ${fence}`
}

export function sentenceText(words: Words): string {
  return words.map((word) => plain(typeof word === 'string' ? word : word.name)).join('')
}
