/** What was installed, taken back. */
import type { Files } from '../../world/files.ts'
import type { Subject } from '../data/fields.ts'
import { layerPath, previousPath } from '../installed.ts'

/**
 * The data before the last installation in its place, and the other way round when it is called again.
 * @returns whether there was any @throws Fault `file.*`
 */
export function rollBack(
  files: Pick<Files, 'stat' | 'rename' | 'syncFolder'>,
  folder: string,
  subject: Subject,
): boolean {
  const [current, previous] = [layerPath(folder, subject), previousPath(folder, subject)]
  if (!files.stat(previous)) return false
  const aside = `${current}.aside`
  if (files.stat(current)) files.rename(current, aside)
  files.rename(previous, current)
  if (files.stat(aside)) files.rename(aside, previous)
  files.syncFolder(folder)
  return true
}

/** What was installed goes, the one before it as well; what came with the program stays. @returns whether there was any */
export function remove(files: Pick<Files, 'stat' | 'remove'>, folder: string, subject: Subject): boolean {
  const paths = [layerPath(folder, subject), previousPath(folder, subject)].filter((path) => files.stat(path))
  for (const path of paths) files.remove(path)
  return paths.length > 0
}
