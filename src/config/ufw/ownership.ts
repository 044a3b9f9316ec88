/** Whether somebody else than root may change the firewall's files: UFW warns at every command. */
import type { Files, Stat } from '../../world/files.ts'

/** Warnings as UFW says them, for the files and the folders above them, each once, in this order. */
export function ownershipWarnings(files: Files, paths: readonly string[]): string[] {
  const seen = new Set<string>()
  return paths
    .flatMap((path) => withFolders(path))
    .flatMap((path) => {
      if (seen.has(path)) return []
      seen.add(path)
      const stat = statOf(files, path)
      return stat ? warningsOf(path, stat) : []
    })
}

function warningsOf(path: string, { owner, group, mode }: Stat): string[] {
  return [
    ...(owner === 0 ? [] : [`uid is 0 but '${path}' is owned by ${owner}`]),
    ...(mode & 0o002 ? [`${path} is world writable!`] : []),
    ...(mode & 0o020 && group !== 0 ? [`${path} is group writable!`] : []),
  ]
}

function withFolders(path: string): string[] {
  const slash = path.lastIndexOf('/')
  return [path, ...(slash > 0 ? withFolders(path.slice(0, slash)) : path === '/' ? [] : ['/'])]
}

function statOf(files: Files, path: string): Stat | undefined {
  try {
    return files.stat(path)
  } catch {
    // It cannot be looked at; whoever reads it says so.
    return undefined
  }
}
