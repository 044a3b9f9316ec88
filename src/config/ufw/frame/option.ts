/** The options of iptables' matches and targets: what a module takes, and what a line gave it. */
import { Fault, type Place } from '../../../base/fault.ts'
import type { ServiceLookup } from '../../../base/ports.ts'
import type { FrameTable } from '../../../firewall/rules/frame.ts'

/** Numbers by name on this host. */
export interface Names {
  readonly services: ServiceLookup
  readonly user: (name: string) => number | undefined
  readonly group: (name: string) => number | undefined
}

/** Where a rule stands: all that its parts may ask when they become nft's words. */
export interface Scope {
  readonly family: 4 | 6
  readonly table: FrameTable
  readonly chain: string
  readonly at: Place
  readonly names: Names
  /** The number that `-p` gives; `not`: any other. */
  readonly protocol: { readonly number: number; readonly not: boolean } | undefined
  /** Sets that the frame's rules share are made here. */
  readonly memory: Memory
  readonly warn: (code: string, message: string, hint: string) => void
}

/** What rules keep in memory; made as they are compiled. */
export interface Memory {
  /** A set of this body, and its name; the same for the same key. @param key undefined: of no other rule */
  readonly set: (kind: string, key: string | undefined, body: string) => string
  /** Everything that the frame asks of a list of `recent`: known before its first rule is compiled. */
  readonly questions: (list: string) => readonly RecentQuestion[]
}

/** Whether there were so many packets in so many seconds; undefined: ever. */
export interface RecentQuestion {
  readonly seconds: number | undefined
  readonly hits: number
}

/** A part of a rule in nft's words. */
export type Piece =
  /** It goes on where this is so, or done. */
  | string
  /** It goes on where one of these is so. */
  | { readonly either: readonly string[] }
  /** It goes on where this is not so, and where it cannot be said. */
  | { readonly unless: string }
  /** It goes on after rules of their own, which end nothing. */
  | { readonly call: readonly string[] }

export interface Module {
  readonly options: Options
  /** @throws Fault `frame.*` */
  readonly compile: (given: Given, scope: Scope) => readonly Piece[]
}

/** What a rule does. */
export interface Target {
  readonly options: Options
  /** Where it can stand; everywhere if left out. */
  readonly tables?: readonly FrameTable[]
  /** @throws Fault `frame.*` */
  readonly compile: (given: Given, scope: Scope) => string
}

export interface OptionShape {
  /** What the option is called everywhere here. */
  readonly name: string
  readonly values: number
  readonly mayNegate: boolean
}

/** By each of their names. Made when they are first asked for: a file uses few of all that there are. */
export type Options = () => ReadonlyMap<string, OptionShape>

/**
 * @param shapes `!dport|destination-port PORT`: may be negated, its other names, a word for each value
 */
export function options(...shapes: readonly string[]): Options {
  let made: ReadonlyMap<string, OptionShape> | undefined
  return () => {
    made ??= new Map(shapes.flatMap(optionNames))
    return made
  }
}

function optionNames(shape: string): (readonly [string, OptionShape])[] {
  const [names, ...values] = shape.replace('!', '').split(' ')
  const [name, ...others] = names!.split('|')
  const option = { name: name!, values: values.length, mayNegate: shape.startsWith('!') }
  return [name!, ...others].map((word) => [word, option] as const)
}

export interface Option {
  readonly values: readonly string[]
  readonly not: boolean
}

/** What a line gave a module. */
export class Given {
  readonly #options = new Map<string, Option>()
  readonly #at: Place
  /** As the line calls it: `-m limit`, `-j DNAT`. */
  readonly title: string

  constructor(title: string, at: Place) {
    this.title = title
    this.#at = at
  }

  /** @throws Fault `frame.twice` */
  add(name: string, option: Option): void {
    if (this.#options.has(name)) throw new Fault('frame.twice', `--${name} stands twice`, { at: this.#at })
    this.#options.set(name, option)
  }

  /** It may come again. */
  forget(name: string): void {
    this.#options.delete(name)
  }

  replace(name: string, option: Option): void {
    this.#options.set(name, option)
  }

  has(name: string): boolean {
    return this.#options.has(name)
  }

  get(name: string): Option | undefined {
    return this.#options.get(name)
  }

  /** The first value. */
  value(name: string): string | undefined {
    return this.#options.get(name)?.values[0]
  }

  names(): readonly string[] {
    return [...this.#options.keys()]
  }

  /** @throws Fault `frame.missing-option` */
  must(name: string): Option {
    const option = this.#options.get(name)
    if (option) return option
    throw new Fault('frame.missing-option', `${this.title} needs --${name}`, { at: this.#at })
  }

  /** What is known and cannot be had. */
  refuse(...names: readonly string[]): void {
    const name = names.find((each) => this.has(each))
    if (name !== undefined) throw cannot(`${this.title} --${name}`, this.#at)
  }

  bad(name: string, why: string, hint?: string): Fault {
    const joint = /^(is|are|has|asks|cannot) /.test(why) ? ' ' : ': '
    const message = `--${[name, ...(this.get(name)?.values ?? [])].join(' ')}${joint}${why}`
    return new Fault('frame.bad-value', message, { at: this.#at, ...(hint === undefined ? {} : { hint }) })
  }
}

/** For what iptables has and nftables, or this compiler, has not. */
export function cannot(what: string, at: Place, hint = 'write the rule without it'): Fault {
  return new Fault('frame.cannot', `${what} cannot be compiled to nftables`, { at, hint })
}

/** `!=` and a blank before the value where it is negated. */
export function unequal(not: boolean): string {
  return not ? '!= ' : ''
}
