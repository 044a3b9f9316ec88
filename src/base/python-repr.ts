/** Values as Python's `repr` writes them: what Fail2ban prints for its rows, its options and its commands. */

export type PythonValue =
  | undefined
  | boolean
  | string
  /** An int. */
  | number
  /** An int beyond what a number holds exactly. */
  | bigint
  | { readonly float: number }
  | { readonly bytes: Uint8Array }
  | { readonly tuple: readonly PythonValue[] }
  | PythonException
  | readonly PythonValue[]
  | ReadonlySet<string>
  | ReadonlyMap<string, PythonValue>

export interface PythonException {
  /** Its class, without the module. */
  readonly exception: string
  readonly args: readonly PythonValue[]
}

/** One line, whatever the value holds: what cannot be printed stands there as an escape. */
export function repr(value: PythonValue): string {
  if (value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return reprInt(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return reprText(value)
  if (value instanceof Set) return value.size === 0 ? 'set()' : `{${[...value].map(reprText).join(', ')}}`
  if (value instanceof Map) {
    return `{${[...value].map(([key, one]) => `${reprText(key)}: ${repr(one)}`).join(', ')}}`
  }
  if ('float' in value) return reprFloat(value.float)
  if ('bytes' in value) return `b${reprBytes(value.bytes)}`
  if ('exception' in value) return `${value.exception}(${value.args.map(repr).join(', ')})`
  if ('tuple' in value) return `(${value.tuple.map(repr).join(', ')}${value.tuple.length === 1 ? ',' : ''})`
  return `[${[...(value as readonly PythonValue[])].map(repr).join(', ')}]`
}

function reprInt(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

function reprText(text: string): string {
  const quote = quoteFor(text)
  const inner = text.replace(ESCAPED, (character) => (character === quote ? `\\${quote}` : escaped(character)))
  return `${quote}${inner}${quote}`
}

/** What `str.isprintable` says no to, the blank excepted, the backslash, and both quotes. */
const ESCAPED = /(?! )[\p{C}\p{Z}\\'"]/gu

function quoteFor(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'"
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

function escaped(character: string): string {
  if (character === "'" || character === '"') return character
  const short = SHORT[character]
  if (short !== undefined) return short
  const point = character.codePointAt(0)!
  if (point < 0x100) return `\\x${hex(point, 2)}`
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, '0')
}

function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Math.abs(value) >= 1e16) return value.toExponential().replace(/e\+(\d)$/, 'e+0$1')
  return Number.isInteger(value) ? `${value}.0` : String(value).replace(/e-(\d)$/, 'e-0$1')
}

function reprBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  const quote = quoteFor(text)
  const inner = text.replace(/[^\x20-\x7e]|[\\'"]/g, (character) =>
    character === quote ? `\\${quote}` : escaped(character),
  )
  return `${quote}${inner}${quote}`
}
