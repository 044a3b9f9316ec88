/** What stands for a value in a help text (`<jail>`, `FILE`, `auto|FILE`) says where candidates for it come from. */
import type { Source } from './spot.ts'

/** @param choices all that it can be, where that is known */
export function valueSource(name: string, choices: readonly string[] = []): Source {
  if (choices.length > 0) return { words: choices }
  const parts = name
    .replace(/[<>[\]]|\.\.\./g, '')
    .trim()
    .split('|')
  if (parts.length === 1) return KINDS[parts[0]!.toLowerCase()] ?? {}
  // In capitals it is no word but stands for some.
  const kinds = parts.filter((part) => part === part.toUpperCase() && Object.hasOwn(KINDS, part.toLowerCase()))
  const words = parts.filter((part) => !kinds.includes(part))
  return Object.assign({ words }, ...kinds.map((kind) => KINDS[kind.toLowerCase()]))
}

const KINDS: Readonly<Record<string, Source>> = {
  ...Object.fromEntries(['file', 'path', 'log'].map((name) => [name, { paths: 'files' }])),
  ...Object.fromEntries(['folder', 'folders', 'dir'].map((name) => [name, { paths: 'folders' }])),
  jail: { asked: ['jails'] },
  filter: { asked: ['filters', 'jails'], paths: 'files' },
  list: { asked: ['lists'] },
}
