/** The scan in WebAssembly: builds its memory from the literals, and hands it the chunk piece by piece. */
import { assemble } from './assembler.ts'
import { caseMask, fingerprint, type Literal, windowLength } from './fingerprint.ts'
import { bufferOf, plainLines, type Scan, type TellLine } from './plain-scan.ts'
import { foldOf, HEADS, headOf, type Layout, LITERAL, LITERAL_BYTES, scanRoutines } from './scan-module.ts'

/** undefined where WebAssembly has no SIMD. The literals have at least one byte each; fewer than 65,536 of them. */
export function simdScan(literals: readonly Literal[], capacity: number): Scan | undefined {
  const plan = planOf(literals, capacity)
  const code = assemble(scanRoutines(plan.layout), Math.ceil(plan.size / PAGE))
  if (!WebAssembly.validate(code)) return undefined
  const routines = new WebAssembly.Instance(new WebAssembly.Module(code)).exports
  fill(routines.memory.buffer, plan, literals)
  const buffer = new Uint8Array(routines.memory.buffer, plan.buffer, capacity)
  const session: Session = { literals, buffer, plan, routines, words: new Uint32Array(routines.memory.buffer) }
  return {
    buffer,
    lines: (bytes, tell) => eachPiece(session, bytes, tell),
    countLines: (bytes) => countLines(session, bytes),
  }
}

/** What the program uses of the global WebAssembly, for which the Node types have no declaration. */
declare const WebAssembly: {
  validate(code: Uint8Array<ArrayBuffer>): boolean
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: Routines }
}

interface Routines {
  readonly memory: { readonly buffer: ArrayBuffer }
  scan(from: number, end: number): number
  newlines(from: number, end: number): number
}

interface Session {
  readonly literals: readonly Literal[]
  readonly buffer: Uint8Array
  readonly plan: Plan
  readonly routines: Routines
  readonly words: Uint32Array
}

const PAGE = 65536
/** Vectors may be read this far before the first and behind the last byte of the buffer. */
const MARGIN = 32
/** Of lines told at a time; there is always room for one with all literals. */
const TOLD_BYTES = 1 << 16
/** Line numbers have 32 bits: they start anew long before the last. */
const LAST_STAMP = 0x7fffffff
const NEWLINE = 0x0a

interface Plan {
  readonly layout: Layout
  readonly literalBytes: number
  readonly buffer: number
  readonly size: number
}

function planOf(literals: readonly Literal[], capacity: number): Plan {
  let next = 0
  const take = (bytes: number): number => {
    const at = next
    next = Math.ceil((next + bytes) / 16) * 16
    return at
  }
  const tables = take(6 * 16)
  const heads = { 1: take(2 * HEADS), 2: take(2 * HEADS), 3: take(2 * HEADS) }
  const entries = take(LITERAL_BYTES * (literals.length + 1))
  const literalBytes = take(literals.reduce((sum, literal) => sum + 2 * literal.bytes.length, 0))
  const [stamp, toldEnd] = [take(4), take(4)]
  const oneLine = 4 * (3 + literals.length)
  const told = take(TOLD_BYTES + oneLine)
  const buffer = take(MARGIN + capacity + MARGIN) + MARGIN
  const windows = ([1, 2, 3] as const).filter((length) => literals.some((it) => windowLength(it) === length))
  const layout = { tables, heads, windows, literals: entries, stamp, toldEnd, told, toldLimit: told + TOLD_BYTES }
  return { layout, literalBytes, buffer, size: next }
}

function fill(memory: ArrayBuffer, { layout, literalBytes }: Plan, literals: readonly Literal[]): void {
  const print = fingerprint(literals)
  const bytes = new Uint8Array(memory)
  const view = new DataView(memory)
  bytes.set(print.tables, layout.tables)
  let next = literalBytes
  for (const [index, literal] of literals.entries()) {
    // It would be found across two lines.
    if (literal.bytes.includes(NEWLINE)) continue
    const entry = layout.literals + LITERAL_BYTES * (index + 1)
    const head = layout.heads[windowLength(literal)] + 2 * headOf(windowOf(literal, print.windows[index]!))
    view.setUint32(entry + LITERAL.bytes, next, true)
    view.setUint32(entry + LITERAL.length, literal.bytes.length, true)
    view.setUint32(entry + LITERAL.window, print.windows[index]!, true)
    view.setUint32(entry + LITERAL.next, view.getUint16(head, true), true)
    view.setUint16(head, index + 1, true)
    bytes.set(literal.bytes, next)
    bytes.set(
      literal.bytes.map((byte) => caseMask(literal, byte)),
      next + literal.bytes.length,
    )
    next += 2 * literal.bytes.length
  }
}

function windowOf(literal: Literal, at: number): number {
  const length = windowLength(literal)
  let window = 0
  for (let i = 0; i < length; i++) window |= literal.bytes[at + i]! << (8 * i)
  return window | foldOf(length)
}

/** The bytes as they lie in the buffer, or copied into it in pieces of whole lines. */
function eachPiece(session: Session, bytes: Uint8Array, tell: TellLine): void {
  const { buffer } = session
  if (bytes.buffer === buffer.buffer) {
    scanPiece(session, bytes.byteOffset, bytes.length, 0, tell)
    return
  }
  const view = bufferOf(bytes)
  for (let at = 0; at < bytes.length; ) {
    const end = pieceEnd(view, at, buffer.length)
    const piece = bytes.subarray(at, end)
    if (piece.length > buffer.length) {
      const from = at
      plainLines(session.literals, piece, (a, b, words, i, n) => tell(from + a, from + b, words, i, n))
    } else {
      buffer.set(piece)
      scanPiece(session, session.plan.buffer, piece.length, at, tell)
    }
    at = end
  }
}

/** Behind the last newline that fits; a line that does not fit is a piece by itself. */
function pieceEnd(view: Buffer, at: number, capacity: number): number {
  if (view.length - at <= capacity) return view.length
  const last = view.lastIndexOf(NEWLINE, at + capacity - 1)
  if (last >= at) return last + 1
  const newline = view.indexOf(NEWLINE, at + capacity)
  return newline < 0 ? view.length : newline + 1
}

/** Scans `length` bytes at `from` in the memory, which are told as if they began at `offset`. */
function scanPiece(session: Session, from: number, length: number, offset: number, tell: TellLine): void {
  const { layout } = session.plan
  const { words, routines } = session
  const end = from + length
  const shift = offset - from
  for (let at = from; at < end; ) {
    if (words[layout.stamp / 4]! > LAST_STAMP) forgetStamps(session)
    at = routines.scan(at, end)
    const toldEnd = words[layout.toldEnd / 4]! / 4
    for (let i = layout.told / 4; i < toldEnd; ) {
      const count = words[i + 2]!
      tell(words[i]! + shift, words[i + 1]! + shift, words, i + 3, count)
      i += 3 + count
    }
  }
}

function forgetStamps({ literals, words, plan: { layout } }: Session): void {
  words[layout.stamp / 4] = 0
  for (let i = 1; i <= literals.length; i++) words[(layout.literals + LITERAL_BYTES * i + LITERAL.stamp) / 4] = 0
}

function countLines({ buffer, plan, routines }: Session, bytes: Uint8Array): number {
  if (bytes.buffer === buffer.buffer) return routines.newlines(bytes.byteOffset, bytes.byteOffset + bytes.length)
  let count = 0
  for (let at = 0; at < bytes.length; at += buffer.length) {
    const piece = bytes.subarray(at, at + buffer.length)
    buffer.set(piece)
    count += routines.newlines(plan.buffer, plan.buffer + piece.length)
  }
  return count
}
