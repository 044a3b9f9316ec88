/**
 * One line of a rules file, read: which chain, what a rule asks, what it does. Which options there are depends on the words
 * before: `-m` and `-j` bring theirs, `-p tcp` those of tcp. Source: iptables(8); the installed iptables-restore, asked.
 */
import { Fault, type Place } from '../../../base/fault.ts'
import type { FrameTable } from '../../../firewall/rules/frame.ts'
import { impliedModule } from './match-transport.ts'
import { matchNamed } from './matches.ts'
import { Given, type Module, type Option, type OptionShape, options, type Target } from './option.ts'
import { protocolNumber } from './protocols.ts'
import { chainName } from './restore-lines.ts'
import { targetNamed } from './targets.ts'

export type Command =
  | { readonly kind: 'append'; readonly chain: string; readonly rule: RuleLine }
  | { readonly kind: 'insert'; readonly chain: string; readonly position: number; readonly rule: RuleLine }
  | { readonly kind: 'delete'; readonly chain: string; readonly rule: RuleLine }
  | { readonly kind: 'delete-number'; readonly chain: string; readonly number: number }
  | { readonly kind: 'new' | 'policy'; readonly chain: string; readonly policy: string }
  /** undefined: all chains of the table. */
  | { readonly kind: 'flush' | 'remove'; readonly chain: string | undefined }
  | { readonly kind: 'nothing' }

export interface RuleLine {
  readonly at: Place
  /** undefined: all. */
  readonly protocol: { readonly number: number; readonly not: boolean } | undefined
  readonly from: Option | undefined
  readonly to: Option | undefined
  readonly inInterface: Option | undefined
  readonly outInterface: Option | undefined
  /** Second and later fragments: only them, or all but them. */
  readonly fragments: 'only' | 'none' | undefined
  /** In the order in which they are asked. */
  readonly matches: readonly { readonly name: string; readonly module: Module; readonly given: Given }[]
  readonly does: Does
}

export type Does =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'target'; readonly name: string; readonly target: Target; readonly given: Given }

/** @throws Fault `frame.*` */
export function readCommand(words: readonly string[], table: FrameTable, family: 4 | 6, at: Place): Command {
  return new LineReader(words, table, family, at).command()
}

/** Those that come before any match. A letter is the name as well. */
const GENERAL = options(
  'append|A CHAIN',
  'insert|I CHAIN',
  'delete|D CHAIN',
  'new-chain|N CHAIN',
  'policy|P CHAIN POLICY',
  'flush|F',
  'zero|Z',
  'delete-chain|X',
  '!protocol|proto|p PROTOCOL',
  '!source|src|s ADDRESS',
  '!destination|dst|d ADDRESS',
  '!in-interface|i NAME',
  '!out-interface|o NAME',
  '!fragments|fragment|f',
  'jump|j TARGET',
  'goto|g CHAIN',
  'match|m NAME',
  'set-counters|c PACKETS BYTES',
  'ipv4|4',
  'ipv6|6',
)

/** What iptables knows and a file cannot say. */
const REFUSED = /^(?:-[tRELSwC]|--(?:table|replace|rename-chain|list|list-rules|wait|check))$/

interface Known {
  readonly shape: OptionShape
  readonly given: Given
}

class LineReader {
  readonly #words: readonly string[]
  readonly #table: FrameTable
  readonly #family: 4 | 6
  readonly #at: Place
  readonly #general: Given
  readonly #matches: { readonly name: string; readonly module: Module; readonly given: Given }[] = []
  #position: number | undefined
  #does: Does = { kind: 'nothing' }
  #next = 0

  constructor(words: readonly string[], table: FrameTable, family: 4 | 6, at: Place) {
    this.#words = words
    this.#table = table
    this.#family = family
    this.#at = at
    this.#general = new Given('the rule', at)
  }

  command(): Command {
    while (this.#next < this.#words.length) this.#option()
    const general = this.#general
    // A rule for the other family, in a file for both.
    if (general.has(this.#family === 4 ? 'ipv6' : 'ipv4')) return { kind: 'nothing' }
    const verbs = VERBS.filter((name) => general.has(name))
    if (verbs.length !== 1) {
      throw this.#fault(
        'frame.no-command',
        verbs.length === 0 ? 'the line has no -A or -I' : 'the line has two commands',
      )
    }
    return this.#commandOf(verbs[0]!)
  }

  #commandOf(verb: (typeof VERBS)[number]): Command {
    const [word, policy] = this.#general.get(verb)!.values
    const chain = word === undefined ? undefined : chainName(word, this.#at)
    switch (verb) {
      case 'append':
        return { kind: 'append', chain: chain!, rule: this.#rule() }
      case 'insert':
        return { kind: 'insert', chain: chain!, position: this.#position ?? 1, rule: this.#rule() }
      case 'delete':
        if (this.#position !== undefined) return { kind: 'delete-number', chain: chain!, number: this.#position }
        return { kind: 'delete', chain: chain!, rule: this.#rule() }
      case 'new-chain':
        return { kind: 'new', chain: chain!, policy: '-' }
      case 'policy':
        return { kind: 'policy', chain: chain!, policy: policy! }
      case 'flush':
        return { kind: 'flush', chain }
      case 'delete-chain':
        return { kind: 'remove', chain }
      case 'zero':
        return { kind: 'nothing' }
      default:
        return verb satisfies never
    }
  }

  #rule(): RuleLine {
    const general = this.#general
    const fragments = general.get('fragments')
    return {
      at: this.#at,
      protocol: this.#protocol(),
      from: general.get('source'),
      to: general.get('destination'),
      inInterface: general.get('in-interface'),
      outInterface: general.get('out-interface'),
      fragments: fragments && (fragments.not ? 'none' : 'only'),
      matches: this.#matches,
      does: this.#does,
    }
  }

  #option(): void {
    const not = this.#words[this.#next] === '!'
    if (not) this.#next++
    const word = this.#words[this.#next++] ?? '!'
    if (!/^-./.test(word)) {
      const hint = word.startsWith('#') ? 'a comment begins its line' : 'text with blanks stands in double quotes'
      throw this.#fault('frame.bad-argument', `"${word}" belongs to nothing`, hint)
    }
    if (REFUSED.test(word)) throw this.#fault('frame.cannot', `${word} cannot stand in a rules file`)
    const { name, attached } = nameOf(word)
    const { shape, given } = this.#shapeOf(name, word)
    if (not && !shape.mayNegate) throw this.#fault('frame.not-negated', `${word} cannot be negated`)
    const values = this.#values(shape, attached, word)
    given.add(shape.name, { values, not })
    if (given === this.#general) this.#follow(shape.name, values)
  }

  /** What an option of all rules brings with it. */
  #follow(name: string, values: readonly string[]): void {
    if (name === 'match') {
      this.#load(values[0]!)
      this.#general.forget('match')
    }
    if (name === 'jump' || name === 'goto') this.#doesOf(name, values[0]!)
    if (name === 'insert' || name === 'delete') this.#position = this.#number()
    if (
      (name === 'flush' || name === 'zero' || name === 'delete-chain') &&
      /^[^-!]/.test(this.#words[this.#next] ?? '')
    ) {
      this.#general.replace(name, { values: [this.#words[this.#next++]!], not: false })
      this.#number()
    }
  }

  #values(shape: OptionShape, attached: string | undefined, word: string): string[] {
    const values = attached === undefined ? [] : [attached]
    while (values.length < shape.values) {
      const value = this.#words[this.#next++]
      if (value === undefined) throw this.#fault('frame.missing-value', `${word} needs a value`)
      // As iptables once had it.
      if (value === '!') throw this.#fault('frame.not-negated', `! stands behind ${word}`, `write ! ${word}`)
      values.push(value)
    }
    if (values.length > shape.values) throw this.#fault('frame.bad-argument', `${word} takes no value`)
    return values
  }

  #number(): number | undefined {
    const word = this.#words[this.#next] ?? ''
    if (!/^\d{1,6}$/.test(word)) return undefined
    this.#next++
    return Number(word)
  }

  /** The latest match that has such an option; a beginning of a name that no other has will do. */
  #shapeOf(name: string, word: string): Known {
    const found = this.#named(name, word) ?? (this.#loadImplied() ? this.#named(name, word) : undefined)
    if (found) return found
    const beginning = word.startsWith('--') ? this.#begunBy(name) : []
    if (new Set(beginning.map(({ shape, given }) => `${given.title} ${shape.name}`)).size === 1) return beginning[0]!
    throw this.#fault('frame.unknown-option', `${word} is unknown here`, this.#hint(name))
  }

  #named(name: string, word: string): Known | undefined {
    // A letter stands behind one dash, a name behind two.
    if ((name.length === 1) === word.startsWith('--')) return undefined
    for (const { shapes, given } of this.#known()) {
      const shape = shapes.get(name)
      if (shape) return { shape, given }
    }
    return undefined
  }

  #begunBy(beginning: string): Known[] {
    return this.#known().flatMap(({ shapes, given }) =>
      [...shapes]
        .filter(([name]) => name.length > 1 && name.startsWith(beginning))
        .map(([, shape]) => ({ shape, given })),
    )
  }

  #hint(name: string): string {
    if (/port/.test(name)) return 'a port needs -p tcp or -p udp before it'
    return this.#does.kind === 'target' || this.#matches.length > 0
      ? `it belongs to none of ${[...this.#matches.map((match) => `-m ${match.name}`), ...(this.#does.kind === 'target' ? [`-j ${this.#does.name}`] : [])].join(', ')}`
      : 'name its match with -m before it'
  }

  #known(): { readonly shapes: ReadonlyMap<string, OptionShape>; readonly given: Given }[] {
    const target =
      this.#does.kind === 'target' ? [{ shapes: this.#does.target.options(), given: this.#does.given }] : []
    const matches = this.#matches.map(({ module, given }) => ({ shapes: module.options(), given })).reverse()
    return [...matches, ...target, { shapes: GENERAL(), given: this.#general }]
  }

  #load(name: string): void {
    const module = matchNamed(name, this.#at)
    this.#matches.push({ name, module, given: new Given(`-m ${name}`, this.#at) })
  }

  /** Whether there is a match for the protocol that was not loaded yet. */
  #loadImplied(): boolean {
    const protocol = this.#protocol()
    const name = protocol && impliedModule(protocol.number, this.#family)
    if (!name || this.#matches.some((match) => match.name === name)) return false
    this.#load(name)
    return true
  }

  #doesOf(option: 'jump' | 'goto', name: string): void {
    if (this.#does.kind !== 'nothing') throw this.#fault('frame.twice', 'the rule has two targets')
    const target = option === 'jump' ? targetNamed(name, { at: this.#at, table: this.#table }) : undefined
    const given = new Given(`-j ${name}`, this.#at)
    this.#does = target ? { kind: 'target', name, target, given } : { kind: option, chain: chainName(name, this.#at) }
  }

  #protocol(): RuleLine['protocol'] {
    const option = this.#general.get('protocol')
    if (!option) return undefined
    const number = protocolNumber(option.values[0]!)
    if (number === undefined)
      throw this.#fault('frame.protocol', `"${option.values[0]}" is no protocol`, 'write its number')
    if (number === 0 && option.not) throw this.#fault('frame.protocol', '! -p all: no packet is so')
    return number === 0 ? undefined : { number, not: option.not }
  }

  #fault(code: string, message: string, hint?: string): Fault {
    return new Fault(code, message, { at: this.#at, ...(hint === undefined ? {} : { hint }) })
  }
}

const VERBS = ['append', 'insert', 'delete', 'new-chain', 'policy', 'flush', 'delete-chain', 'zero'] as const

/** `-p`, `--dport`, `--dport=22`. */
function nameOf(word: string): { readonly name: string; readonly attached: string | undefined } {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1
  const name = (equals < 0 ? word : word.slice(0, equals)).replace(/^--?/, '')
  return { name, attached: equals < 0 ? undefined : word.slice(equals + 1) }
}
