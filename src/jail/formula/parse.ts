/** An expression of Python as a tree, the part of the language that ban times need. Source: its reference, "Expressions". */
import { CONSTANTS, functionOf } from './functions.ts'
import type { BinaryOperator, UnaryOperator } from './operate.ts'
import { Misread, type Token, tokens } from './token.ts'
import type { Value } from './value.ts'

export type Node =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Node[] }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'compare'; readonly first: Node; readonly rest: readonly Comparison[] }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'item'; readonly list: Node; readonly index: Node }

export interface Comparison {
  readonly operator: '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in'
  readonly right: Node
}

const MAX_CHARACTERS = 2000
/** Deeper brackets are nobody's; Python ends at 200. */
const MAX_DEPTH = 100

/**
 * @param names what may stand in it beside the functions and constants: `ban.Time`
 * @throws Misread
 */
export function parse(text: string, names: ReadonlySet<string>): Node {
  if (text.length > MAX_CHARACTERS) throw new Misread(`it is longer than ${MAX_CHARACTERS} characters`, MAX_CHARACTERS)
  const reader = new Reader(tokens(text), names)
  const node = reader.expression()
  reader.expectEnd()
  return node
}

/** From the weakest to the strongest; `**` is stronger than all of them. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%'],
]
const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const
/** Of Python's words that mean something; they are no names. */
const KEYWORDS: ReadonlySet<string> = new Set(['if', 'else', 'and', 'or', 'not', 'in', 'is', 'lambda', 'for', 'await'])

class Reader {
  readonly #tokens: readonly Token[]
  readonly #names: ReadonlySet<string>
  #next = 0
  #depth = 0

  constructor(words: readonly Token[], names: ReadonlySet<string>) {
    this.#tokens = words
    this.#names = names
  }

  /** `a if b else c`. */
  expression(): Node {
    return this.#deeper(() => {
      const then = this.#or()
      if (!this.#take('if')) return then
      const condition = this.#or()
      this.#expect('else')
      return { kind: 'choice', condition, then, otherwise: this.expression() }
    })
  }

  expectEnd(): void {
    const token = this.#token
    if (token.kind !== 'end') throw new Misread(`"${token.text}" cannot stand here`, token.at)
  }

  #or(): Node {
    let left = this.#and()
    while (this.#take('or')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Node {
    let left = this.#not()
    while (this.#take('and')) left = { kind: 'and', left, right: this.#not() }
    return left
  }

  #not(): Node {
    if (!this.#take('not')) return this.#comparison()
    return { kind: 'not', operand: this.#deeper(() => this.#not()) }
  }

  #comparison(): Node {
    const first = this.#level(0)
    const rest: Comparison[] = []
    for (let operator = this.#comparing(); operator; operator = this.#comparing()) {
      rest.push({ operator, right: this.#level(0) })
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest }
  }

  #comparing(): Comparison['operator'] | undefined {
    const sign = COMPARISONS.find((one) => this.#take(one))
    if (sign) return sign
    if (this.#take('in')) return 'in'
    if (!this.#take('not')) return undefined
    this.#expect('in')
    return 'not in'
  }

  #level(level: number): Node {
    const operators = LEVELS[level]
    if (!operators) return this.#signed()
    let left = this.#level(level + 1)
    for (;;) {
      const operator = operators.find((one) => this.#take(one))
      if (!operator) return left
      left = { kind: 'binary', operator, left, right: this.#level(level + 1) }
    }
  }

  /** Signs bind less than a power on their right: -2**2 is -4. */
  #signed(): Node {
    const operator = (['-', '+', '~'] as const).find((one) => this.#take(one))
    if (operator) return { kind: 'unary', operator, operand: this.#deeper(() => this.#signed()) }
    const left = this.#primary()
    if (!this.#take('**')) return left
    return { kind: 'binary', operator: '**', left, right: this.#deeper(() => this.#signed()) }
  }

  #primary(): Node {
    let node = this.#atom()
    while (this.#take('[')) {
      node = { kind: 'item', list: node, index: this.expression() }
      this.#expect(']')
    }
    return node
  }

  #atom(): Node {
    const token = this.#token
    if (token.kind === 'number') {
      this.#next++
      return { kind: 'value', value: token.value! }
    }
    if (token.kind === 'name' && !KEYWORDS.has(token.text)) return this.#named()
    if (this.#take('(')) return this.#bracketed()
    if (this.#take('[')) return { kind: 'list', items: this.#items(']') }
    throw new Misread(token.kind === 'end' ? 'it ends too soon' : `"${token.text}" cannot stand here`, token.at)
  }

  /** `(a)`, or a list of them: `(a, b)`, `(a,)`, `()`. */
  #bracketed(): Node {
    if (this.#take(')')) return { kind: 'list', items: [] }
    const first = this.expression()
    if (!this.#take(',')) {
      this.#expect(')')
      return first
    }
    return { kind: 'list', items: [first, ...this.#items(')')] }
  }

  #items(close: ')' | ']'): Node[] {
    const items: Node[] = []
    while (!this.#take(close)) {
      items.push(this.expression())
      if (this.#take(close)) break
      this.#expect(',')
    }
    return items
  }

  #named(): Node {
    const { at } = this.#token
    let name = this.#name()
    while (this.#take('.')) name += `.${this.#name()}`
    if (name === 'True' || name === 'False') return { kind: 'value', value: name === 'True' ? 1n : 0n }
    const constant = CONSTANTS[name]
    if (constant !== undefined) return { kind: 'value', value: constant }
    const calls = this.#token.text === '('
    const known = functionOf(name)
    if (!(calls ? known : this.#names.has(name))) throw new Misread(this.#unknown(name, calls), at)
    if (!calls || !known) return { kind: 'name', name }
    this.#expect('(')
    const values = this.#items(')')
    if (values.length < known.least || values.length > known.most) {
      throw new Misread(`${name}() does not take ${values.length} values`, at)
    }
    return { kind: 'call', name, values }
  }

  #unknown(name: string, calls: boolean): string {
    if (!calls && functionOf(name)) return `${name} is a function: it takes its values in brackets`
    return `${name}${calls ? '()' : ''} is not known here`
  }

  #name(): string {
    const token = this.#token
    if (token.kind !== 'name' || KEYWORDS.has(token.text)) throw new Misread(`"${token.text}" is no name`, token.at)
    this.#next++
    return token.text
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  #take(text: string): boolean {
    const { kind, text: found } = this.#token
    if (found !== text || kind === 'end') return false
    this.#next++
    return true
  }

  #expect(text: string): void {
    const token = this.#token
    if (this.#take(text)) return
    throw new Misread(`"${text}" is missing before ${token.kind === 'end' ? token.text : `"${token.text}"`}`, token.at)
  }

  #deeper(read: () => Node): Node {
    if (++this.#depth > MAX_DEPTH) throw new Misread('its brackets are too deep', this.#token.at)
    const node = read()
    this.#depth--
    return node
  }
}
