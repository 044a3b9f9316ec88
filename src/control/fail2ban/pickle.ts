/**
 * Values as Python pickles them: protocol 4, which every Python since 3.4 reads. Source: the Python library reference,
 * "pickle", and the opcodes that `pickletools` documents.
 */
import { Fault } from '../../base/fault.ts'
import type { PythonException } from '../../base/python-repr.ts'
import { moduleOf } from './exception-classes.ts'
import type { Value } from './value.ts'

/** @throws Fault `pickle.no-class` for an exception that Python would not know */
export function pickle(value: Value): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x80, 4), ...encoded(value), Buffer.from('.')])
}

type Parts = readonly Uint8Array[]

function encoded(value: Value): Parts {
  if (value === undefined) return [opcode('N')]
  switch (typeof value) {
    case 'boolean':
      return [opcode(value ? '\x88' : '\x89')]
    case 'number':
      return [int(value)]
    case 'bigint':
      return [long(value)]
    case 'string':
      return [text(value)]
    default:
      return compound(value)
  }
}

function compound(value: Exclude<Value, undefined | boolean | number | bigint | string>): Parts {
  if (value instanceof Map) return filled('}', [...value].flat(), 'u')
  if (value instanceof Set) return filled('\x8f', [...value], '\x90')
  if ('float' in value) return [float(value.float)]
  if ('bytes' in value) return [sized('B', Buffer.from(value.bytes))]
  if ('exception' in value) return exception(value)
  if ('tuple' in value) return items(value.tuple, 't')
  return filled(']', value as readonly Value[], 'e')
}

/** @param empty makes one without anything in it, `fill` puts what follows the mark into it */
function filled(empty: string, all: readonly Value[], fill: string): Parts {
  return [opcode(empty), ...(all.length > 0 ? items(all, fill) : [])]
}

function items(all: readonly Value[], end: string): Parts {
  const parts: Uint8Array[] = [opcode('(')]
  const texts = all.length < MANY ? undefined : plainTexts(all)
  if (texts) parts.push(texts)
  else for (const item of all) for (const part of encoded(item)) parts.push(part)
  parts.push(opcode(end))
  return parts
}

const MANY = 64

/** Nothing but ASCII, all at once: 50,000 banned addresses take 8 ms instead of 50. undefined where they are something else. */
function plainTexts(all: readonly Value[]): Uint8Array | undefined {
  if (!all.every((one) => typeof one === 'string')) return undefined
  const whole = all.join('')
  if (Buffer.byteLength(whole) !== whole.length) return undefined
  return Buffer.from(all.map((one) => headOf(one.length) + one).join(''), 'latin1')
}

function headOf(length: number): string {
  return String.fromCharCode(TEXT, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff, length >>> 24)
}

const TEXT = 0x58

function opcode(code: string): Uint8Array {
  return Buffer.from(code, 'latin1')
}

function exception({ exception: name, args }: PythonException): Parts {
  const module = moduleOf(name)
  if (module === undefined) throw new Fault('pickle.no-class', `Python has no exception ${name}`)
  return [text(module), text(name), opcode('\x93'), ...items(args, 't'), opcode('R')]
}

function int(value: number): Uint8Array {
  if (!Number.isInteger(value)) return float(value)
  if (value >= 0 && value < 0x100) return Uint8Array.of(0x4b, value)
  if (value < -0x80000000 || value > 0x7fffffff) return long(BigInt(value))
  const bytes = Buffer.alloc(5, 'J')
  bytes.writeInt32LE(value, 1)
  return bytes
}

/** Two's complement, little end first. */
function long(value: bigint): Uint8Array {
  let count = 1
  while (BigInt.asIntN(8 * count, value) !== value) count++
  if (count > 0xff) throw new Fault('pickle.too-long', 'a number of more than 255 bytes')
  const bytes = Buffer.alloc(2 + count)
  bytes[0] = 0x8a
  bytes[1] = count
  for (let at = 0; at < count; at++) bytes[2 + at] = Number(BigInt.asUintN(8, value >> BigInt(8 * at)))
  return bytes
}

function float(value: number): Uint8Array {
  const bytes = Buffer.alloc(9, 'G')
  bytes.writeDoubleBE(value, 1)
  return bytes
}

/** What is no Unicode text stands there as Python's own sign for it. */
function text(value: string): Uint8Array {
  return sized('X', Buffer.from(value, 'utf8'))
}

function sized(code: string, bytes: Buffer): Uint8Array {
  const head = Buffer.alloc(5, code)
  head.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}
