/** When two rules are the same one to UFW: then one is not added beside the other, it takes its place. */
import { addressText, type End, printRate, type Rule } from '../../firewall/rules/rule.ts'

/**
 * Whether two rules are about the same, whatever they do: then they are one rule; but a ban is none. Asked of thousands: it
 * makes nothing.
 */
export function isSameSubject(one: Rule, other: Rule): boolean {
  return (
    one.family === other.family &&
    'ban' in one === 'ban' in other &&
    one.path === other.path &&
    one.protocol === other.protocol &&
    one.inInterface === other.inInterface &&
    one.outInterface === other.outInterface &&
    isSameEnd(one.to, other.to, one.family) &&
    isSameEnd(one.from, other.from, one.family)
  )
}

function isSameEnd(one: End, other: End, family: 4 | 6): boolean {
  return (
    one.ports === other.ports &&
    one.profile === other.profile &&
    addressText(one, family) === addressText(other, family)
  )
}

/** The same for all rules that one sentence with a profile made for a family; undefined: it has no profile. */
export function profileSubject(rule: Rule): string | undefined {
  if (rule.to.profile === undefined && rule.from.profile === undefined) return undefined
  return JSON.stringify([...way(rule), ...profileEnd(rule.from, rule.family), ...profileEnd(rule.to, rule.family)])
}

/** What is told of it beside. */
export function deed({ action, rate, log }: Rule): string {
  return rate ? `${action} ${printRate(rate)} ${log}` : `${action} ${log}`
}

/** The same for a rule and its likeness in the other family; a rule that names an address has none. */
export function likeness(rule: Rule): string {
  const text = JSON.stringify([...way(rule), rule.protocol, ...end(rule.from, 4), ...end(rule.to, 4), deed(rule)])
  return text.replaceAll('"::/0"', '"0.0.0.0/0"')
}

function way({ path, inInterface, outInterface }: Rule): readonly (string | undefined)[] {
  return [path, inInterface ?? '', outInterface ?? '']
}

function end(end: End, family: 4 | 6): readonly string[] {
  return [addressText(end, family), end.ports, end.profile ?? '']
}

function profileEnd(end: End, family: 4 | 6): readonly string[] {
  return [addressText(end, family), end.profile === undefined ? end.ports : '', end.profile ?? '']
}
