/** Which rule decides a new connection, when before.rules and after.rules are asked as well. */
import { type Network, parseAddress } from '../../base/address.ts'
import type { Place } from '../../base/fault.ts'
import { type Explained, explain, type Packet, type Target } from './explain.ts'
import { type FrameChain, type FrameTable, nftChain } from './frame.ts'
import { type OnItsWay, readRule } from './frame-words.ts'
import { PROTOCOL_NUMBERS } from './rule.ts'
import type { Ruleset } from './ruleset.ts'
import { ufwChain } from './ufw-chains.ts'

/** A rule of before.rules or after.rules. */
export interface FrameRule {
  /** As the file names it. */
  readonly chain: string
  /** Where it stands; undefined: what UFW has by itself. */
  readonly at: Place | undefined
}

export interface ExplainedWhole {
  readonly verdict: Explained['verdict']
  /** Where it was when that was decided: what is sent on to another is routed. */
  readonly path: Packet['path']
  readonly by: Explained['by'] | FrameRule
  /** A rule that may decide otherwise: it asks for what a packet alone does not tell, or counts. The verdict is for the first packet. */
  readonly unsure: FrameRule | undefined
}

type Asked = Pick<Ruleset, 'rules' | 'policies' | 'ipv6' | 'frame' | 'containers' | 'lists'>

/** What the host does beside its rules. */
export interface Surroundings {
  /** Where another program, such as a containers' engine, sends this packet on to. */
  readonly sentOn?: Target
  /** By which interface an address is reached. */
  readonly interfaceTo?: (address: Network) => string | undefined
}

/** Ports that are forwarded to others (table nat) are followed to where they lead; a translated source is not asked for. */
export function explainWhole(ruleset: Asked, packet: Packet, around: Surroundings = {}): ExplainedWhole {
  if (packet.from.family === 6 && !ruleset.ipv6)
    return { verdict: 'drop', path: packet.path, by: 'no IPv6', unsure: undefined }
  return new Walk(ruleset, packet, around).end()
}

/** In the order in which the kernel comes to them. */
const WAYS: Readonly<Record<Packet['path'], readonly (readonly [FrameTable, string])[]>> = {
  in: [
    ['raw', 'PREROUTING'],
    ['mangle', 'PREROUTING'],
    ['nat', 'PREROUTING'],
    ['mangle', 'INPUT'],
    ['filter', 'INPUT'],
  ],
  forward: [
    ['raw', 'PREROUTING'],
    ['mangle', 'PREROUTING'],
    ['nat', 'PREROUTING'],
    ['mangle', 'FORWARD'],
    ['filter', 'FORWARD'],
    ['mangle', 'POSTROUTING'],
  ],
  out: [
    ['raw', 'OUTPUT'],
    ['mangle', 'OUTPUT'],
    ['nat', 'OUTPUT'],
    ['filter', 'OUTPUT'],
    ['mangle', 'POSTROUTING'],
  ],
}

type Decided = Pick<ExplainedWhole, 'verdict' | 'by'>
/** `on`: nothing was decided, ask the next rule of the chain that called. */
type Outcome = Decided | 'on' | 'accepted here'

class Walk {
  readonly #ruleset: Asked
  readonly #around: Surroundings
  readonly #chains: ReadonlyMap<string, FrameChain>
  #packet: OnItsWay
  #unsure: FrameRule | undefined
  /** Who accepted, for where nobody decides behind it. */
  #acceptedBy: ExplainedWhole['by'] | undefined

  constructor(ruleset: Asked, packet: Packet, around: Surroundings) {
    this.#ruleset = ruleset
    this.#around = around
    this.#chains = new Map(ruleset.frame.chains.map((chain) => [nftChain(chain), chain]))
    const number = packet.protocol === 'any' ? undefined : PROTOCOL_NUMBERS[packet.protocol]
    this.#packet = { ...packet, number, state: 'new' }
  }

  end(): ExplainedWhole {
    return { ...this.#decided(), path: this.#packet.path, unsure: this.#unsure }
  }

  #decided(): Decided {
    const done = new Set<string>()
    for (let step = this.#next(done); step; step = this.#next(done)) {
      const [table, hook] = step
      done.add(`${table} ${hook}`)
      const outcome = this.#chain(this.#name(table, hook))
      if (typeof outcome === 'object') return outcome
      if (outcome === 'on' && table === 'filter') {
        const verdict = this.#ruleset.policies[this.#packet.path]
        if (verdict !== 'accept') return { verdict, by: 'policy' }
        this.#acceptedBy = 'policy'
      }
      if (table === 'nat' && hook === 'PREROUTING') this.#sendOn()
    }
    return { verdict: 'accept', by: this.#acceptedBy ?? 'policy' }
  }

  /** The first that was not asked yet: a rewritten packet may go another way. */
  #next(done: ReadonlySet<string>): readonly [FrameTable, string] | undefined {
    return WAYS[this.#packet.path].find(([table, hook]) => !done.has(`${table} ${hook}`))
  }

  #name(table: FrameTable, name: string): string {
    return nftChain({ family: this.#packet.from.family, table, name })
  }

  #chain(name: string): Outcome {
    const own = this.#ownChain(name)
    if (own !== 'on') return own
    const chain = this.#chains.get(name)
    for (const [index, rule] of (chain?.rules ?? []).entries()) {
      const outcome = this.#rule(rule, { chain: chain!.name.split(' ')[0]!, at: chain!.places?.[index] }, chain!.table)
      if (outcome === 'returns') return 'on'
      if (outcome !== 'on') return outcome
    }
    return 'on'
  }

  #rule(rule: string, from: FrameRule, table: FrameTable): Outcome | 'returns' {
    const { isSo, isFleeting, does } = readRule(rule, this.#packet)
    if (does === '') return 'on'
    if (isSo === undefined || isFleeting) this.#unsure ??= from
    if (!isSo) return 'on'
    const [verb, target] = does.split(' ')
    switch (verb) {
      case 'accept':
        if (table === 'filter') this.#acceptedBy = from
        return 'accepted here'
      case 'drop':
      case 'reject':
        return { verdict: verb, by: from }
      case 'return':
        return 'returns'
      case 'jump':
        return this.#chain(target!)
      case 'goto': {
        const outcome = this.#chain(target!)
        return outcome === 'on' ? 'returns' : outcome
      }
      case 'redirect':
      case 'dnat':
        this.#rewrite(does, from)
        return 'accepted here'
      case 'notrack':
        this.#packet = { ...this.#packet, state: 'untracked' }
        return 'on'
      default:
        return 'accepted here'
    }
  }

  /** What the ruleset has in UFW's own chains, before what the files add there. */
  #ownChain(name: string): Outcome {
    const { from, path } = this.#packet
    const policy = this.#ruleset.policies[path]
    const is = (chain: string) => name === ufwChain(from.family, chain)
    const hook = path === 'in' ? 'input' : path === 'out' ? 'output' : 'forward'
    if (is(`user-${hook}`)) {
      const { verdict, by } = explain(this.#ruleset, this.#packet)
      return by === 'policy' ? 'on' : this.#decide(verdict, by)
    }
    if (is('user-limit')) return { verdict: 'reject', by: 'policy' }
    if (is('user-limit-accept') || is(`skip-to-policy-${hook}`))
      return this.#decide(is('user-limit-accept') ? 'accept' : policy, 'policy')
    if (is(`reject-${hook}`) && policy === 'reject') return { verdict: 'reject', by: 'policy' }
    const isTracked = this.#packet.number === 6 || this.#packet.number === 17
    return is(`track-${hook}`) && policy === 'accept' && isTracked ? this.#decide('accept', 'policy') : 'on'
  }

  #decide(verdict: Explained['verdict'], by: Explained['by']): Outcome {
    if (verdict !== 'accept') return { verdict, by }
    this.#acceptedBy = by
    return 'accepted here'
  }

  /** `redirect to :8080`, `dnat ip to 10.0.0.2:80`, `dnat ip6 to fd00::5`, `dnat ip6 to [fd00::5]:80`. */
  #rewrite(does: string, from: FrameRule): void {
    const found =
      /^(redirect|dnat(?: ip6?)?)(?: to (?:\[([\da-f:.]+)\]|([\d.]*|[\da-f:]+:[\da-f:.]*))(?::(\d+)(?:-\d+)?)?)?(?: |$)/.exec(
        does,
      )
    const { path, to, toPort } = this.#packet
    const address = parseAddress(found?.[2] ?? found?.[3] ?? '')
    const comesHere = found?.[1] === 'redirect' && path === 'forward'
    const goesOn = address !== undefined && address.text !== to.text && path === 'in'
    // Which of its addresses the host takes for it is not known here.
    if (comesHere) this.#unsure ??= from
    const outInterface = address && this.#around.interfaceTo?.(address)
    this.#packet = {
      ...this.#packet,
      to: address ?? to,
      toPort: found?.[4] === undefined ? toPort : Number(found[4]),
      asked: this.#packet.asked ?? { to, toPort },
      ...(goesOn ? { path: 'forward', outInterface } : {}),
      ...(comesHere ? { path: 'in', outInterface: undefined } : {}),
    }
  }

  /** By another program: whoever comes first decides where it goes. */
  #sendOn(): void {
    const { sentOn, interfaceTo } = this.#around
    const { path, to, toPort, asked } = this.#packet
    if (!sentOn || path !== 'in' || asked) return
    const outInterface = interfaceTo?.(sentOn.to)
    this.#packet = { ...this.#packet, ...sentOn, path: 'forward', outInterface, asked: { to, toPort } }
  }
}
