/**
 * The logs that one pattern brings. A file may move from one of their names to another, or to none and back: whoever has
 * its name goes on where it was left, so that none of its lines comes twice.
 */
import { Fault } from '../base/fault.ts'
import type { Stat } from '../world/files.ts'
import type { LogFile } from './log-file.ts'
import type { Position } from './position.ts'

/** A log of the family. */
export interface Member {
  readonly log: string
  /** Whether the file is open, under its own name or as one that was rotated away. */
  has(file: FileId): 'by name' | 'rotated' | undefined
  /** Lets go of the file: another log goes on with it. */
  handOver(file: FileId): LogFile | undefined
}

export type FileId = Pick<Stat, 'device' | 'inode'>

/** Positions that are remembered; a folder of dated names brings one a day. */
const MAX_LEFT = 1000

export class Family {
  readonly #members = new Set<Member>()
  /** By inode, those that were left last behind the others. */
  readonly #left = new Map<number, readonly Position[]>()

  /** @param left where files were left before, under whatever names, in no order: one may have had several */
  constructor(left: Iterable<Position> = []) {
    for (const position of left) {
      for (const one of [...(position.before ?? []), position]) {
        this.#left.set(one.inode, [...(this.#left.get(one.inode) ?? []), one])
      }
    }
  }

  join(member: Member): void {
    this.#members.add(member)
  }

  part(member: Member): void {
    this.#members.delete(member)
  }

  /** A file has been closed. */
  leave(position: Position): void {
    this.#left.delete(position.inode)
    this.#left.set(position.inode, [position])
    if (this.#left.size > MAX_LEFT) this.#left.delete(this.#left.keys().next().value!)
  }

  /** Where the file was left, if it was read before, under any name. @returns false if it was not */
  placeWhereLeft(file: LogFile): boolean {
    const positions = [...(this.#left.get(file.inode) ?? [])].sort((a, b) => b.offset - a.offset)
    return positions.some((position) => file.startAt(position))
  }

  /** Whether a log of the family, or one beside `but`, has the file open. */
  has(file: FileId, but?: Member): boolean {
    return this.#others(but).some((member) => member.has(file) !== undefined)
  }

  /**
   * The file as another log had it open until now; undefined if none had.
   * @throws Fault `source.same-file` if it still has that log's name too
   */
  take(file: FileId, to: Member): LogFile | undefined {
    for (const member of this.#others(to)) {
      const how = member.has(file)
      if (how === 'by name') {
        throw new Fault('source.same-file', `${to.log} is the same file as ${member.log}: it is read once`, {
          at: { file: to.log },
        })
      }
      if (how === 'rotated') return member.handOver(file)
    }
    return undefined
  }

  #others(but: Member | undefined): Member[] {
    return [...this.#members].filter((member) => member !== but)
  }
}
