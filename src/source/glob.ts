/** Patterns of paths: `*`, `?`, `[a-z]`, `[!a-z]` within one name, as Python's glob has them; `*` hides dot files. */
import type { Files } from '../world/files.ts'
import { isPacked, logOf } from './past.ts'

/** More than this one pattern does not bring: a folder may be flooded with names. */
const MAX_MATCHES = 1000

export interface Expanded {
  /** Paths that exist, sorted; a pattern without wildcards stands for itself, existing or not. */
  readonly paths: readonly string[]
  /** Folders whose changes may change the paths. */
  readonly folders: readonly string[]
}

/** @param list names in a folder, as `Files.list` gives them; empty for one that is not there or may not be read */
export function expand(pattern: string, list: (folder: string) => readonly string[], files: Files): Expanded {
  if (!hasWildcard(pattern)) return { paths: [pattern], folders: [] }
  let found = ['']
  const folders: string[] = []
  const segments = pattern.split('/').filter((segment) => segment !== '')
  for (const [index, segment] of segments.entries()) {
    if (!hasWildcard(segment)) {
      found = found.map((path) => `${path}/${segment}`)
      continue
    }
    folders.push(...found.map((path) => path || '/'))
    const matches = nameMatcher(segment)
    found = found.flatMap((path) =>
      list(path || '/')
        .filter(matches)
        .map((name) => `${path}/${name}`),
    )
    found = found.slice(0, MAX_MATCHES)
    // Who asks for packed files by their ending means them.
    if (index === segments.length - 1 && !isPacked(pattern)) found = withoutPast(found)
  }
  // Names listed exist; one that was only joined on may not.
  const last = segments.at(-1)!
  const paths = hasWildcard(last) ? found : found.filter((path) => exists(files, path))
  return { paths: paths.sort(), folders }
}

export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text)
}

/** The pattern that this path alone fits. */
export function patternOf(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}

/** Whether the pattern names this path. */
export function fits(pattern: string, path: string): boolean {
  if (pattern === path) return true
  const segments = pattern.split('/')
  const names = path.split('/')
  return segments.length === names.length && segments.every((segment, i) => nameMatcher(segment)(names[i]!))
}

/** Whether a name fits one segment of a pattern. */
export function nameMatcher(segment: string): (name: string) => boolean {
  const source = segment.replace(
    /\[(!?)([^\]]+)\]|[\s\S]/g,
    (piece, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`
      if (piece === '*') return '[^]*'
      if (piece === '?') return '[^]'
      return piece.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
    },
  )
  const expression = new RegExp(`^${source}$`)
  const hidden = segment.startsWith('.')
  return (name) => (hidden || !name.startsWith('.')) && expression.test(name)
}

/** Without packed files, and without what a log beside it was rotated to: those lines have been read. */
function withoutPast(paths: readonly string[]): string[] {
  const known = new Set(paths)
  return paths.filter((path) => {
    if (isPacked(path)) return false
    const slash = path.lastIndexOf('/') + 1
    const log = logOf(path.slice(slash))
    return log === undefined || !known.has(path.slice(0, slash) + log)
  })
}

function exists(files: Files, path: string): boolean {
  try {
    return files.stat(path) !== undefined
  } catch {
    return true // It may not be looked at: the follower says so.
  }
}
