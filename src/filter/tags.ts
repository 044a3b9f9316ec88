/**
 * The tags of a filter's expressions (`<HOST>`, `<F-USER>...</F-USER>`) become named groups in Python's syntax. Source:
 * jail.conf(5) and the observed behaviour of Fail2ban 1.0, facts section 1.3.
 *
 * Addresses are written without counted repeats inside counted repeats: V8 then can fall back to its linear engine on a
 * hostile line. Whether what was found is an address is decided later, by base/address.ts.
 */
import type { Usedns } from './filter-settings.ts'

const IP4 = String.raw`(?P<ip4>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})`
// Groups of hex digits with at least one colon; "::" alone or at the end too.
const IP6 = '(?P<ip6>[0-9a-fA-F]*(?:::?[0-9a-fA-F]+)+(?:::)?|[0-9a-fA-F]*::)'
const EITHER = `(?:::[fF]{4}:)?${IP4}|${IP6}`
const ADDR = String.raw`\[?(?:${EITHER})\]?`
const DNS = String.raw`(?P<dns>[\w\-.^_]*\w)`
const CIDR = String.raw`(?P<cidr>\d+)`
const SUBNET = String.raw`\[?(?:${EITHER})(?:/${CIDR})?\]?`

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
  return expression.replace(/<(\/?)([A-Z][A-Z0-9_-]*\/?)>/g, (tag, close: string, name: string) => {
    if (name === 'HOST') return close ? tag : host
    if (close) return name.startsWith('F-') ? ')' : tag
    const known = TAGS[name]
    if (known !== undefined) return known
    if (!name.startsWith('F-') || name.endsWith('/')) return tag
    const group = name.slice(2)
    return `(?P<${GROUPS[group] ?? group.toLowerCase()}>`
  })
}
