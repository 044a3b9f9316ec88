/** Which data there is: what came with the program in one folder, what an admin installed in another. */
import { asFault } from '../base/fault.ts'
import { printable } from '../base/printable.ts'
import type { Files } from '../world/files.ts'
import type { Subject } from './data/fields.ts'
import { Layer } from './data/layer.ts'

export type DataFiles = Pick<Files, 'open' | 'stat' | 'text'>

/** Databases of the admin's own, by path, asked in this order: `{"databases": ["/..."]}`. */
export const OWN_FILE = 'own.json'

/** The folders that may be looked into: an admin's installed data may be closed to other users, who have what came with the program. */
export function openFolders(files: DataFiles, folders: readonly string[], troubles: string[]): readonly string[] {
  return folders.filter((folder) => {
    try {
      files.stat(`${folder}/${OWN_FILE}`)
      return true
    } catch (thrown) {
      troubles.push(printable(`${asFault(thrown, 'place.failed').message}: data that is installed there is not used`))
      return false
    }
  })
}

export function layerPath(folder: string, subject: Subject): string {
  return `${folder}/${subject}.places`
}

/** What the last installation took the place of. */
export function previousPath(folder: string, subject: Subject): string {
  return `${layerPath(folder, subject)}.previous`
}

/**
 * Of the folders' layers the one whose data is of the latest date; of equals the later folder's, which an admin chose. A
 * damaged one is told in `troubles` and passed over.
 */
export function newestLayer(
  files: DataFiles,
  folders: readonly string[],
  subject: Subject,
  troubles: string[],
): Layer | undefined {
  let newest: Layer | undefined
  for (const layer of folders.flatMap((folder) => openIn(files, folder, subject, troubles) ?? [])) {
    if (!newest || dateOf(layer) >= dateOf(newest)) [newest] = [layer, newest?.close()]
    else layer.close()
  }
  return newest
}

/** None where there is no list of them, or a damaged one. */
export function ownDatabases(files: DataFiles, folders: readonly string[]): readonly string[] {
  const path = `${folders.at(-1)}/${OWN_FILE}`
  if (!files.stat(path)) return []
  try {
    const { databases } = JSON.parse(files.text(path))
    return databases.map(String)
  } catch {
    return []
  }
}

function openIn(files: DataFiles, folder: string, subject: Subject, troubles: string[]): Layer | undefined {
  // An installation that was cut off between its two renames has left the previous alone.
  const path = [layerPath(folder, subject), previousPath(folder, subject)].find((path) => files.stat(path))
  if (path === undefined) return undefined
  try {
    return new Layer(files, path)
  } catch (thrown) {
    troubles.push(printable(asFault(thrown, 'place.failed').message))
    return undefined
  }
}

/** Data of an unknown date is an admin's choice: it came with nobody. */
function dateOf(layer: Layer): string {
  return layer.file.head.origin.date ?? '9999-12-31'
}
