/** One rule of a file as rules of nft, and the chains of its own that it needs for what one rule of nft cannot say. */
import { networkOf, parseAddress, parseNetwork, widen, width } from '../../../base/address.ts'
import { Fault } from '../../../base/fault.ts'
import { nftChain } from '../../../firewall/rules/frame.ts'
import type { Option, Piece, Scope } from './option.ts'
import { unequal } from './option.ts'
import type { RuleLine } from './rule-line.ts'

export interface CompiledRule {
  /** What the rule asks, in order. */
  readonly pieces: readonly Piece[]
  /** What it does then; empty: nothing. */
  readonly statement: string
}

/**
 * As iptables, it makes a rule for every pair of the addresses that one line lists.
 * @throws Fault `frame.*`
 */
export function compileRule(rule: RuleLine, scope: Scope): CompiledRule[] {
  const before = [...interfaces(rule, scope), ...protocol(rule), ...fragments(rule, scope)]
  const after = rule.matches.flatMap(({ module, given }) => module.compile(given, scope))
  const statement = statementOf(rule, scope)
  return addresses(rule.from, 'saddr', scope).flatMap((from) =>
    addresses(rule.to, 'daddr', scope).map((to) => ({ pieces: [...from, ...to, ...before, ...after], statement })),
  )
}

function statementOf({ does }: RuleLine, scope: Scope): string {
  switch (does.kind) {
    case 'nothing':
      return ''
    case 'target':
      return does.target.compile(does.given, scope)
    case 'jump':
    case 'goto':
      return `${does.kind} ${nftChain({ ...scope, name: does.chain })}`
    default:
      return does satisfies never
  }
}

function protocol({ protocol: asked }: RuleLine): string[] {
  return asked ? [`meta l4proto ${unequal(asked.not)}${asked.number}`] : []
}

function fragments(rule: RuleLine, scope: Scope): string[] {
  if (rule.fragments === undefined) return []
  if (scope.family === 6)
    throw new Fault('frame.bad-value', '-f is for IPv4 only', { at: scope.at, hint: 'use -m frag' })
  return [`ip frag-off & 0x1fff ${rule.fragments === 'only' ? '!=' : '=='} 0`]
}

function interfaces(rule: RuleLine, scope: Scope): string[] {
  return [...interfaceOf(rule.inInterface, 'iifname', scope), ...interfaceOf(rule.outInterface, 'oifname', scope)]
}

/** `eth+`: all that begin so. */
function interfaceOf(option: Option | undefined, field: string, { at, chain }: Scope): string[] {
  if (!option) return []
  const name = option.values[0]!
  if (!/^[\w.:@=%,#~^-]{1,15}$|^[\w.:@=%,#~^-]{0,14}\+$/.test(name)) {
    const hint = 'a name has up to 15 characters; + at its end stands for any'
    throw new Fault('frame.interface', `no interface can be called "${name}"`, { at, hint })
  }
  const never = field === 'iifname' ? ['OUTPUT', 'POSTROUTING'] : ['INPUT', 'PREROUTING']
  if (never.includes(chain)) {
    throw new Fault('frame.interface', `${field === 'iifname' ? '-i' : '-o'} cannot be asked in ${chain}`, { at })
  }
  if (name === '+') return option.not ? ['meta length 0'] : []
  return [`${field} ${unequal(option.not)}"${name.replace(/\+$/, '*')}"`]
}

/** The words for each address of a list; one that is empty for any. */
function addresses(option: Option | undefined, field: 'saddr' | 'daddr', scope: Scope): string[][] {
  if (!option) return [[]]
  const words = option.values[0]!.split(',')
  if (words.length > MAX_LIST) {
    throw new Fault('frame.bad-address', `a list has more than ${MAX_LIST} addresses`, { at: scope.at })
  }
  if (option.not && words.length > 1) {
    const hint = 'write a rule that returns for each of them'
    throw new Fault('frame.not-negated', 'a list of addresses cannot be negated', { at: scope.at, hint })
  }
  return words.map((word) => address(word, option.not, field, scope))
}

const MAX_LIST = 1000

function address(text: string, not: boolean, field: string, { family, at }: Scope): string[] {
  const ip = family === 4 ? `ip ${field}` : `ip6 ${field}`
  const holed = underMask(text)
  if (holed && holed.family === family) return [`${ip} & ${holed.mask} ${not ? '!=' : '=='} ${holed.bits}`]
  const network = networkNamed(text)
  if (network?.family !== family) {
    const isName = !network && /[a-z]/i.test(text) && !text.includes(':')
    const hint = isName ? 'names are not resolved: write the address' : `write an address of IPv${family}`
    throw new Fault('frame.bad-address', `"${text}" is no address of IPv${family}`, { at, hint })
  }
  if (network.prefix > 0) return [`${ip} ${unequal(not)}${network.text}`]
  if (!not) return []
  throw new Fault('frame.bad-address', `! ${text}: no packet is so`, { at })
}

function networkNamed(text: string) {
  if (text.toLowerCase() === 'any') return undefined
  const [host = '', mask] = text.split('/')
  const bits = mask?.includes(':') ? parseAddress(mask) : undefined
  const found = parseAddress(host)
  if (!bits || found?.family !== 6) return parseNetwork(text)
  const ones = bits.bits.toString(2).padStart(128, '0').replace(/0+$/, '')
  return ones.includes('0') ? undefined : widen(found, ones.length)
}

/** A mask with holes. */
function underMask(text: string) {
  const [host = '', mask = ''] = text.split('/')
  const under = /[.:]/.test(mask) ? parseAddress(mask) : undefined
  const found = parseAddress(host)
  if (!under || !found || under.family !== found.family) return undefined
  const digits = under.bits.toString(2).padStart(width(under.family), '0')
  if (!digits.replace(/0+$/, '').includes('0')) return undefined
  const bits = networkOf(found.family, found.bits & under.bits, width(found.family)).text
  return { family: found.family, mask: under.text, bits }
}

export interface Assembled {
  readonly rules: readonly string[]
  /** Called by the rules. */
  readonly chains: readonly { readonly name: string; readonly rules: readonly string[] }[]
}

/** Where a rule's own chains come to stand. */
export type Where = Pick<Scope, 'family' | 'table' | 'at'>

/** Keeps something between two packets, or changes it: asked twice it says something else. */
const STATEFUL = /\blimit\b|@|\bnumgen\b|\bquota\b|\bct count\b/

/**
 * @param nameChain a name for a chain of the rule's own
 * @throws Fault `frame.cannot` where `-j RETURN` or `-g` would leave only a chain of the rule's own
 */
export function assemble({ pieces, statement }: CompiledRule, scope: Where, nameChain: () => string): Assembled {
  const index = pieces.findIndex((piece) => typeof piece !== 'string')
  if (index < 0) {
    const text = [...pieces, statement].join(' ')
    // Asks, and does nothing: iptables would count.
    return { rules: statement === '' && !STATEFUL.test(text) ? [] : [text], chains: [] }
  }
  const before = pieces.slice(0, index) as string[]
  const piece = pieces[index] as Exclude<Piece, string>
  const rest: CompiledRule = { pieces: pieces.slice(index + 1), statement }
  if (/^(return|goto )/.test(statement)) return again(before, piece, rest, scope, nameChain)
  const own: { readonly name: string; readonly rules: readonly string[] }[] = []
  const chainOf = (rules: readonly string[]) => {
    const name = nameChain()
    own.push({ name, rules })
    return nftChain({ ...scope, name })
  }
  const after = assemble(rest, scope, nameChain)
  const rules = within(piece, after.rules, chainOf)
  return { rules: [[...before, `jump ${chainOf(rules)}`].join(' ')], chains: [...after.chains, ...own] }
}

/** The rules of a chain that does `rest` where the piece is so. */
function within(
  piece: Exclude<Piece, string>,
  rest: readonly string[],
  chainOf: (rules: readonly string[]) => string,
): string[] {
  if ('unless' in piece) return [`${piece.unless} return`, ...rest]
  if ('call' in piece) return [`jump ${chainOf(piece.call)}`, ...rest]
  const next = chainOf(rest)
  return piece.either.map((match) => `${match} goto ${next}`)
}

/** From a chain of the rule's own nothing returns to where the rule's chain was called: it must do without. */
function again(
  before: readonly string[],
  piece: Exclude<Piece, string>,
  rest: CompiledRule,
  scope: Where,
  nameChain: () => string,
): Assembled {
  const isPlain = [...before, ...rest.pieces].every((each) => typeof each === 'string' && !STATEFUL.test(each))
  const say = (...words: readonly string[]) => [...before, ...words, ...rest.pieces, rest.statement].join(' ')
  if (isPlain && 'either' in piece) return { rules: piece.either.map((match) => say(match)), chains: [] }
  if (isPlain && 'call' in piece) {
    const name = nameChain()
    const call = [...before, ...rest.pieces, `jump ${nftChain({ ...scope, name })}`].join(' ')
    return { rules: [call, say()], chains: [{ name, rules: piece.call }] }
  }
  throw new Fault('frame.cannot', 'this rule cannot end with -j RETURN or -g', {
    at: scope.at,
    hint: 'let it jump to a chain, or ask less of it',
  })
}
