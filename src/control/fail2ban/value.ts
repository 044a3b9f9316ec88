/**
 * What goes over Fail2ban's socket: Python's values, list and tuple, int and float kept apart. One type with those that
 * Fail2ban's rows and command streams hold.
 */
import { type PythonException, type PythonValue, repr } from '../../base/python-repr.ts'

export type Value = PythonValue

/** As Python's `repr` writes it: one line. */
export function printValue(value: Value): string {
  return repr(value)
}

/** As Python's `str` writes it: a text is itself, an exception is what it was raised with. May hold anything. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (!isException(value)) return repr(value)
  const [first, ...others] = value.args
  if (others.length > 0) return repr({ tuple: value.args })
  // A KeyError of one shows it in quotes.
  return value.exception === 'KeyError' ? repr(first) : value.args.length === 0 ? '' : textOf(first)
}

export function tuple(...items: readonly Value[]): { readonly tuple: readonly Value[] } {
  return { tuple: items }
}

export function exception(name: string, ...args: readonly Value[]): PythonException {
  return { exception: name, args }
}

export function isException(value: Value): value is PythonException {
  return typeof value === 'object' && 'exception' in value
}

export function isTuple(value: Value): value is { readonly tuple: readonly Value[] } {
  return typeof value === 'object' && 'tuple' in value
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isDict(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map
}
