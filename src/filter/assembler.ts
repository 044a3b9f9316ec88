/**
 * Assembles WebAssembly from flat text, one instruction after another, so that the scan's inner loop can be read and
 * changed here instead of being carried as bytes that nobody can read. Knows only the instructions in OPCODES, values
 * of i32 and v128, and memory 0. Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */

export interface Routine {
  readonly name: string
  /** All i32. */
  readonly parameters: readonly string[]
  readonly locals: Readonly<Record<string, 'i32' | 'v128'>>
  /** What is returned: one i32, or nothing. */
  readonly result: boolean
  /** Instructions; `;;` starts a comment, `$name` a local, a routine, or (after block and loop) a label. */
  readonly body: string
}

/**
 * A module that exports every routine under its name and its memory as `memory`.
 * Throws Error for text that is not the language: it is our own text, not input.
 */
export function assemble(routines: readonly Routine[], memoryPages: number): Uint8Array<ArrayBuffer> {
  const names = new Map(routines.map((routine, index) => [routine.name, index]))
  const signatures = routines.map((it) =>
    [0x60, ...vector(it.parameters.map(() => [I32])), it.result ? 1 : 0].concat(it.result ? [I32] : []),
  )
  const bodies = routines.map((it) => sized([...localsOf(it), ...instructions(it, names), END]))
  const shown = routines.map((it, index) => [...text(it.name), 0x00, ...unsigned(index)])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, signatures),
    ...section(
      3,
      routines.map((_, index) => unsigned(index)),
    ),
    ...section(5, [[0x00, ...unsigned(memoryPages)]]),
    ...section(7, [[...text('memory'), 0x02, 0x00], ...shown]),
    ...section(10, bodies),
  ])
}

const I32 = 0x7f
const V128 = 0x7b
const NOTHING = 0x40
const END = 0x0b
const VECTOR = 0xfd

/** What follows the opcode: a local's index, a routine's, a label's depth, a number, or an alignment and offset. */
type Operand = 'local' | 'routine' | 'label' | 'number' | 'memory' | 'opens'

const OPCODES: Readonly<Record<string, readonly [opcode: readonly number[], operand?: Operand]>> = {
  block: [[0x02], 'opens'],
  loop: [[0x03], 'opens'],
  if: [[0x04], 'opens'],
  end: [[END]],
  br: [[0x0c], 'label'],
  br_if: [[0x0d], 'label'],
  return: [[0x0f]],
  call: [[0x10], 'routine'],
  'local.get': [[0x20], 'local'],
  'local.set': [[0x21], 'local'],
  'local.tee': [[0x22], 'local'],
  'i32.load': [[0x28], 'memory'],
  'i32.load8_u': [[0x2d], 'memory'],
  'i32.load16_u': [[0x2f], 'memory'],
  'i32.store': [[0x36], 'memory'],
  'i32.const': [[0x41], 'number'],
  'i32.eqz': [[0x45]],
  'i32.eq': [[0x46]],
  'i32.ne': [[0x47]],
  'i32.lt_u': [[0x49]],
  'i32.gt_u': [[0x4b]],
  'i32.le_u': [[0x4d]],
  'i32.ge_u': [[0x4f]],
  'i32.clz': [[0x67]],
  'i32.ctz': [[0x68]],
  'i32.popcnt': [[0x69]],
  'i32.add': [[0x6a]],
  'i32.sub': [[0x6b]],
  'i32.mul': [[0x6c]],
  'i32.and': [[0x71]],
  'i32.or': [[0x72]],
  'i32.shl': [[0x74]],
  'i32.shr_u': [[0x76]],
  'v128.load': [[VECTOR, 0x00], 'memory'],
  'i8x16.swizzle': [[VECTOR, 0x0e]],
  'i8x16.splat': [[VECTOR, 0x0f]],
  'i8x16.eq': [[VECTOR, 0x23]],
  'i8x16.ne': [[VECTOR, 0x24]],
  'v128.and': [[VECTOR, 0x4e]],
  'v128.or': [[VECTOR, 0x50]],
  'v128.any_true': [[VECTOR, 0x53]],
  'i8x16.bitmask': [[VECTOR, 0x64]],
  'i8x16.shr_u': [[VECTOR, 0x6d, 0x01]],
}

function instructions(routine: Routine, routines: ReadonlyMap<string, number>): number[] {
  const words = routine.body.replace(/;;.*$/gm, '').split(/\s+/).filter(Boolean)
  const locals = [...routine.parameters, ...Object.keys(routine.locals)]
  const labels: string[] = []
  const out: number[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const [opcode, operand] = OPCODES[word] ?? fail(`no instruction "${word}"`, routine)
    out.push(...opcode)
    if (word === 'end') labels.pop()
    if (operand === undefined) continue
    if (operand === 'memory') {
      // Alignment 0 promises nothing; the offset is an optional word.
      out.push(0, ...unsigned(/^\d+$/.test(words[at + 1] ?? '') ? Number(words[++at]) : 0))
    } else if (operand === 'opens') {
      labels.push(words[at + 1]?.startsWith('$') ? words[++at]! : '')
      out.push(NOTHING)
    } else if (operand === 'number') {
      out.push(...signed(Number(words[++at])))
    } else {
      const name = words[++at] ?? ''
      const index = find(operand, name, { locals, labels, routines })
      out.push(...(index < 0 ? fail(`no ${operand} "${name}"`, routine) : unsigned(index)))
    }
  }
  return out
}

interface Known {
  readonly locals: readonly string[]
  readonly labels: readonly string[]
  readonly routines: ReadonlyMap<string, number>
}

function find(operand: 'local' | 'routine' | 'label', name: string, known: Known): number {
  if (operand === 'local') return known.locals.indexOf(name.slice(1))
  if (operand === 'routine') return known.routines.get(name.slice(1)) ?? -1
  const depth = known.labels.lastIndexOf(name)
  return depth < 0 ? -1 : known.labels.length - 1 - depth
}

function fail(what: string, routine: Routine): never {
  throw new Error(`${what} in the routine ${routine.name}`)
}

function localsOf(routine: Routine): number[] {
  return vector(Object.values(routine.locals).map((type) => [1, type === 'i32' ? I32 : V128]))
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  return [id, ...sized(vector(entries))]
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...unsigned(entries.length), ...entries.flat()]
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes]
}

function text(name: string): number[] {
  return sized([...name].map((letter) => letter.charCodeAt(0)))
}

/** LEB128. */
function unsigned(value: number): number[] {
  const out: number[] = []
  let rest = value >>> 0
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  return [...out, rest]
}

function signed(value: number): number[] {
  const out: number[] = []
  let rest = value | 0
  for (; rest < -64 || rest > 63; rest >>= 7) out.push((rest & 0x7f) | 0x80)
  return [...out, rest & 0x7f]
}
