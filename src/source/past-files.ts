/** Opens the files that a log was rotated to, where reading has to go on in them. */
import { admit } from './admit.ts'
import type { Family, Member } from './family.ts'
import type { Hands } from './input.ts'
import { LogFile } from './log-file.ts'
import { laterThan, type Past, pastOf } from './past.ts'
import type { Position } from './position.ts'

/** A file with another inode is taken for a copy only if more than a banner is the same. */
export const MIN_COPY_BYTES = 256

/**
 * `moved`: the file itself, renamed. `moved or written anew`: that, even if what stood before the position is gone.
 * `copied`: another file with the same content.
 */
export type Moved = 'moved' | 'moved or written anew' | 'copied'

const MAX_TRIES = 8

export class PastFiles {
  readonly #hands: Hands
  readonly #family: Family
  readonly #member: Member
  readonly #maxLine: number

  constructor(hands: Hands, of: { readonly family: Family; readonly member: Member; readonly maxLine: number }) {
    this.#hands = hands
    this.#family = of.family
    this.#member = of.member
    this.#maxLine = of.maxLine
  }

  /** Of a log: the past file that holds what was read up to the position, placed there, and those that came after it. */
  from(log: string, position: Position, how: Moved): LogFile[] {
    const past = pastOf(this.#hands.files, log)
    const found = this.#holder(past, position, how)
    return found ? [found.file, ...this.#later(log, found.one.inode)] : []
  }

  /** The file of the position alone, if it was moved. */
  itself(log: string, position: Position): LogFile | undefined {
    return this.#holder(pastOf(this.#hands.files, log), position, 'moved')?.file
  }

  /** Files of a log that were rotated away after this one was, each where it was left if it was read before. */
  after(log: string, { inode }: LogFile): LogFile[] {
    const later = this.#later(log, inode)
    for (const file of later) this.#family.placeWhereLeft(file)
    return later
  }

  #holder(
    past: readonly Past[],
    position: Position,
    how: Moved,
  ): { readonly file: LogFile; readonly one: Past } | undefined {
    if (how === 'copied' && position.headBytes < MIN_COPY_BYTES) return undefined
    for (const one of past) {
      if (how !== 'copied' && one.inode !== position.inode) continue
      const file = this.#open(one.path)
      // Truncated before it was moved, or another file with the inode of a deleted one: all of it is new.
      if (file?.startAt(position) || (file && how === 'moved or written anew')) return { file, one }
      file?.close()
    }
    return undefined
  }

  /** While a rotation renames them, another one may stand under a name by the time that it is opened: then all is done again. */
  #later(log: string, inode: number): LogFile[] {
    for (let tries = 1; ; tries++) {
      const past = pastOf(this.#hands.files, log)
      const one = past.find((file) => file.inode === inode)
      const later = one ? laterThan(past, one) : []
      const files = later.map(({ path }) => this.#open(path))
      const isSteady = later.every((file) => this.#hands.files.stat(file.path)?.inode === file.inode)
      if (isSteady || tries === MAX_TRIES) return files.filter((file) => file !== undefined)
      for (const file of files) file?.close()
    }
  }

  #open(path: string): LogFile | undefined {
    try {
      const { file } = admit(this.#hands.files, path)
      const log = new LogFile(file, this.#hands.digest, this.#maxLine)
      if (!this.#family.has(log, this.#member)) return log
      log.close() // Another log goes on with it.
      return undefined
    } catch {
      return undefined // Rotated on, packed or removed in this moment: its lines are out of reach.
    }
  }
}
