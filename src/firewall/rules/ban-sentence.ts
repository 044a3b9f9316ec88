/**
 * A ban in UFW's words: `banaction = ufw` makes a ban, no rule, but `ufw status` lists it as the rule that Fail2ban's action
 * would have made. Source: what the installed Fail2ban's action has the installed ufw do (test/engine/ban-sentence.test.ts).
 */
import { type Network, printNetwork } from '../../base/address.ts'
import { ANYWHERE, type Protocol, type Rule } from './rule.ts'

/** What a jail's bans have in common. */
export interface BanSentence {
  readonly action: 'reject' | 'deny'
  /** With the tags that are known at the ban only: `<failures>`, `<ip>`, `<bancount>`. */
  readonly comment: string
  /** The profile whose ports are refused; undefined: everything is. */
  readonly application?: Application | undefined
}

export interface Application {
  readonly name: string
  readonly ports: readonly ApplicationPorts[]
}

export interface ApplicationPorts {
  readonly protocol: Extract<Protocol, 'any' | 'tcp' | 'udp'>
  /** As UFW keeps them: `80,443`. */
  readonly ports: string
}

export interface SentencedBan {
  readonly network: Network
  readonly failures: number
  readonly count: number
}

/** One rule; for an application as many as it has lists of ports. */
export function rulesOfBan({ action, comment, application }: BanSentence, ban: SentencedBan): readonly Rule[] {
  const { family } = ban.network
  const rule: Rule = {
    ...{ family, action, path: 'in', inInterface: undefined, outInterface: undefined, log: 'none', protocol: 'any' },
    from: { ...ANYWHERE, network: ban.network },
    to: ANYWHERE,
    comment: commentOf(comment, ban),
  }
  if (!application) return [rule]
  const { name: profile } = application
  return application.ports.map(({ protocol, ports }) => ({ ...rule, protocol, to: { ...ANYWHERE, ports, profile } }))
}

function commentOf(comment: string, { network, failures, count }: SentencedBan): string {
  return comment
    .replaceAll('<failures>', String(failures))
    .replaceAll('<ip>', printNetwork(network))
    .replaceAll('<bancount>', String(count))
}
