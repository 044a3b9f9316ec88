/** Where in a log the lines begin that are new enough to count: by a binary search, as lines stand in the order of time. */
import type { OpenFile } from '../world/files.ts'
import { NEWLINE } from './lines.ts'

/** Whether a line is too old to count; undefined if it does not say. */
export type IsOld = (line: Uint8Array) => boolean | undefined

/** What is shorter is read whole: it costs a millisecond. */
const MIN_BYTES = 1024 * 1024
const WINDOW_BYTES = 64 * 1024
/** Without a date for so long, a place tells nothing. */
const MAX_WINDOWS = 16

/**
 * @param from, to where lines begin and end
 * @returns where a line begins, all before it old; `from` if nothing tells
 */
export function firstNew(file: Pick<OpenFile, 'read'>, from: number, to: number, isOld: IsOld): number {
  const window = new Uint8Array(WINDOW_BYTES)
  let low = from
  for (let high = to; high - low > MIN_BYTES; ) {
    const middle = Math.floor((low + high) / 2)
    const dated = firstDated(file, middle, isOld, window)
    if (dated?.isOld && dated.offset < high) low = dated.offset
    else high = middle
  }
  return low
}

interface Dated {
  readonly offset: number
  readonly isOld: boolean
}

/** The first whole line behind the offset that says when it was. */
function firstDated(file: Pick<OpenFile, 'read'>, offset: number, isOld: IsOld, window: Uint8Array): Dated | undefined {
  let at = offset
  /** Inside a line, as at the start and in one that is longer than a window. */
  let within = true
  for (let i = 0; i < MAX_WINDOWS; i++) {
    const length = file.read(window, at)
    let start = 0
    for (;;) {
      const newline = window.subarray(start, length).indexOf(NEWLINE)
      if (newline < 0) break
      const line = within ? undefined : window.subarray(start, start + newline)
      const verdict = line && isOld(line)
      if (verdict !== undefined) return { offset: at + start, isOld: verdict }
      within = false
      start += newline + 1
    }
    if (length < window.length) return undefined
    if (start === 0) within = true
    at += start === 0 ? length : start
  }
  return undefined
}
