/**
 * The files of `rampart allow` as a guard follows them: each look sees what they say now. A file that cannot be read is told,
 * and what it said before holds; one that is gone allows nobody.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { ALLOW_FILE, type Allowed, parseAllowList } from '../../config/allow-list.ts'
import type { Spared } from '../../jail/ignore.ts'
import type { Files } from '../../world/files.ts'

export interface AllowFilesParts {
  readonly files: Pick<Files, 'stat' | 'text'>
  /** Of the configuration, whether they are there or not. */
  readonly folders: readonly string[]
  /** @param fault undefined: all of it is well now */
  readonly onTrouble: (topic: string, fault: Fault | undefined) => void
}

interface Known {
  readonly state: string
  readonly spared: readonly Spared[]
}

const MAX_BYTES = 4 * 1024 * 1024

export class AllowFiles {
  readonly #parts: AllowFilesParts
  readonly #paths: readonly string[]
  readonly #known = new Map<string, Known>()

  constructor(parts: AllowFilesParts) {
    this.#parts = parts
    this.#paths = parts.folders.map((folder) => `${folder}/${ALLOW_FILE}`)
  }

  /** As the files say now; the last folder's first. Never throws. */
  spared(): readonly Spared[] {
    return this.#paths.toReversed().flatMap((path) => this.#look(path))
  }

  #look(path: string): readonly Spared[] {
    const before = this.#known.get(path)
    const state = this.#stateOf(path)
    if (before?.state === state) return before.spared
    if (before === undefined && state === ABSENT) return []
    const known = { state, spared: state === ABSENT ? this.#gone(path) : this.#read(path, before?.spared ?? []) }
    this.#known.set(path, known)
    return known.spared
  }

  #stateOf(path: string): string {
    try {
      const stat = this.#parts.files.stat(path)
      return stat ? [stat.kind, stat.device, stat.inode, stat.size, stat.modifiedMs].join(' ') : ABSENT
    } catch {
      return 'not to be looked at'
    }
  }

  #gone(path: string): readonly Spared[] {
    this.#parts.onTrouble(path, undefined)
    return []
  }

  #read(path: string, before: readonly Spared[]): readonly Spared[] {
    const { files, onTrouble } = this.#parts
    try {
      const { allowed, faults } = parseAllowList(files.text(path, MAX_BYTES), path)
      onTrouble(path, faults[0])
      return allowed.map(sparedBy)
    } catch (thrown) {
      const { message } = asFault(thrown, 'file.failed')
      const hint = before.length > 0 ? 'whom it allowed before is still never banned' : 'it allows nobody so far'
      onTrouble(path, new Fault('allow.no-file', `${path} cannot be read: ${message}`, { hint, at: { file: path } }))
      return before
    }
  }
}

const ABSENT = ''

function sparedBy({ network, comment, at }: Allowed): Spared {
  return { network, why: `${at.file}:${at.line} allows it${comment === '' ? '' : ` (${comment})`}` }
}
