/**
 * The text that iptables-restore reads, as lines of words. Source: iptables-restore(8), and the installed one, asked what it
 * takes: words end at blanks and at a closing quote, a backslash counts between quotes only, `#` only begins a line.
 */
import { Fault, type Place } from '../../../base/fault.ts'
import type { FrameTable } from '../../../firewall/rules/frame.ts'

export type RestoreLine =
  /** `:NAME POLICY`: a chain that is emptied, or made; of a built-in one the policy. */
  | {
      readonly kind: 'chain'
      readonly table: FrameTable
      readonly at: Place
      readonly name: string
      readonly policy: string
    }
  /** `-A NAME ...` and its like. */
  | { readonly kind: 'command'; readonly table: FrameTable; readonly at: Place; readonly words: readonly string[] }

/** Longer than any line that iptables-restore reads (10240), so that what works there works here. */
const MAX_LINE = 16_384

/** What the file says, in its order, and every line that says nothing. */
export function restoreLines(file: string, text: string): { readonly lines: RestoreLine[]; readonly faults: Fault[] } {
  const lines: RestoreLine[] = []
  const faults: Fault[] = []
  let table: FrameTable | 'unknown' | undefined
  let begun: Place = { file, line: 1 }
  for (const [index, raw] of text.split('\n').entries()) {
    const at = { file, line: index + 1 }
    const line = raw.replace(/\r$/, '')
    if (/^\s*$|^#/.test(line)) continue
    try {
      if (line.startsWith('*')) {
        if (table) faults.push(missingCommit(table, begun))
        table = 'unknown' // Its lines are not each told about, too.
        begun = at
        table = tableNamed(line.slice(1).trim(), at)
      } else if (/^COMMIT\s*$/.test(line)) {
        if (!table) throw outside('COMMIT', at)
        table = undefined
      } else if (table !== 'unknown') {
        lines.push(lineOf(line, table, at))
      }
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      faults.push(thrown)
    }
  }
  if (table) faults.push(missingCommit(table, begun))
  return { lines, faults }
}

function lineOf(line: string, table: FrameTable | undefined, at: Place): RestoreLine {
  if (!table) throw outside(line.slice(0, 60), at)
  if (line.length > MAX_LINE)
    throw new Fault('frame.long-line', `the line has more than ${MAX_LINE} characters`, { at })
  if (line.startsWith(':')) {
    const [name, policy] = line.slice(1).trim().split(/\s+/)
    if (!name || !policy) {
      throw new Fault('frame.bad-chain', `"${line}" names no chain and policy`, { at, hint: 'write :NAME - [0:0]' })
    }
    return { kind: 'chain', table, at, name: chainName(name, at), policy }
  }
  const words = wordsOf(line, at)
  // Counters from iptables-save -c: `[3:180] -A INPUT ...`.
  if (/^\[\d+:\d+\]$/.test(words[0] ?? '')) words.shift()
  return { kind: 'command', table, at, words }
}

/** @throws Fault `frame.bad-chain` for what iptables takes as no name of a chain */
export function chainName(name: string, at: Place): string {
  if (/^[^\s!-]\S{0,27}$/u.test(name)) return name
  const hint = 'a name has up to 28 characters, no blanks, and begins with neither - nor !'
  throw new Fault('frame.bad-chain', `"${name}" cannot name a chain`, { at, hint })
}

function wordsOf(line: string, at: Place): string[] {
  const words: string[] = []
  // Blanks, or a quoted piece, or a plain one: a word goes on over the pieces until a blank or a closing quote.
  const piece = /(\s+)|"((?:[^"\\]|\\.)*)"|([^\s"]+)/suy
  let open: string | undefined
  let end = 0
  for (let match = piece.exec(line); match; match = piece.exec(line)) {
    end = piece.lastIndex
    const [, blank, quoted, plain] = match
    if (plain !== undefined) open = (open ?? '') + plain
    if (quoted !== undefined) words.push((open ?? '') + quoted.replace(/\\(.)/gsu, '$1'))
    if (blank !== undefined && open !== undefined) words.push(open)
    if (plain === undefined) open = undefined
  }
  if (end < line.length) throw new Fault('frame.open-quote', 'a quotation mark is not closed', { at })
  if (open !== undefined) words.push(open)
  return words
}

function tableNamed(name: string, at: Place): FrameTable {
  if (name === 'filter' || name === 'nat' || name === 'mangle' || name === 'raw') return name
  throw new Fault('frame.unknown-table', `there is no table "${name}" here`, {
    at,
    hint: 'filter, nat, mangle and raw can be used',
  })
}

function outside(what: string, at: Place): Fault {
  return new Fault('frame.no-table', `"${what}" stands in no table`, {
    at,
    hint: 'begin with *filter, end with COMMIT',
  })
}

function missingCommit(table: string, at: Place): Fault {
  const hint = 'a line COMMIT ends the rules of a table'
  return new Fault('frame.no-commit', `COMMIT is missing for the table ${table === 'unknown' ? 'here' : table}`, {
    at,
    hint,
  })
}
