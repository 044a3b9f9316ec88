/** The end of a log, for a look at what is written there. */
import type { Files } from '../../world/files.ts'

/** @param size of the file, in bytes @param most of them that are read @throws Fault of the world if it may not be read */
export function lastLines(files: Files, path: string, size: number, most: number): string[] {
  const file = files.open(path)
  try {
    const from = Math.max(0, size - most)
    const bytes = new Uint8Array(Math.min(size, most))
    const got = file.read(bytes, from)
    const lines = new TextDecoder().decode(bytes.subarray(0, got)).split('\n')
    // The first one may be cut; what follows the last newline is not written yet.
    return lines.slice(from > 0 ? 1 : 0, -1).filter((line) => line.trim() !== '')
  } finally {
    file.close()
  }
}
