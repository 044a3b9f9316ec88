/**
 * Guards against records forged inside a record of nginx's error log. nginx writes the decoded path as it is, so that
 * `GET /x%0a<a whole record>%0ay` puts a line of the client's choice there. What nginx 1.22.1 was seen to do:
 *
 * - A record is one write of at most 2048 bytes, cut exactly there, newline included: then its tail is missing.
 * - It begins with `YYYY/MM/DD hh:mm:ss [level] pid#tid: `, and all but debug records that belong to a connection end in
 *   `, client: A, server: S, request: "...", host: "...", referrer: "..."`. There the request stands as it was sent, with `%0a`.
 * - Newlines come from the path (in the message; behind the request in `upstream:` and `subrequest:`), from the user name
 *   (which cannot hold a colon, so no record can be forged there), from header values of HTTP/2 (level info), and
 *   from what an application prints to FastCGI's stderr. Host, referrer and request cannot hold any.
 *
 * Hence, in this order:
 * 1. If a request's path, decoded, has newlines, and the lines around it are what that path says, they are one record.
 * 2. A line that does not begin as a record is part of the record before it. Which lines stand between is decided by
 *    the writer: a client does not know a worker's pid, so that a pid never seen elsewhere is taken for forged.
 * 3. Lines of writers that were never seen elsewhere, which with the record before them are exactly 2048 bytes, are
 *    that record's, cut.
 * 4. A line whose first `client: ` is in the path that a request on it decodes to names a forged client. So may a single
 *    line that was cut, with a path before its client: what could tell may be missing.
 * No line of such a record is matched, its first and last included: those can name a forged client too.
 *
 * Limits. Not noticed: a forgery with a worker's true pid where 1 does not apply; one that leaves no line without a
 * record's beginning and does not come from the path as sent (HTTP/2 header values at level info, debug logs,
 * application output, a path that a rewrite tears apart); one in a record that two chunks share; a second `client:`
 * behind the true one (in a referrer, say), which is for the expression to pass over. Lost: a genuine record within the
 * 2048 bytes before a line of kind 2, if its writer was never seen elsewhere and nothing tells where that line's record
 * begins; a genuine record that was cut; and the client whose record was set aside is not counted for it (the access
 * log, where all this is escaped, has him).
 */
import {
  LONGEST_RECORD,
  lineAt,
  lineCutter,
  lineStartingAt,
  lowestWithin,
  NO_WRITER,
  type PhysicalLines,
} from './nginx-lines.ts'
import { CLIENT, mergeSlashes, pathNamesClient, pathsWithNewlines } from './nginx-path.ts'
import { bufferOf } from './plain-scan.ts'

export interface NginxRecords {
  /**
   * Where in this chunk the physical lines start that must not be matched as records. `bytes`: whole lines, the next
   * of the log. A log that does not look like nginx's own error log (through syslog, say) has none.
   */
  forged(bytes: Uint8Array): ReadonlySet<number>
}

/** Which physical lines of one nginx error log count as records. Keeps what it learnt from chunk to chunk. */
export function nginxRecords(): NginxRecords {
  const cut = lineCutter()
  const known = new Set<number>()
  let isErrorLog = false
  return {
    forged(bytes) {
      // Every record begins with `pid#tid`: most chunks of an access log have no such sign, and need not be cut.
      if (!isErrorLog && !bufferOf(bytes).includes(HASH)) return NONE
      const lines = cut(bytes)
      isErrorLog ||= looksLikeErrorLog(lines)
      if (!isErrorLog) return NONE
      if (!isDoubtful(bytes, lines, known)) return NONE
      const inside = judge({ bytes: bufferOf(bytes), lines, known, inside: new Uint8Array(lines.count) })
      learn(known, lines, inside)
      const starts = new Set<number>()
      for (let i = 0; i < lines.count; i++) if (inside[i]) starts.add(lines.starts[i]!)
      return starts
    },
  }
}

const NONE: ReadonlySet<number> = new Set()
const HASH = 0x23
const MOST_KNOWN = 1024

interface Chunk {
  readonly bytes: Buffer
  readonly lines: PhysicalLines
  readonly known: ReadonlySet<number>
  /** 1: the line belongs to a record of several lines. */
  readonly inside: Uint8Array
}

function looksLikeErrorLog({ count, writers }: PhysicalLines): boolean {
  let records = 0
  for (let i = 0; i < count; i++) if (writers[i] !== NO_WRITER) records++
  return count > 0 && (writers[0] !== NO_WRITER || 2 * records >= count)
}

/** Whether there is anything to judge. The hot path: an ordinary chunk has lines of known writers only, with one client. */
function isDoubtful(bytes: Uint8Array, lines: PhysicalLines, known: ReadonlySet<number>): boolean {
  const { count, starts, writers } = lines
  let last = NO_WRITER
  for (let i = 0; i < count; i++) {
    const writer = writers[i]!
    if ((writer !== last && !known.has(writer)) || starts[i + 1]! - starts[i]! === LONGEST_RECORD) return true
    last = writer
  }
  const view = bufferOf(bytes)
  if (view.includes('%0a', 0, 'latin1') || view.includes('%0A', 0, 'latin1')) return true
  let line = 0
  let before = -1
  for (let at = view.indexOf(CLIENT, 0, 'latin1'); at >= 0; at = view.indexOf(CLIENT, at + 1, 'latin1')) {
    while (starts[line + 1]! <= at) line++
    if (line === before) return true
    before = line
  }
  return false
}

function judge(chunk: Chunk): Uint8Array {
  followPaths(chunk)
  const cuts = possibleCuts(chunk)
  const ends = unbegun(chunk)
  const trusted = trustedWriters(chunk, cuts, ends)
  followBack(chunk, trusted, ends)
  for (const cut of cuts) markCut(chunk, trusted, cut)
  findNamed(chunk)
  return chunk.inside
}

function learn(known: Set<number>, { count, writers }: PhysicalLines, inside: Uint8Array): void {
  for (let i = 0; i < count; i++) if (writers[i] !== NO_WRITER && !inside[i]) known.add(writers[i]!)
  for (const oldest of known) {
    if (known.size <= MOST_KNOWN) break
    known.delete(oldest)
  }
}

/** Rule 1: looks for the lines that a path with newlines must have left before or behind its request. */
function followPaths(chunk: Chunk): void {
  const { bytes, lines, inside } = chunk
  for (let i = 0; i < lines.count; i++) {
    const [start, end] = [lines.starts[i]!, lines.starts[i + 1]!]
    if (end - start > LONGEST_RECORD) continue
    const at = bytes.indexOf('%0', start, 'latin1')
    if (at < 0) return
    if (at >= end) {
      i = lineAt(lines, at) - 1
      continue
    }
    for (const path of pathsWithNewlines(textOf(chunk, i))) {
      const newlines = path.length - 1
      if (agree(chunk, i - newlines, path)) inside.fill(1, Math.max(0, i - newlines), i + 1)
      if (agree(chunk, i, path)) inside.fill(1, i, i + newlines + 1)
    }
  }
}

/** Whether the lines from `first` on are the path's: all between equal, the last begins so. */
function agree(chunk: Chunk, first: number, path: readonly string[]): boolean {
  const { lines } = chunk
  const last = first + path.length - 1
  if (last >= lines.count || lines.starts[last + 1]! - lines.starts[Math.max(0, first)]! > LONGEST_RECORD) return false
  for (let i = Math.max(0, first + 1); i < last; i++) {
    if (mergeSlashes(textOf(chunk, i)) !== path[i - first]) return false
  }
  const ending = path[path.length - 1]!
  if (!mergeSlashes(textOf(chunk, last)).startsWith(ending)) return false
  // A line that begins as a record does is the path's only if the path wrote that beginning.
  if (lines.writers[last] !== NO_WRITER) return ending.length >= SHORTEST_BEGINNING
  // Its directory may have another name on the disk; what stands behind the last slash is as it was asked for.
  return first < 0 || textOf(chunk, first).endsWith(path[0]!.slice(path[0]!.lastIndexOf('/') + 1))
}

const SHORTEST_BEGINNING = '2026/01/02 03:04:05 [info] 1#1:'.length

/** Rule 2: from each last line without a beginning back to where its record began. */
function followBack(chunk: Chunk, trusted: Trusted, ends: readonly number[]): void {
  const { lines, inside } = chunk
  const closed = ends.map((end) => inside[end] === 1 || isTail(textOf(chunk, end)))
  for (let i = 0; i < lines.count; i++) if (lines.writers[i] === NO_WRITER) inside[i] = 1
  for (const [index, end] of ends.entries()) markBack(chunk, trusted, end, closed[index]!)
}

/** The last lines of groups that do not begin as records do; and those first lines of a path that do not. */
function unbegun({ lines, inside }: Chunk): readonly number[] {
  const ends: number[] = []
  for (let i = 0; i < lines.count; i++) {
    if (lines.writers[i] !== NO_WRITER) continue
    const isLast = i + 1 === lines.count || lines.writers[i + 1] !== NO_WRITER
    if (inside[i] ? i > 0 && !inside[i - 1] : isLast || inside[i + 1]) ends.push(i)
  }
  return ends
}

function isTail(line: string): boolean {
  return line.endsWith('"') || line.includes(CLIENT)
}

/** `isClosed`: line `last` looks like the end of a record of nginx's. */
function markBack(chunk: Chunk, trusted: Trusted, last: number, isClosed: boolean): void {
  const { lines, inside } = chunk
  const cut = lineStartingAt(lines, lines.starts[last + 1]! - LONGEST_RECORD)
  if (!isClosed && cut >= 0 && lines.writers[cut] !== NO_WRITER) {
    inside.fill(1, cut, last)
    return
  }
  const lowest = lowestWithin(lines, last)
  for (let i = last - 1; i >= lowest; i--) {
    if (lines.writers[i] === NO_WRITER) continue
    if (inside[i]) return
    const isOpen = !textOf(chunk, i).includes(CLIENT)
    // Neither a tail nor a cut: not nginx's, unless the record before it is open (`nginx: [warn] ...`, a library's words).
    if (!isOpen && !isClosed) return
    inside[i] = 1
    if (isOpen || trusted(lines.writers[i]!)) return
  }
}

/** First and last line of what may be one record that was cut. */
type Cut = readonly [first: number, last: number]

/** Lines that together are exactly as long as a cut record, and of which all but the first have unknown writers. */
function possibleCuts({ lines, inside, known }: Chunk): readonly Cut[] {
  const cuts: Cut[] = []
  let first = 0
  for (let last = 1; last < lines.count; last++) {
    const start = lines.starts[last + 1]! - LONGEST_RECORD
    while (lines.starts[first]! < start) first++
    if (lines.starts[first] !== start || first >= last || lines.writers[first] === NO_WRITER || inside[first]) continue
    let isOfOthers = true
    for (let i = first + 1; i <= last && isOfOthers; i++) {
      const writer = lines.writers[i]!
      isOfOthers = writer === NO_WRITER || !(inside[i] || writer === lines.writers[first] || known.has(writer))
    }
    if (isOfOthers) cuts.push([first, last])
  }
  return cuts
}

/** Rule 3. */
function markCut({ lines, inside }: Chunk, trusted: Trusted, [first, last]: Cut): void {
  for (let i = first; i <= last; i++) {
    if (inside[i] && lines.writers[i] !== NO_WRITER) return
    if (i > first && lines.writers[i] !== NO_WRITER && trusted(lines.writers[i]!)) return
  }
  inside.fill(1, first, last + 1)
}

/** Rule 4. */
function findNamed(chunk: Chunk): void {
  const { lines, inside } = chunk
  for (let i = 0; i < lines.count; i++) {
    const length = lines.starts[i + 1]! - lines.starts[i]!
    if (inside[i] || length > LONGEST_RECORD) continue
    const line = textOf(chunk, i)
    const client = line.indexOf(CLIENT)
    const path = line.indexOf('"/')
    const isCut = length === LONGEST_RECORD && path >= 0 && path < client
    if (isCut || (client !== line.lastIndexOf(CLIENT) && pathNamesClient(line))) inside[i] = 1
  }
}

type Trusted = (writer: number) => boolean

/** Writers known from before, and those of lines here that no record of several lines can hold. */
function trustedWriters({ lines, inside, known }: Chunk, cuts: readonly Cut[], ends: readonly number[]): Trusted {
  const doubtful = inside.slice()
  for (const [first, last] of cuts) doubtful.fill(1, first + 1, last + 1)
  for (const end of ends) doubtful.fill(1, lowestWithin(lines, end), end + 1)
  const here = new Set<number>()
  for (let i = 0; i < lines.count; i++) if (!doubtful[i]) here.add(lines.writers[i]!)
  return (writer) => known.has(writer) || here.has(writer)
}

function textOf({ bytes, lines }: Chunk, line: number): string {
  return bytes.toString('latin1', lines.starts[line]!, lines.starts[line + 1]! - 1)
}
