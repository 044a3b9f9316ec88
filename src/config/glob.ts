/** Shell patterns of paths: `*`, `?`, `[...]`, never across `/`, and no hidden names unless the dot is written. */
import type { Files } from '../world/files.ts'

/** The paths that are there, sorted; a path without a pattern is itself if it is there. */
export function expandGlob(files: Files, pattern: string): string[] {
  let paths = [pattern.startsWith('/') ? '/' : '.']
  for (const part of pattern.split('/').filter((part) => part !== '')) {
    const matches = /[*?[]/.test(part) ? globMatcher(part) : undefined
    paths = paths.flatMap((folder) => {
      const base = folder === '/' ? '/' : `${folder}/`
      if (matches)
        return namesIn(files, folder)
          .filter(matches)
          .map((name) => base + name)
      return isThere(files, base + part) ? [base + part] : []
    })
    if (paths.length > MAX_PATHS) paths = paths.slice(0, MAX_PATHS)
  }
  return paths
}

/** Whether a path without folders, or a whole path, fits a pattern. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const source = pattern.replace(
    /\[(!?)([^\]/]+)\]|[\s\S]/g,
    (piece, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^/' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`
      if (piece === '*') return '[^/]*'
      if (piece === '?') return '[^/]'
      return piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    },
  )
  const expression = safeExpression(`^${source}$`)
  return (path) => expression.test(path) && (pattern.startsWith('.') || !path.startsWith('.'))
}

/** More logs than this are not one host's. */
const MAX_PATHS = 4096

/** A set such as `[z-a]` is none: then nothing fits. */
function safeExpression(source: string): RegExp {
  try {
    return new RegExp(source)
  } catch {
    return /(?!)/
  }
}

function namesIn(files: Files, folder: string): readonly string[] {
  try {
    return files.list(folder)
  } catch {
    return []
  }
}

function isThere(files: Files, path: string): boolean {
  try {
    return files.stat(path) !== undefined
  } catch {
    return true
  }
}
