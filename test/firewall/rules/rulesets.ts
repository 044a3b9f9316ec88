/** Rulesets for tests: what differs from a host that is open outwards and closed inwards. */
import { parseNetwork } from '../../../src/base/address.ts'
import { type Frame, type FrameChain, nftChain } from '../../../src/firewall/rules/frame.ts'
import { ANYWHERE, type End, type Rule } from '../../../src/firewall/rules/rule.ts'
import type { Ruleset } from '../../../src/firewall/rules/ruleset.ts'

export function rule(differs: Partial<Rule> = {}): Rule {
  return {
    family: 4,
    action: 'allow',
    path: 'in',
    inInterface: undefined,
    outInterface: undefined,
    log: 'none',
    protocol: 'any',
    from: ANYWHERE,
    to: ANYWHERE,
    comment: undefined,
    ...differs,
  }
}

/** `end('192.0.2.0/24', '22')` */
export function end(address: string | undefined, ports = 'any'): End {
  return { network: address === undefined ? undefined : parseNetwork(address), ports, profile: undefined }
}

export function ruleset(rules: readonly Rule[] = [], differs: Partial<Ruleset> = {}): Ruleset {
  return {
    ipv6: true,
    policies: { in: 'drop', out: 'accept', forward: 'drop' },
    logging: 'low',
    rules,
    frame: PLAIN_FRAME,
    ...differs,
  }
}

/** What is established and IPv6's neighbours pass; nothing else stands around the rules. */
export const PLAIN_FRAME: Frame = {
  chains: ([4, 6] as const).flatMap((family) => ['input', 'output', 'forward'].flatMap((hook) => plain(family, hook))),
  sets: [],
}

function plain(family: 4 | 6, hook: string): FrameChain[] {
  const ufw = family === 4 ? 'ufw' : 'ufw6'
  const of = (name: string, rules: readonly string[]): FrameChain => ({ family, table: 'filter', name, rules })
  const jump = (name: string) => `jump ${nftChain({ family, table: 'filter', name })}`
  const stages = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track']
  const neighbours = family === 6 ? ['icmpv6 type { 133, 134, 135, 136 } accept'] : []
  const passes = ['ct state established,related accept', ...neighbours]
  return [
    of(
      hook.toUpperCase(),
      stages.map((stage) => jump(`${ufw}-${stage}-${hook}`)),
    ),
    of(`${ufw}-before-${hook}`, [...passes, jump(`${ufw}-user-${hook}`)]),
    of(`${ufw}-after-${hook}`, []),
  ]
}
