/**
 * The tags of a filter's expressions (`<HOST>`, `<F-USER>...</F-USER>`) become named groups in Python's syntax. Source:
 * jail.conf(5) and the observed behaviour of Fail2ban 1.0: what they take must be the same to the
 * letter, or a line that was mangled is another's failure.
 *
 * Addresses are written without counted repeats inside counted repeats: V8 then can fall back to its linear engine on a
 * hostile line. Whether what was found is an address is decided later, by base/address.ts.
 */
import type { Usedns } from './filter-settings.ts'

const IP4 = String.raw`(?:::ff(?:ff?)?ff:)?(?P<ip4>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})`
const IP6 = `(?P<ip6>${ip6()})`
const EITHER = `${IP4}|${IP6}`
const ADDR = String.raw`\[?(?:${EITHER})\]?`
const DNS = String.raw`(?P<dns>[\w\-.^_]*\w)`
const CIDR = String.raw`(?P<cidr>\d+)`
const SUBNET = String.raw`\[?(?:${EITHER})(?:/${CIDR})?\]?`

/** One to seven times `h:`, `h::` or `::`, then h or `:`, h being one to four hex digits: no more is known of IPv6 here. */
function ip6(): string {
  const hex = '[0-9a-fA-F](?:[0-9a-fA-F](?:[0-9a-fA-F][0-9a-fA-F]?)?)?'
  const group = `(?:${hex}::?|::)`
  let groups = group
  for (let times = 1; times < 7; times++) groups = `${group}(?:${groups})?`
  return `${groups}(?:${hex}|:)`
}

const TAGS: Readonly<Record<string, string>> = {
  ADDR,
  'F-ADDR/': ADDR,
  IP4,
  'F-IP4/': IP4,
  IP6,
  'F-IP6/': IP6,
  DNS,
  'F-DNS/': DNS,
  CIDR,
  'F-CIDR/': CIDR,
  SUBNET,
  'F-SUBNET/': SUBNET,
  'F-ID/': String.raw`(?P<fid>\S+)`,
  'F-PORT/': String.raw`(?P<fport>\w+)`,
}

/** Tags whose group has a name of its own. */
const GROUPS: Readonly<Record<string, string>> = { ID: 'fid', PORT: 'fport' }

/** The expression with its tags expanded; tags that are not known stay as they are. */
export function expandTags(expression: string, usedns: Usedns): string {
  const host = usedns === 'no' ? ADDR : `(?:${ADDR}|${DNS})`
  const opened = new Set<string>()
  let gaps = 0
  const expanded = expression.replace(/<(\/?)([A-Z0-9_-]+\/?)>/g, (tag, close: string, name: string) => {
    if (close) return opened.has(name) ? ')' : tag
    if (name === 'HOST') return host
    if (name === 'SKIPLINES') return `\\n(?P<skiplines${gaps++}>(?:(?:.*\\n)*?))`
    if (Object.hasOwn(TAGS, name)) return TAGS[name]!
    if (!/^F-[A-Z0-9_-]+$/.test(name)) return tag
    opened.add(name)
    const group = name.slice(2)
    return `(?P<${GROUPS[group] ?? group.toLowerCase()}>`
  })
  // Flags at the begin of a group, which Python refuses nowadays, are the group's own.
  return expanded.replace(/(?<!\\)(?:\(\?:|\()\(\?([a-z]+)\)/g, '(?$1:')
}
