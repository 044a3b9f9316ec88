/**
 * The chains of one family while its files are read: what iptables-restore would leave of them. Source: the installed UFW
 * and iptables-restore, asked what stands where after `ufw enable`.
 */
import { Fault, type Place } from '../../../base/fault.ts'
import { type FrameTable, RULESET, SHARED } from '../../../firewall/rules/frame.ts'
import type { CompiledRule } from './compile-rule.ts'
import type { Command, RuleLine } from './rule-line.ts'

export interface BuiltChain {
  readonly table: FrameTable
  readonly name: string
  readonly isBuiltIn: boolean
  /** Of a built-in one, where a file says so. */
  policy: string
  /** Added to in place: generated files have many thousand rules. */
  entries: Entry[]
  /** Where a file made it. */
  readonly at: Place | undefined
}

export type Entry =
  | { readonly kind: 'rule'; readonly line: RuleLine; readonly compiled: CompiledRule }
  /** What UFW has there by itself. */
  | { readonly kind: 'jump'; readonly chain: string }

/** Source: iptables(8), tables. */
export const BUILT_IN: Readonly<Record<FrameTable, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
}

const PATHS = ['input', 'output', 'forward']
const STAGES = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track']

export class Chains {
  readonly #chains = new Map<string, BuiltChain>()
  readonly #beginning: string
  readonly #warn: (fault: Fault) => void

  constructor(family: 4 | 6, warn: (fault: Fault) => void) {
    this.#beginning = family === 4 ? 'ufw-' : 'ufw6-'
    this.#warn = warn
    for (const table of ['filter', 'nat', 'mangle', 'raw'] as const) {
      for (const name of BUILT_IN[table]) this.#make(table, name, undefined, true)
    }
    for (const path of PATHS) {
      this.#make('filter', `${this.#beginning}before-${path}`)
      this.#make('filter', `${this.#beginning}after-${path}`)
      const jumps = STAGES.map((stage): Entry => ({ kind: 'jump', chain: `${this.#beginning}${stage}-${path}` }))
      this.#get('filter', path.toUpperCase())!.entries = jumps
    }
    for (const name of SHARED) this.#make('filter', `${this.#beginning}${name}`)
  }

  /** All of them, and what UFW adds behind the files. */
  finish(): readonly BuiltChain[] {
    for (const path of PATHS) {
      const chain = this.#get('filter', `${this.#beginning}before-${path}`)!
      chain.entries.push({ kind: 'jump', chain: `${this.#beginning}user-${path}` })
    }
    return [...this.#chains.values()]
  }

  /** `:NAME POLICY`: a chain that the files may fill is empty from here on. */
  declare(table: FrameTable, name: string, policy: string, at: Place): void {
    const chain = this.#get(table, name)
    if (chain?.isBuiltIn) this.#setPolicy(chain, policy, at)
    else if (this.#isRulesets(table, name)) return
    else if (chain) chain.entries = []
    else this.#make(table, name, at)
  }

  /** @param compile makes its rules where the command has one; @throws Fault `frame.*` */
  apply(table: FrameTable, command: Command, at: Place, compile: (rule: RuleLine) => readonly CompiledRule[]): void {
    switch (command.kind) {
      case 'append':
      case 'insert':
        this.#add(table, command, compile(command.rule))
        break
      case 'delete':
        this.#delete(table, command.chain, at, indexOf(this.#must(table, command.chain, at), compile(command.rule)))
        break
      case 'delete-number':
        this.#delete(table, command.chain, at, command.number - 1)
        break
      case 'policy':
        this.#setPolicy(this.#must(table, command.chain, at), command.policy, at)
        break
      case 'new':
        if (this.#get(table, command.chain))
          throw problem('frame.bad-chain', `there is a chain ${command.chain} already`, at)
        this.#make(table, command.chain, at)
        break
      case 'flush':
        this.#flush(table, command.chain, at)
        break
      case 'remove':
        this.#remove(table, command.chain, at)
        break
      case 'nothing':
        break
      default:
        command satisfies never
    }
  }

  /** Whether something may jump there. */
  has(table: FrameTable, name: string): boolean {
    return this.#get(table, name) !== undefined || this.#isRulesets(table, name)
  }

  #add(
    table: FrameTable,
    command: Command & { readonly kind: 'append' | 'insert' },
    rules: readonly CompiledRule[],
  ): void {
    const { chain: name, rule: line } = command
    if (this.#isRulesets(table, name)) {
      this.#refuseRulesets(name, line.at)
      return
    }
    const chain = this.#must(table, name, line.at)
    const index = command.kind === 'append' ? chain.entries.length : command.position - 1
    if (index < 0 || index > chain.entries.length) {
      throw problem(
        'frame.bad-position',
        `${name} has no place ${index + 1}`,
        line.at,
        `it has ${chain.entries.length} rules so far`,
      )
    }
    if (command.kind === 'insert' && this.#isShared(table, name)) {
      throw problem('frame.cannot', `${name} begins with rules of UFW's own`, line.at, `use -A ${name}`)
    }
    const entries = rules.map((compiled): Entry => ({ kind: 'rule', line, compiled }))
    // Iptables inserts one after the other at the same place.
    if (command.kind === 'insert') entries.reverse()
    if (index === chain.entries.length) chain.entries.push(...entries)
    else chain.entries.splice(index, 0, ...entries)
  }

  #refuseRulesets(name: string, at: Place): void {
    const what = name.slice(this.#beginning.length)
    if (what.startsWith('user')) {
      const hint = `use ${this.#beginning}before-input and its like, or the ufw command`
      throw problem('frame.user-chain', `${name} holds the rules of the ufw command`, at, hint)
    }
    // As UFW, which empties them when it sets the log level.
    const hint = `use ${this.#beginning}before-input and its like`
    this.#warn(
      problem('frame.ignored', `rules in ${name} are ignored: the log level decides what stands there`, at, hint),
    )
  }

  #delete(table: FrameTable, name: string, at: Place, index: number): void {
    const chain = this.#must(table, name, at)
    if (!chain.entries[index]) throw problem('frame.no-rule', `${name} has no such rule to delete`, at)
    chain.entries = chain.entries.filter((_, at) => at !== index)
  }

  #flush(table: FrameTable, name: string | undefined, at: Place): void {
    if (name !== undefined && this.#isRulesets(table, name)) return
    const chains =
      name === undefined
        ? [...this.#chains.values()].filter((each) => each.table === table)
        : [this.#must(table, name, at)]
    for (const chain of chains)
      chain.entries = chain.entries.filter(
        (entry) => entry.kind === 'jump' && name === undefined && table === 'filter' && chain.isBuiltIn,
      )
  }

  #remove(table: FrameTable, name: string | undefined, at: Place): void {
    const chains =
      name === undefined
        ? [...this.#chains.values()].filter((each) => each.table === table)
        : [this.#must(table, name, at)]
    const own = chains.filter((chain) => chain.at !== undefined)
    if (name !== undefined && own.length === 0) throw problem('frame.bad-chain', `${name} cannot be removed`, at)
    for (const chain of own) this.#chains.delete(`${table} ${chain.name}`)
  }

  #setPolicy(chain: BuiltChain, policy: string, at: Place): void {
    if (!chain.isBuiltIn) throw problem('frame.bad-chain', `${chain.name} can have no policy`, at)
    if (policy === '-') return
    if (policy !== 'ACCEPT' && policy !== 'DROP') {
      throw problem('frame.bad-policy', `"${policy}" is no policy`, at, 'it is ACCEPT or DROP')
    }
    chain.policy = policy
  }

  #make(table: FrameTable, name: string, at?: Place, isBuiltIn = false): void {
    this.#chains.set(`${table} ${name}`, { table, name, isBuiltIn, policy: 'ACCEPT', entries: [], at })
  }

  #get(table: FrameTable, name: string): BuiltChain | undefined {
    return this.#chains.get(`${table} ${name}`)
  }

  #must(table: FrameTable, name: string, at: Place): BuiltChain {
    const chain = this.#get(table, name)
    if (chain) return chain
    throw problem(
      'frame.unknown-chain',
      `there is no chain ${name} in ${table}`,
      at,
      `make it with a line :${name} - [0:0]`,
    )
  }

  #isRulesets(table: FrameTable, name: string): boolean {
    return (
      table === 'filter' && name.startsWith(this.#beginning) && RULESET.includes(name.slice(this.#beginning.length))
    )
  }

  #isShared(table: FrameTable, name: string): boolean {
    return table === 'filter' && name.startsWith(this.#beginning) && SHARED.includes(name.slice(this.#beginning.length))
  }
}

function indexOf(chain: BuiltChain, rules: readonly CompiledRule[]): number {
  const wanted = JSON.stringify(rules[0])
  return chain.entries.findIndex((entry) => entry.kind === 'rule' && JSON.stringify(entry.compiled) === wanted)
}

function problem(code: string, message: string, at: Place, hint?: string): Fault {
  return new Fault(code, message, { at, ...(hint === undefined ? {} : { hint }) })
}
