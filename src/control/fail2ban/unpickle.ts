/**
 * Pickles of values alone, of every protocol: None, numbers, texts, bytes, lists, tuples, dicts of texts, sets of texts and
 * exceptions of a fixed list. Nothing is looked up, called or run: whatever else a pickle asks for is a Fault. Source: the Python
 * library reference, "pickle", and the opcodes that `pickletools` documents.
 */
import { Fault } from '../../base/fault.ts'
import { isException } from './exception-classes.ts'
import type { Value } from './value.ts'

export interface Limits {
  readonly bytes: number
  /** Values within values, each counted where it stands: what is named twice counts twice. */
  readonly values: number
  readonly depth: number
}

/** What a whole configuration needs, many times over. */
export const LIMITS: Limits = { bytes: 8 * 1024 * 1024, values: 500_000, depth: 64 }

/** @throws Fault `pickle.bad`, `pickle.not-a-value`, `pickle.too-long` */
export function unpickle(bytes: Uint8Array, limits: Limits = LIMITS): Value {
  if (bytes.length > limits.bytes) throw tooLong(`more than ${limits.bytes} bytes`)
  const machine = new Machine(new Input(bytes), limits)
  return settle(machine.run(), { ...limits, left: { values: limits.values } }, 0)
}

/** While it is built: lists and dicts are filled after they were named. */
type Built =
  | undefined
  | boolean
  | number
  | bigint
  | string
  | { readonly float: number }
  | { readonly bytes: Uint8Array }
  | { readonly list: Built[] }
  | { readonly tuple: readonly Built[] }
  | { readonly dict: (readonly [Built, Built])[] }
  | { readonly set: Built[] }
  | { readonly global: string }
  | { readonly exception: string; readonly args: readonly Built[] }

class Input {
  readonly #bytes: Buffer
  /** The same, a character for each byte: to cut a text of ASCII out of it is cheap. */
  readonly #latin1: string
  readonly #beyondAscii = /[\x80-\xff]/g
  /** Where the next byte stands that is not ASCII, from where that was last asked. */
  #next = -1
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#latin1 = this.#bytes.toString('latin1')
  }

  take(count: number): Buffer {
    if (count < 0 || count > this.#bytes.length - this.#at) throw cut()
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw cut()
    return this.#bytes[this.#at++]!
  }

  /** UTF-8, of so many bytes. */
  text(count: number): string {
    if (count > this.#bytes.length - this.#at) throw cut()
    const from = this.#at
    this.#at += count
    if (this.#isAscii(from)) return this.#latin1.slice(from, this.#at)
    return this.#bytes.toString('utf8', from, this.#at)
  }

  /** Whether what was just taken is, from there on. */
  #isAscii(from: number): boolean {
    if (this.#next < from) {
      this.#beyondAscii.lastIndex = from
      this.#next = this.#beyondAscii.exec(this.#latin1)?.index ?? Number.POSITIVE_INFINITY
    }
    return this.#next >= this.#at
  }

  uint32(): number {
    if (this.#bytes.length - this.#at < 4) throw cut()
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }

  uint64(): number {
    const value = this.take(8).readBigUInt64LE()
    if (value > BigInt(this.#bytes.length)) throw cut()
    return Number(value)
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) throw cut()
    const text = this.take(end - this.#at).toString('latin1')
    this.#at++
    return text
  }
}

class Machine {
  readonly #input: Input
  readonly #limits: Limits
  readonly #memo = new Map<number, Built>()
  readonly #marks: number[] = []
  readonly #stack: Built[] = []

  constructor(input: Input, limits: Limits) {
    this.#input = input
    this.#limits = limits
  }

  run(): Built {
    for (;;) {
      const opcode = this.#input.byte()
      if (opcode === STOP) return this.#pop()
      const step = STEPS[opcode]
      if (!step) throw new Fault('pickle.not-a-value', `the pickle holds more than values (opcode ${opcode})`)
      step(this, this.#input)
      if (this.#stack.length > this.#limits.values) throw tooLong('too many values')
    }
  }

  push(value: Built): void {
    this.#stack.push(value)
  }

  pop(): Built {
    return this.#pop()
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
    if (this.#marks.length > this.#limits.values) throw tooLong('too many values')
  }

  /** All since the last mark. */
  popMark(): Built[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw bad('unexpected MARK found')
    return this.#stack.splice(mark)
  }

  top(): Built {
    const value = this.#pop()
    this.#stack.push(value)
    return value
  }

  keep(place = this.#memo.size): void {
    if (this.#memo.size >= this.#limits.values) throw tooLong('too many values')
    this.#memo.set(place, this.top())
  }

  kept(place: number): void {
    if (!this.#memo.has(place)) throw bad(`Memo value not found at index ${place}`)
    this.#stack.push(this.#memo.get(place))
  }

  /** Nothing from before the last mark. */
  #pop(): Built {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw bad('pickle stack underflow')
    return this.#stack.pop()
  }
}

const STOP = 0x2e

type Step = (machine: Machine, input: Input) => void

/** By opcode; nothing else is understood. */
const STEPS: readonly (Step | undefined)[] = table({
  '\x80': (_, input) => {
    const protocol = input.byte()
    if (protocol > 5) throw bad(`unsupported pickle protocol: ${protocol}`)
  },
  // A frame's length: what it holds stands right after it.
  '\x95': (_, input) => void input.take(8),
  '(': (machine) => machine.mark(),
  '0': (machine) => void machine.pop(),
  '1': (machine) => void machine.popMark(),
  '2': (machine) => machine.push(machine.top()),
  N: (machine) => machine.push(undefined),
  '\x88': (machine) => machine.push(true),
  '\x89': (machine) => machine.push(false),
  I: (machine, input) => machine.push(lineOfInt(input.line())),
  J: (machine, input) => machine.push(input.take(4).readInt32LE()),
  K: (machine, input) => machine.push(input.byte()),
  M: (machine, input) => machine.push(input.take(2).readUInt16LE()),
  L: (machine, input) => machine.push(lineOfInt(input.line().replace(/L$/, ''))),
  '\x8a': (machine, input) => machine.push(long(input.take(input.byte()))),
  F: (machine, input) => machine.push({ float: lineOfFloat(input.line()) }),
  G: (machine, input) => machine.push({ float: input.take(8).readDoubleBE() }),
  S: (machine, input) => machine.push(quoted(input.line())),
  T: (machine, input) => machine.push(plain(input.take(input.uint32()))),
  U: (machine, input) => machine.push(plain(input.take(input.byte()))),
  V: (machine, input) => machine.push(escapes(input.line())),
  X: (machine, input) => machine.push(input.text(input.uint32())),
  '\x8c': (machine, input) => machine.push(input.text(input.byte())),
  '\x8d': (machine, input) => machine.push(input.text(input.uint64())),
  B: (machine, input) => machine.push({ bytes: input.take(input.uint32()) }),
  C: (machine, input) => machine.push({ bytes: input.take(input.byte()) }),
  '\x8e': (machine, input) => machine.push({ bytes: input.take(input.uint64()) }),
  ']': (machine) => machine.push({ list: [] }),
  l: (machine) => machine.push({ list: machine.popMark() }),
  a: (machine) => append(machine, [machine.pop()]),
  e: (machine) => append(machine, machine.popMark()),
  ')': (machine) => machine.push({ tuple: [] }),
  t: (machine) => machine.push({ tuple: machine.popMark() }),
  '\x85': (machine) => machine.push({ tuple: popped(machine, 1) }),
  '\x86': (machine) => machine.push({ tuple: popped(machine, 2) }),
  '\x87': (machine) => machine.push({ tuple: popped(machine, 3) }),
  '}': (machine) => machine.push({ dict: [] }),
  d: (machine) => machine.push({ dict: paired(machine.popMark()) }),
  s: (machine) => setItems(machine, popped(machine, 2)),
  u: (machine) => setItems(machine, machine.popMark()),
  '\x8f': (machine) => machine.push({ set: [] }),
  '\x90': (machine) => addItems(machine, machine.popMark()),
  '\x91': (machine) => machine.push({ set: machine.popMark() }),
  p: (machine, input) => machine.keep(placeOf(input.line())),
  q: (machine, input) => machine.keep(input.byte()),
  r: (machine, input) => machine.keep(input.uint32()),
  '\x94': (machine) => machine.keep(),
  g: (machine, input) => machine.kept(placeOf(input.line())),
  h: (machine, input) => machine.kept(input.byte()),
  j: (machine, input) => machine.kept(input.uint32()),
  c: (machine, input) => machine.push(globalOf(input.line(), input.line())),
  '\x93': (machine) => {
    const [module, name] = popped(machine, 2)
    machine.push(globalOf(module, name))
  },
  R: (machine) => {
    const [called, args] = popped(machine, 2)
    machine.push(raised(called, args))
  },
})

function table(steps: Readonly<Record<string, Step>>): readonly (Step | undefined)[] {
  const all: (Step | undefined)[] = new Array(256).fill(undefined)
  for (const [opcode, step] of Object.entries(steps)) all[opcode.charCodeAt(0)] = step
  return all
}

function append(machine: Machine, items: readonly Built[]): void {
  const into = machine.top()
  if (!isA(into, 'list')) throw bad('items are appended to what is no list')
  for (const item of items) into.list.push(item)
}

function setItems(machine: Machine, items: readonly Built[]): void {
  const into = machine.top()
  if (!isA(into, 'dict')) throw bad('items are set in what is no dict')
  for (const pair of paired(items)) into.dict.push(pair)
}

function addItems(machine: Machine, items: readonly Built[]): void {
  const into = machine.top()
  if (!isA(into, 'set')) throw bad('items are added to what is no set')
  for (const item of items) into.set.push(item)
}

function popped(machine: Machine, count: number): Built[] {
  return Array.from({ length: count }, () => machine.pop()).reverse()
}

function paired(items: readonly Built[]): (readonly [Built, Built])[] {
  if (items.length % 2 !== 0) throw bad('odd number of items for a dict')
  return Array.from({ length: items.length / 2 }, (_, at) => [items[2 * at], items[2 * at + 1]])
}

/** Only exceptions of the fixed list have a name here, and what an original server's addresses are written as: `str('192.0.2.1')`. */
function globalOf(module: Built, name: Built): Built {
  if (TEXTS.has(`${String(module)}.${String(name)}`)) return { global: TEXT }
  if (typeof module === 'string' && typeof name === 'string' && isException(module, name)) return { global: name }
  throw new Fault('pickle.not-a-value', `the pickle names ${String(module)}.${String(name)}, which is no value`)
}

const TEXT = 'str'
const TEXTS: ReadonlySet<string> = new Set(['builtins.str', '__builtin__.unicode', '__builtin__.str'])

function raised(called: Built, args: Built): Built {
  if (isA(called, 'global') && called.global === TEXT) {
    const [text, ...more] = isA(args, 'tuple') ? args.tuple : []
    if (typeof text === 'string' && more.length === 0) return text
    throw new Fault('pickle.not-a-value', 'the pickle makes a text of what is none')
  }
  if (isA(called, 'global') && isA(args, 'tuple')) return { exception: called.global, args: args.tuple }
  throw new Fault('pickle.not-a-value', 'the pickle calls something')
}

type Kinds = Extract<Built, object>
type KindOf<K extends PropertyKey> = Extract<Kinds, Readonly<Record<K, unknown>>>

function isA<K extends 'list' | 'dict' | 'set' | 'tuple' | 'global'>(value: Built, kind: K): value is KindOf<K> {
  return typeof value === 'object' && kind in value
}

function lineOfInt(text: string): Built {
  if (text === '00' || text === '01') return text === '01'
  if (!/^[-+]?\d{1,300}$/.test(text)) throw bad('a number that is none')
  return exact(BigInt(text))
}

function long(bytes: Uint8Array): Built {
  let value = 0n
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!)
  return exact(BigInt.asIntN(8 * bytes.length, value))
}

function exact(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

function lineOfFloat(text: string): number {
  const named = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }[text]
  if (named !== undefined) return named
  if (!/^-?\d+(\.\d*)?(e[-+]?\d+)?$/.test(text)) throw bad('a number that is none')
  return Number(text)
}

/** Python 2's texts: what is not UTF-8 was Latin-1 most likely. */
function plain(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? bytes.toString('latin1') : text
}

function quoted(line: string): string {
  const [, inner] = /^(?:'(.*)'|".*")$/s.exec(line) ?? []
  const text = inner ?? /^"(.*)"$/s.exec(line)?.[1]
  if (text === undefined) throw bad('the STRING opcode argument must be quoted')
  return text.replace(/\\(x[0-9a-fA-F]{2}|[\s\S])/g, (all, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' }[code] ?? all
  })
}

function escapes(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U(0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})/g, (_, short, long) =>
    String.fromCodePoint(Number.parseInt(short ?? long, 16)),
  )
}

function placeOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw bad('a place of the memo that is none')
  return Number(text)
}

interface Left extends Limits {
  readonly left: { values: number }
}

/** As a value: within its limits, since what was named may stand at many places, even inside itself. */
function settle(built: Built, limits: Left, depth: number): Value {
  counted(built, limits)
  if (depth > limits.depth) throw tooLong('values too deep in each other')
  if (typeof built !== 'object') return built
  const within = (inner: Built) =>
    typeof inner === 'string' ? counted(inner, limits) : settle(inner, limits, depth + 1)
  if ('list' in built) return built.list.map(within)
  if ('tuple' in built) return { tuple: built.tuple.map(within) }
  if ('dict' in built) return new Map(built.dict.map(([key, value]) => [keyOf(key), within(value)]))
  if ('set' in built) return new Set(built.set.map(keyOf))
  if ('exception' in built) return { exception: built.exception, args: built.args.map(within) }
  if ('global' in built) throw new Fault('pickle.not-a-value', 'the pickle holds a class')
  return built
}

function counted<B extends Built>(value: B, { left }: Left): B {
  if (--left.values < 0) throw tooLong('too many values')
  return value
}

function keyOf(key: Built): string {
  if (typeof key === 'string') return key
  throw new Fault('pickle.not-a-value', 'a key that is no text')
}

function cut(): Fault {
  return bad('pickle data was truncated')
}

function bad(message: string): Fault {
  return new Fault('pickle.bad', message)
}

function tooLong(what: string): Fault {
  return new Fault('pickle.too-long', `a pickle with ${what}`)
}
