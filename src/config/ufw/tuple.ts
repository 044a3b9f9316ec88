/**
 * A rule as user.rules keeps it: `### tuple ### allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in comment=6869`. The installed ufw
 * is generous with what an admin wrote by hand; so is this, as long as a packet can be told by it.
 */
import type { ServiceLookup } from '../../base/ports.ts'
import { isListName } from '../../firewall/list/address-list.ts'
import {
  ANYWHERE,
  type End,
  fileAddress,
  listEnd,
  type Protocol,
  parseRate,
  printRate,
  type Rule,
} from '../../firewall/rules/rule.ts'
import { parseWritten } from '../../firewall/rules/written-address.ts'

/** Why there is no rule: UFW says of a wrong number of words that it is that. */
export type Malformed = 'malformed' | 'bad length'

/** @param tuple what stands behind `### tuple ###` */
export function parseTuple(tuple: string, family: 4 | 6, services: ServiceLookup): Rule | Malformed {
  const [text, comment] = cutComment(tuple)
  const words = text.trim().split(/\s+/)
  if (words.length < 6 || words.length > 9) return 'bad length'
  const [verb = '', protocol = '', toPorts = '', toAddress = '', fromPorts = '', fromAddress = ''] = words
  const [toProfile = '-', fromProfile = '-'] = words.length > 7 ? words.slice(6) : []
  const action = parseAction(verb)
  const hooks = parseHooks(words.length % 2 === 1 ? words.at(-1)! : 'in', action?.routed ?? false)
  const to = parseEnd(toAddress, toPorts, toProfile, family, services)
  const from = parseEnd(fromAddress, fromPorts, fromProfile, family, services)
  if (!action || !hooks || !to || !from || !isProtocol(protocol)) return 'malformed'
  const hasPorts = to.ports !== 'any' || from.ports !== 'any'
  if (hasPorts && protocol !== 'any' && protocol !== 'tcp' && protocol !== 'udp') return 'malformed'
  const { path, inInterface, outInterface } = hooks
  const { verdict, log } = action
  const rated = verdict === 'limit' ? readRate(comment) : { comment }
  const rule = { family, action: verdict, path, inInterface, outInterface, log, protocol, from, to, ...rated }
  return withLists(rule)
}

/** What stands behind `### tuple ###`. */
export function printTuple(rule: Rule): string {
  const { family, path, action, log, protocol, from, to } = rule
  const comment = writtenComment(rule)
  const verb = `${path === 'forward' ? 'route:' : ''}${action}${log === 'none' ? '' : `_${log}`}`
  const ends = `${to.ports} ${fileAddress(to, family)} ${from.ports} ${fileAddress(from, family)}`
  const hasProfile = to.profile !== undefined || from.profile !== undefined
  const profiles = hasProfile ? ` ${encodeProfile(to.profile)} ${encodeProfile(from.profile)}` : ''
  const said = comment ? ` comment=${encodeComment(comment)}` : ''
  return `${verb} ${protocol} ${ends}${profiles} ${printHooks(rule)}${said}`
}

/**
 * What UFW has no place for stands before the comment, `[limit 10/60s] [from list:office] the office`: it reads a `limit` of its own
 * rate, and an address that stands for the list, shows the comment, and keeps it whatever it writes.
 * (docs/decisions/011-rates-in-comments.md, 012-address-lists.md)
 */
function writtenComment({ action, rate, from, to, comment }: Rule): string | undefined {
  // Asked of thousands.
  if (rate === undefined && from.list === undefined && to.list === undefined) return comment
  const words = [
    ...(action === 'limit' && rate ? [`[limit ${printRate(rate)}]`] : []),
    ...(from.list === undefined ? [] : [`[from list:${from.list}]`]),
    ...(to.list === undefined ? [] : [`[to list:${to.list}]`]),
    ...(comment === undefined ? [] : [comment]),
  ]
  return words.length === 0 ? undefined : words.join(' ')
}

function readRate(comment: string | undefined): Pick<Rule, 'rate' | 'comment'> {
  if (!comment?.startsWith('[')) return { comment }
  const [, text = '', rest] = /^\[limit (\d+\/\d+s)\](?: (.+))?$/s.exec(comment) ?? []
  const rate = parseRate(text)
  return rate ? { rate, comment: rest } : { comment }
}

/** The address has to be the one that stands for the list: a comment alone says nothing of where packets come from. */
function withLists(rule: Rule): Rule {
  if (!maySayMore(rule)) return rule
  let { from, to, comment } = rule
  for (const side of ['from', 'to'] as const) {
    const [, word, name = '', rest] = /^\[(from|to) list:([\w.-]+)\](?: (.+))?$/s.exec(comment ?? '') ?? []
    if (word !== side || !isListName(name)) continue
    const end = listEnd(name, rule.family)
    if (rule[side].network?.text !== end.network?.text || rule[side].written !== undefined) continue
    if (side === 'from') from = { ...from, ...end }
    else to = { ...to, ...end }
    comment = rest
  }
  return comment === rule.comment ? rule : { ...rule, from, to, comment }
}

function maySayMore({ comment }: Rule): boolean {
  return comment?.startsWith('[') === true
}

/** A profile's name without blanks, as tuples and iptables' comments have it. */
export function encodeProfile(name: string | undefined): string {
  return name === undefined ? '-' : name.replaceAll(' ', '%20')
}

/** Whether it may name a profile. Source: which names the installed ufw takes. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9 _.+-]*$/.test(name) && !/^\d+$/.test(name) && name !== 'all'
}

function cutComment(tuple: string): [text: string, comment: string | undefined] {
  if (!tuple.includes('comment=')) return [tuple, undefined]
  const at = tuple.search(/\scomment=/)
  return at < 0 ? [tuple, undefined] : [tuple.slice(0, at), decodeComment(tuple.slice(at + ' comment='.length))]
}

function parseAction(word: string) {
  if (word === 'deny' || word === 'allow') return { routed: false, verdict: word, log: 'none' } as const
  const routed = word.startsWith('route:')
  const [verb, log = ''] = word.slice(routed ? 6 : 0).split('_')
  if (!['', 'log', 'log-all'].includes(log.toLowerCase())) return undefined
  return { routed, verdict: verdictOf(verb!.toLowerCase()), log: (log.toLowerCase() || 'none') as Rule['log'] }
}

function verdictOf(verb: string): Rule['action'] {
  // What is no verdict denies.
  return verb === 'allow' || verb === 'reject' || verb === 'limit' ? verb : 'deny'
}

/** `in`, `out`, `in_eth0`, `in_eth0!out_eth1`. */
function parseHooks(word: string, routed: boolean): Pick<Rule, 'path' | 'inInterface' | 'outInterface'> | undefined {
  const path = routed ? 'forward' : 'in'
  if (word === 'in') return { path, inInterface: undefined, outInterface: undefined }
  const [first = '', second] = word.split('!')
  const found = /^(in|out)(?:_(.*))?$/.exec(first)
  const other = second === undefined ? undefined : /^(?:in|out)_(.+)$/.exec(second)?.[1]
  if (!found || (second !== undefined && !(other && routed))) return undefined
  const [, direction, name] = found
  if ([name, other].some((given) => given && !isInterface(given))) return undefined
  // Of two, the first is where packets come in, whatever stands before it.
  const [inInterface, outInterface] =
    direction === 'in' || other ? [name || undefined, other] : [undefined, name || undefined]
  return { path: routed ? 'forward' : (direction as 'in' | 'out'), inInterface, outInterface }
}

function printHooks({ path, inInterface, outInterface }: Rule): string {
  if (inInterface === undefined && outInterface === undefined) return path === 'out' ? 'out' : 'in'
  const hooks = [inInterface && `in_${inInterface}`, outInterface && `out_${outInterface}`].filter((hook) => hook)
  return hooks.length > 0 ? hooks.join('!') : path === 'out' ? 'out' : 'in'
}

function isInterface(name: string): boolean {
  return /^[A-Za-z0-9_.+,=%@-]{1,15}$/.test(name) && name !== '.' && name !== '..'
}

function parseEnd(
  address: string,
  ports: string,
  profile: string,
  family: 4 | 6,
  services: ServiceLookup,
): End | undefined {
  const whole = address === 'any' || address === '0.0.0.0/0' || address === '::/0'
  // Most ends of most rules: a list of bans names but one address in each.
  if (whole && ports === 'any' && profile === '-') return ANYWHERE
  const parsed = whole ? { family, end: { network: undefined } } : parseWritten(address)
  const list = parsePorts(ports, services)
  const name = profile === '-' ? undefined : profile.replaceAll('%20', ' ')
  if (parsed?.family !== family || list === undefined) return undefined
  if (name !== undefined && !(isProfileName(name) && name.length <= 64)) return undefined
  return { ...parsed.end, ports: list, profile: name }
}

/** At most 15 places; a range takes two (xt_multiport). */
const MAX_PORT_PLACES = 15

/** As UFW keeps them, in order; undefined if they are none. */
export function parsePorts(text: string, services: ServiceLookup): string | undefined {
  if (text === 'any') return text
  const items: { readonly first: number; readonly text: string }[] = []
  let places = 0
  for (const word of text.split(',')) {
    const port = /^\d+(?::\d+)?$/.test(word) ? word : services(word)?.toString()
    const [first = 0, last] = port === undefined ? [] : port.split(':').map(Number)
    if (port === undefined || !isPort(first) || !isPort(last ?? 1) || (last ?? 65536) <= first) return undefined
    places += last === undefined ? 1 : 2
    items.push({ first, text: port })
  }
  if (places > MAX_PORT_PLACES) return undefined
  return items
    .sort((a, b) => a.first - b.first)
    .map((item) => item.text)
    .join(',')
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65535
}

const PROTOCOLS: readonly string[] = ['any', 'tcp', 'udp', 'ah', 'esp', 'gre', 'vrrp', 'ipv6', 'igmp']

function isProtocol(word: string): word is Protocol {
  return PROTOCOLS.includes(word)
}

/** Hexadecimal UTF-8. Bytes that are none appear as `\xNN`; what is no hexadecimal is no comment. */
function decodeComment(hex: string): string | undefined {
  const digits = hex.trim()
  if (!/^[0-9a-fA-F]*$/.test(digits)) return undefined
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return decodeLoosely(bytes) || undefined
}

function decodeLoosely(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('')
  }
}

function encodeComment(comment: string): string {
  let hex = ''
  for (const byte of new TextEncoder().encode(comment)) hex += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16)
  return hex
}
