/**
 * The tags of a filter's expressions (`<HOST>`, `<F-USER>...</F-USER>`) become named groups in Python's syntax. Source:
 * jail.conf(5) and the observed behaviour of Fail2ban 1.0: what they take must be the same to the
 * letter, or a line that was mangled is another's failure.
 *
 * Addresses are written without counted repeats inside counted repeats: V8 then can fall back to its linear engine on a
 * hostile line. Whether what was found is an address is decided later, by base/address.ts.
 */
import type { Usedns } from './filter-settings.ts'

/** How an address is written, in two groups. */
interface Addresses {
  readonly ip4: string
  readonly ip6: string
}

const OURS: Addresses = {
  ip4: String.raw`(?:::ff(?:ff?)?ff:)?(?P<ip4>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})`,
  ip6: `(?P<ip6>${ip6()})`,
}
/** The same as Fail2ban shows it. Source: what `get JAIL failregex` answers. */
const SHOWN: Addresses = {
  ip4: String.raw`(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})`,
  ip6: `(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))`,
}

/** One to seven times `h:`, `h::` or `::`, then h or `:`, h being one to four hex digits: no more is known of IPv6 here. */
function ip6(): string {
  const hex = '[0-9a-fA-F](?:[0-9a-fA-F](?:[0-9a-fA-F][0-9a-fA-F]?)?)?'
  const group = `(?:${hex}::?|::)`
  let groups = group
  for (let times = 1; times < 7; times++) groups = `${group}(?:${groups})?`
  return `${groups}(?:${hex}|:)`
}

function tagsOf({ ip4, ip6 }: Addresses): Readonly<Record<string, string>> {
  const either = `${ip4}|${ip6}`
  const addr = String.raw`\[?(?:${either})\]?`
  const dns = String.raw`(?P<dns>[\w\-.^_]*\w)`
  const cidr = String.raw`(?P<cidr>\d+)`
  const subnet = String.raw`\[?(?:${either})(?:/${cidr})?\]?`
  return {
    ADDR: addr,
    'F-ADDR/': addr,
    IP4: ip4,
    'F-IP4/': ip4,
    IP6: ip6,
    'F-IP6/': ip6,
    DNS: dns,
    'F-DNS/': dns,
    CIDR: cidr,
    'F-CIDR/': cidr,
    SUBNET: subnet,
    'F-SUBNET/': subnet,
    'F-ID/': String.raw`(?P<fid>\S+)`,
    'F-PORT/': String.raw`(?P<fport>\w+)`,
  }
}

const TAGS = tagsOf(OURS)

/** Tags whose group has a name of its own. */
const GROUPS: Readonly<Record<string, string>> = { ID: 'fid', PORT: 'fport' }

/** The expression with its tags expanded; tags that are not known stay as they are. */
export function expandTags(expression: string, usedns: Usedns): string {
  return expand(expression, usedns, TAGS)
}

/** As Fail2ban shows an expression: no other matches, in another spelling. */
export function shownTags(expression: string, usedns: Usedns): string {
  return expand(expression, usedns, tagsOf(SHOWN))
}

function expand(expression: string, usedns: Usedns, tags: Readonly<Record<string, string>>): string {
  const host = usedns === 'no' ? tags['ADDR']! : `(?:${tags['ADDR']}|${tags['DNS']})`
  const opened = new Set<string>()
  let gaps = 0
  const expanded = expression.replace(/<(\/?)([A-Z0-9_-]+\/?)>/g, (tag, close: string, name: string) => {
    if (close) return opened.has(name) ? ')' : tag
    if (name === 'HOST') return host
    if (name === 'SKIPLINES') return `\\n(?P<skiplines${gaps++}>(?:(?:.*\\n)*?))`
    if (Object.hasOwn(tags, name)) return tags[name]!
    if (!/^F-[A-Z0-9_-]+$/.test(name)) return tag
    opened.add(name)
    const group = name.slice(2)
    return `(?P<${GROUPS[group] ?? group.toLowerCase()}>`
  })
  // Flags at the begin of a group, which Python refuses nowadays, are the group's own.
  return expanded.replace(/(?<!\\)(?:\(\?:|\()\(\?([a-z]+)\)/g, '(?$1:')
}
