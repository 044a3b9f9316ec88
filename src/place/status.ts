/** Which data of places there is on this host, and how old it is. */
import { asFault } from '../base/fault.ts'
import { printable } from '../base/printable.ts'
import type { EpochMs } from '../world/clock.ts'
import { SUBJECTS, type Subject } from './data/fields.ts'
import { Layer } from './data/layer.ts'
import type { Origin } from './data/origin.ts'
import { type DataFiles, newestLayer, ownDatabases, previousPath } from './installed.ts'

/** Older data is told of: DB-IP makes new data every month. */
export const OLD_DAYS = 60

export interface DataStatus {
  readonly subject: Subject
  /** undefined: there is none. */
  readonly data?: LayerStatus
  /** What `geo rollback` would bring back. */
  readonly previous?: LayerStatus
}

export interface LayerStatus {
  readonly path: string
  readonly origin: Origin
  readonly bytes: number
  readonly ipv4: number
  readonly ipv6: number
  /** Undefined where nobody knows of when the data is. */
  readonly ageDays?: number
}

export interface OwnStatus {
  readonly path: string
  readonly type?: string
  readonly origin?: Origin
  readonly ageDays?: number
  /** Why it cannot be used. */
  readonly fault?: string
}

/** @param troubles what is damaged */
export function dataStatus(
  files: DataFiles,
  folders: readonly string[],
  now: EpochMs,
  troubles: string[],
): readonly DataStatus[] {
  return SUBJECTS.map((subject) => {
    const layer = newestLayer(files, folders, subject, troubles)
    const previous = previousOf(files, previousPath(folders.at(-1)!, subject))
    const status = {
      subject,
      ...(layer ? { data: statusOf(layer, now) } : {}),
      ...(previous && previous.path !== layer?.path ? { previous: statusOf(previous, now) } : {}),
    }
    layer?.close()
    previous?.close()
    return status
  })
}

export async function ownStatus(
  files: DataFiles,
  folders: readonly string[],
  now: EpochMs,
): Promise<readonly OwnStatus[]> {
  const paths = ownDatabases(files, folders)
  if (paths.length === 0) return []
  const { openOwn } = await import('./own-database.ts')
  return paths.map((path) => {
    try {
      const { origin, type } = openOwn(files, path)
      return { path, type, origin, ...ageOf(origin, now) }
    } catch (thrown) {
      return { path, fault: printable(asFault(thrown, 'place.failed').message) }
    }
  })
}

function previousOf(files: DataFiles, path: string): Layer | undefined {
  try {
    return files.stat(path) && new Layer(files, path)
  } catch {
    return undefined
  }
}

function statusOf({ path, file }: Layer, now: EpochMs): LayerStatus {
  const { origin, counts } = file.head
  return { path, origin, bytes: file.size, ipv4: counts.ipv4, ipv6: counts.ipv6, ...ageOf(origin, now) }
}

function ageOf({ date }: Origin, now: EpochMs): { readonly ageDays?: number } {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? {} : { ageDays: Math.max(0, Math.floor((now - at) / 86_400_000)) }
}
