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
  const [sources, targets] = [addresses(rule.from, 'saddr', scope), addresses(rule.to, 'daddr', scope)]
  if (sources.length * targets.length > MAX_PAIRS) {
    throw new Fault('frame.bad-address', `the lists of addresses make more than ${MAX_PAIRS} rules`, { at: scope.at })
  }
  return sources.flatMap((from) => targets.map((to) => ({ pieces: [...from, ...to, ...before, ...after], statement })))
}

/** Of sources and destinations in one line. */
const MAX_PAIRS = 4096

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
  if (option.not && words.length > 1) {
    const hint = 'write a rule that returns for each of them'
    throw new Fault('frame.not-negated', 'a list of addresses cannot be negated', { at: scope.at, hint })
  }
  return words.map((word) => address(word, option.not, field, scope))
}

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
  /** The chain that the rules behind this one come into: the last of `rules` leads there. */
  readonly rest?: string
}

/** Where a rule's own chains come to stand, and how they are named. */
export interface Place extends Pick<Scope, 'family' | 'table'> {
  readonly nameChain: () => string
}

/** Changes what is kept between two packets. */
const REMEMBERS = /\blimit\b|\bupdate @|\badd @|\bdelete @|\bnumgen\b|\bquota\b|\bct count\b/

/** A rule as rules of nft: one, where one can say it. */
export function assemble(rule: CompiledRule, place: Place): Assembled {
  const { pieces, statement } = rule
  if (pieces.every((piece) => typeof piece === 'string')) {
    return { rules: saying(rule), chains: [] }
  }
  // What goes from a chain of the rule's own never comes back; else it would come back to the wrong one.
  const leaves = /^(return|goto )/.test(statement)
  const own = ownChains(place)
  const rest = leaves ? place.nameChain() : undefined
  const after = rest === undefined ? [] : [`goto ${nftChain({ ...place, name: rest })}`]
  const rules = steps(rule, after, leaves ? 'goto' : 'jump', own.add)
  return { rules, chains: own.chains, ...(rest === undefined ? {} : { rest }) }
}

type AddChain = (rules: readonly string[]) => string

function ownChains(place: Place): {
  readonly chains: { name: string; rules: readonly string[] }[]
  readonly add: AddChain
} {
  const chains: { name: string; rules: readonly string[] }[] = []
  const add = (rules: readonly string[]) => {
    const name = place.nameChain()
    chains.push({ name, rules })
    return nftChain({ ...place, name })
  }
  return { chains, add }
}

/** The rules of a chain in which the rule is carried out. @param after what follows where the rule does not say otherwise */
function steps(rule: CompiledRule, after: readonly string[], call: 'jump' | 'goto', add: AddChain): string[] {
  const index = rule.pieces.findIndex((piece) => typeof piece !== 'string')
  const piece = rule.pieces[index]
  if (piece === undefined || typeof piece === 'string') return [...saying(rule), ...after]
  const then = steps({ ...rule, pieces: rule.pieces.slice(index + 1) }, after, call, add)
  const next = add(within(piece, then, after, add))
  return [[...rule.pieces.slice(0, index), `${call} ${next}`].join(' '), ...after]
}

/** The rules of a chain that goes on with `then` where the piece is so. */
function within(
  piece: Exclude<Piece, string>,
  then: readonly string[],
  after: readonly string[],
  add: AddChain,
): string[] {
  if ('unless' in piece) return [`${piece.unless} ${after[0] ?? 'return'}`, ...then]
  if ('call' in piece) return [`jump ${add(piece.call)}`, ...then]
  const next = add(then)
  return [...piece.either.map((match) => `${match} goto ${next}`), ...after]
}

/** Nothing where it asks and does nothing: iptables would count. */
function saying({ pieces, statement }: CompiledRule): string[] {
  const text = [...pieces, statement].filter((word) => word !== '').join(' ')
  return statement === '' && !REMEMBERS.test(text) ? [] : [text]
}
