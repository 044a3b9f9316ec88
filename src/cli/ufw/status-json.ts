/** What `ufw status --json` says; docs/ufw-json.md names each field. */
import type { UfwState } from '../../config/ufw/state.ts'
import type { Count } from '../../firewall/rules/counters.ts'
import { addressText, type End, printRate, type Rule } from '../../firewall/rules/rule.ts'
import { type BanRule, isBan } from './ban.ts'
import { numbersOf } from './listed.ts'
import { printSentence } from './print-sentence.ts'
import { type InForce, policyWord } from './status.ts'

/** @param counts of each rule; undefined where the kernel does not have it @param bans that are listed before the rules */
export function statusJson(
  state: UfwState,
  { active, forwarding }: InForce,
  counts: readonly (Count | undefined)[],
  bans: readonly BanRule[] = [],
) {
  const { enabled, logging, ipv6, policies, profilePolicy, rules } = state
  const counted = new Map(rules.map((rule, i) => [rule, counts[i]]))
  const all = [...bans, ...rules].sort((a, b) => a.family - b.family)
  const numbers = numbersOf(all)
  return {
    active,
    enabled,
    ipv6,
    logging,
    default: {
      incoming: policyWord(policies.in),
      outgoing: policyWord(policies.out),
      routed: policyWord(policies.forward),
    },
    forwarding,
    newProfiles: profilePolicy === 'skip' ? 'skip' : policyWord(profilePolicy),
    rules: all.map((rule, i) => ({
      number: numbers[i],
      ...ruleJson(rule),
      ...countJson(counted.get(rule)),
      ban: isBan(rule) ? banJson(rule) : null,
    })),
  }
}

export function ruleJson(rule: Rule) {
  const { family, action, rate, path, protocol, log } = rule
  return {
    family,
    action,
    rate: rate ? printRate(rate) : null,
    direction: path === 'forward' ? 'routed' : path,
    inInterface: rule.inInterface ?? null,
    outInterface: rule.outInterface ?? null,
    protocol,
    from: endJson(rule.from, family),
    to: endJson(rule.to, family),
    log,
    comment: rule.comment ?? null,
    sentence: printSentence(rule),
  }
}

function endJson(end: End, family: 4 | 6) {
  const isAny = end.network === undefined && end.written === undefined
  return {
    address: isAny ? 'any' : addressText(end, family),
    list: end.list ?? null,
    ports: end.ports,
    profile: end.profile ?? null,
  }
}

function banJson({ ban: { jail, from, until } }: BanRule) {
  const time = (moment: number) => new Date(moment).toISOString()
  return { jail, since: time(from), until: until === undefined ? null : time(until) }
}

function countJson(count: Count | undefined) {
  return { packets: count?.packets ?? null, bytes: count?.bytes ?? null }
}
