/** What a tree comes to. It ends: a tree has no loops, and no number in it grows without bound. */
import { functionOf } from './functions.ts'
import { binary, unary } from './operate.ts'
import type { Comparison, Node } from './parse.ts'
import { amount, compare, integer, isTrue, NoValue, ofBoolean, type Value } from './value.ts'

export interface Surroundings {
  readonly names: ReadonlyMap<string, Value>
  /** A number in [0, 1), for the functions of random. */
  readonly chance: () => number
}

/** @throws NoValue */
export function evaluate(node: Node, around: Surroundings): Value {
  const of = (part: Node) => evaluate(part, around)
  switch (node.kind) {
    case 'value':
      return node.value
    case 'name':
      return around.names.get(node.name)!
    case 'call':
      return functionOf(node.name)!.call(node.values.map(of), around.chance)
    case 'unary':
      return unary(node.operator, of(node.operand))
    case 'not':
      return ofBoolean(!isTrue(of(node.operand)))
    case 'binary':
      return binary(node.operator, of(node.left), of(node.right))
    case 'compare':
      return compared(node.first, node.rest, of)
    case 'and':
    case 'or': {
      const left = of(node.left)
      return isTrue(left) === (node.kind === 'or') ? left : of(node.right)
    }
    case 'choice':
      return of(isTrue(of(node.condition)) ? node.then : node.otherwise)
    case 'list':
      return node.items.map(of)
    case 'item':
      return itemOf(of(node.list), of(node.index))
    default:
      return node satisfies never
  }
}

/** `1 < a < 3`: none is asked after the first that does not hold. */
function compared(first: Node, rest: readonly Comparison[], of: (part: Node) => Value): bigint {
  let left = of(first)
  for (const { operator, right: part } of rest) {
    const right = of(part)
    if (!holds(left, operator, right)) return 0n
    left = right
  }
  return 1n
}

function holds(left: Value, operator: Comparison['operator'], right: Value): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right)
    case '!=':
      return !isEqual(left, right)
    case 'in':
    case 'not in':
      if (typeof right !== 'object') throw new NoValue('a number is no list')
      return right.some((item) => isEqual(left, item)) === (operator === 'in')
    default: {
      const order = compare(amount(left), amount(right))
      if (order === undefined) return false
      return (
        (order < 0 && operator[0] === '<') || (order > 0 && operator[0] === '>') || (order === 0 && operator[1] === '=')
      )
    }
  }
}

function isEqual(left: Value, right: Value): boolean {
  if (typeof left !== 'object' && typeof right !== 'object') return compare(left, right) === 0
  if (typeof left !== 'object' || typeof right !== 'object') return false
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index]!))
}

function itemOf(list: Value, index: Value): Value {
  if (typeof list !== 'object') throw new NoValue('a number is no list')
  const item = list.at(Number(integer(index)))
  if (item === undefined) throw new NoValue(`the list has no item ${index}`)
  return item
}
