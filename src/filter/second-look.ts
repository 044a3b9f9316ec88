/**
 * The second look: of the lines in which a first literal of an owner was found, those that hold its other ones too. A
 * status like 404 stands in many lines, a path that scanners ask for in few, but there are a hundred such paths: to look
 * for all of them in all lines costs four times as much as to look where the status stands.
 */
import type { Literal } from './fingerprint.ts'
import type { Scan, TellCandidate } from './plain-scan.ts'

/** What owners ask for beside their first literals: sets, of each of which one literal must be there. */
export interface Further {
  readonly literals: Literal[]
  /** By literal: who asks for it, and in which of the owner's sets it is (a bit). */
  readonly claims: readonly (readonly { readonly owner: number; readonly bit: number }[])[]
  /** By owner: the bits of all its sets; 0 if it asks for nothing more. */
  readonly sets: Uint8Array
}

type Candidates = (bytes: Uint8Array, tell: TellCandidate) => void

interface Line {
  readonly start: number
  readonly end: number
  owners: readonly number[]
  /** Where it stands in what is looked at; -1 if it need not be, or has been. */
  place: number
}

/** The candidates of `first` that hold all that their owners ask for, in the same order. */
export function secondLook(first: Candidates, further: Further, makeScan: (it: Literal[]) => Scan): Candidates {
  const scan = makeScan(further.literals)
  const { buffer } = scan
  return (bytes, tell) => {
    let lines: Line[] = []
    let used = 0
    const flush = () => {
      look(scan, buffer.subarray(0, used), lines, further)
      for (const { start, end, owners } of lines) if (owners.length > 0) tell(start, end, owners)
      lines = []
      used = 0
    }
    first(bytes, (start, end, owners) => {
      const length = end + 1 - start
      const asks = owners.some((owner) => further.sets[owner] !== 0)
      if (asks && used + length > buffer.length) flush()
      const line = { start, end, owners: [...owners], place: asks ? used : -1 }
      if (asks && length > buffer.length) look(scan, bytes.subarray(start, end + 1), [line], further)
      else if (asks) {
        buffer.set(bytes.subarray(start, end), used)
        used += length
        buffer[used - 1] = NEWLINE
      }
      lines.push(line)
    })
    flush()
  }
}

const NEWLINE = 0x0a

/** Strikes out the owners of each line whose literals it lacks. `bytes`: the lines, each at its place. */
function look(scan: Scan, bytes: Uint8Array, lines: readonly Line[], { claims, sets }: Further): void {
  const seen = new Uint8Array(sets.length)
  let next = 0
  const settle = (line: Line) => {
    if (line.place < 0) return
    line.owners = line.owners.filter((owner) => seen[owner] === sets[owner])
    line.place = -1
  }
  scan.lines(bytes, (start, _end, words, at, count) => {
    while (lines[next]!.place !== start) settle(lines[next++]!)
    for (let i = at; i < at + count; i++) for (const { owner, bit } of claims[words[i]! - 1]!) seen[owner]! |= bit
    settle(lines[next++]!)
    seen.fill(0)
  })
  while (next < lines.length) settle(lines[next++]!)
}
