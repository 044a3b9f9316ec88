/** A rule as `ufw status` shows it: to where, what is done, from where, and what else is to be said. */
import { printable } from '../../base/printable.ts'
import { addressText, type End, printRate, type Rule } from '../../firewall/rules/rule.ts'

export interface Columns {
  readonly to: string
  readonly action: string
  readonly from: string
  /** ` (log, out)`, or nothing. */
  readonly attributes: string
  /** ` # text`, or nothing. */
  readonly comment: string
}

export type Form = 'plain' | 'verbose' | 'numbered'

export function columnsOf(rule: Rule, form: Form): Columns {
  const isRoute = rule.path === 'forward'
  return {
    to: location(rule, 'to', form) + onInterface(isRoute ? rule.outInterface : rule.inInterface),
    action: actionWords(rule, form),
    from: location(rule, 'from', form) + onInterface(isRoute ? rule.inInterface : rule.outInterface),
    attributes: attributes(rule, form),
    comment: rule.comment === undefined ? '' : ` # ${printable(rule.comment)}`,
  }
}

/** The attributes stand right behind the columns, whatever their widths. */
export function printColumns({ to, action, from, attributes, comment }: Columns): string {
  return `${printBefore({ to, action })}${from.padEnd(26)}${attributes}${comment}\n`
}

/** What stands before the column that says from where. */
export function printBefore({ to, action }: Pick<Columns, 'to' | 'action'>): string {
  return `${to.padEnd(26)} ${action.padEnd(12)}`
}

/** Whether the rule is one of those that leave: `(out)`. A route rule is, if it says only where to. */
export function leaves({ path, inInterface, outInterface }: Rule): boolean {
  return path === 'out' || (path === 'forward' && inInterface === undefined && outInterface !== undefined)
}

function actionWords({ action, path }: Rule, form: Form): string {
  const direction = path === 'forward' ? ' FWD' : path === 'out' ? ' OUT' : form === 'plain' ? '' : ' IN'
  return `${action.toUpperCase()}${direction}`
}

function attributes(rule: Rule, form: Form): string {
  const words = [
    ...(rule.rate ? [printRate(rule.rate)] : []),
    ...(rule.log === 'none' ? [] : [rule.log]),
    ...(form === 'numbered' && leaves(rule) ? ['out'] : []),
  ]
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

function onInterface(name: string | undefined): string {
  return name === undefined ? '' : ` on ${printable(name)}`
}

/** One side without its interface: `22/tcp (v6)`, `10.0.0.1 Nginx Full`, `Anywhere/gre`. */
function location(rule: Rule, side: 'to' | 'from', form: Form): string {
  const end = rule[side]
  const [isAny, areBothAny] = [isAnywhere(end), isAnywhere(rule.to) && isAnywhere(rule.from)]
  const address = isAny ? '' : addressText(end, rule.family)
  if (end.ports === 'any') {
    // A protocol without ports stands behind an address, or behind both where neither side has one.
    const protocol = hasPorts(rule) || (isAny && !areBothAny) ? '' : withProtocol(rule, form)
    return isAny ? `Anywhere${protocol}${mark(rule)}` : `${address}${protocol}${isListed(end) ? mark(rule) : ''}`
  }
  const before = isAny ? '' : `${address} `
  if (end.profile === undefined)
    return `${before}${end.ports}${withProtocol(rule, form)}${areBothAny || isListed(end) ? mark(rule) : ''}`
  const profile = `${printable(end.profile)}${isAny ? mark(rule) : ''}`
  return form === 'verbose' ? `${before}${end.ports}${withProtocol(rule, form)} (${profile})` : `${before}${profile}`
}

/** No address shows the family then. */
function isListed({ list }: End): boolean {
  return list !== undefined
}

function isAnywhere({ network, written }: End): boolean {
  return network === undefined && written === undefined
}

function hasPorts({ to, from }: Rule): boolean {
  return to.ports !== 'any' || from.ports !== 'any'
}

/** `/tcp`; a profile's protocols are left to its name unless it is spelled out. */
function withProtocol({ protocol, to, from }: Rule, form: Form): string {
  const isNamed = form !== 'verbose' && (to.profile !== undefined || from.profile !== undefined)
  return protocol === 'any' || isNamed ? '' : `/${protocol}`
}

/** Where no address shows the family. */
function mark({ family }: Rule): string {
  return family === 6 ? ' (v6)' : ''
}
