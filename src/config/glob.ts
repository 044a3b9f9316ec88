/**
 * Shell patterns of paths: `*`, `?`, `[...]`, never across `/`, and no hidden names unless the dot is written. Source: the
 * Python library reference, "glob": a path keeps the form in which it is written, and `**` is no more than `*`.
 */
import type { Files } from '../world/files.ts'

export interface GlobOptions {
  /** In the disk's own order, which is Python's, not sorted. */
  readonly asStored?: boolean
}

/** The paths that are there; a path without a pattern is itself if it is there. */
export function expandGlob(files: Files, pattern: string, options: GlobOptions = {}): string[] {
  if (!MAGIC.test(pattern)) return isThere(files, pattern) ? [pattern] : []
  const slash = pattern.lastIndexOf('/') + 1
  // Of several slashes one is left, but at the root.
  const before = pattern.slice(0, slash).replace(/(?<=[^/])\/+$/, '/')
  const name = pattern.slice(slash)
  const folders = MAGIC.test(before) ? foldersOf(files, before, options) : [before]
  const matches = MAGIC.test(name) ? globMatcher(name) : undefined
  const paths = folders.flatMap((folder) => {
    if (!matches) return isThere(files, folder + name) ? [folder + name] : []
    return namesIn(files, folder === '' ? '.' : folder, options)
      .filter(matches)
      .map((one) => folder + one)
      .filter((path) => isThere(files, path))
  })
  return paths.slice(0, MAX_PATHS)
}

const MAGIC = /[*?[]/

/** What the part up to the last slashes stands for, each with one slash behind it. */
function foldersOf(files: Files, before: string, options: GlobOptions): string[] {
  const found = expandGlob(files, before.slice(0, -1), options)
  return found.filter((path) => isFolder(files, path)).map((path) => `${path}/`)
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

function namesIn(files: Files, folder: string, options: GlobOptions): readonly string[] {
  try {
    return files.list(folder, options)
  } catch {
    return []
  }
}

function isFolder(files: Files, path: string): boolean {
  try {
    return files.stat(path)?.kind === 'folder'
  } catch {
    return false
  }
}

/** A link that leads nowhere is not there. */
function isThere(files: Files, path: string): boolean {
  if (path === '') return false
  try {
    const stat = files.stat(path)
    return stat !== undefined && (stat.kind === 'folder' || !path.endsWith('/'))
  } catch {
    return true
  }
}
