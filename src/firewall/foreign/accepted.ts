/** What a rule of another program accepts, as far as ufw's words can say it. Pure. */

export interface Accepted {
  readonly inInterface: string | undefined
  readonly outInterface: string | undefined
  readonly protocol: 'tcp' | 'udp' | undefined
  /** In ufw's form: `80`, `8000:8010`, `80,443`. */
  readonly ports: string | undefined
  /** A network or an address. */
  readonly from: string | undefined
  /** It asks for more than is said here. */
  readonly isVague: boolean
}

/**
 * @param statements the rule's `expr` in nft's JSON
 * @returns undefined: it opens nothing to a new connection from outside, or no ufw rule is needed for it
 */
export function accepted(statements: readonly Readonly<Record<string, unknown>>[]): Accepted | undefined {
  const said: { -readonly [Key in keyof Accepted]: Accepted[Key] } = { ...NOTHING }
  for (const statement of statements) {
    if ('counter' in statement || 'accept' in statement || 'log' in statement) continue
    const match = statement['match'] as Match | undefined
    // All interfaces but one: near enough to all.
    if (match?.op === '!=' && /^[io]ifname$/.test(match.left?.meta?.key ?? '')) continue
    const isSame = match?.op === undefined || match.op === '==' || match.op === 'in'
    const read = isSame ? READERS.map((reader) => reader(match)) : []
    const known = read.find((one) => one !== undefined)
    if (known === 'nothing') return undefined
    if (known === undefined) said.isVague = true
    else Object.assign(said, known)
  }
  return said
}

const NOTHING: Accepted = {
  ...{ inInterface: undefined, outInterface: undefined, protocol: undefined },
  ...{ ports: undefined, from: undefined, isVague: false },
}

interface Match {
  readonly op?: string
  readonly left?: {
    readonly meta?: { readonly key?: string }
    readonly payload?: { readonly protocol?: string; readonly field?: string }
    readonly ct?: { readonly key?: string }
  }
  readonly right?: unknown
}

type Reader = (match: Match | undefined) => Partial<Accepted> | 'nothing' | undefined

const READERS: readonly Reader[] = [
  (match) => {
    const key = match?.left?.meta?.key
    if (key !== 'iifname' && key !== 'oifname') return undefined
    const name = match!.right
    if (name === 'lo') return 'nothing'
    if (typeof name !== 'string' || !/^[\w.+=@%,-]{1,15}\*?$/.test(name)) return undefined
    const spelt = name.replace(/\*$/, '+')
    return key === 'iifname' ? { inInterface: spelt } : { outInterface: spelt }
  },
  (match) => {
    if (match?.left?.meta?.key !== 'l4proto') return undefined
    const protocol = match.right === 6 ? 'tcp' : match.right === 17 ? 'udp' : match.right
    if (protocol === 'tcp' || protocol === 'udp') return { protocol }
    return typeof protocol === 'string' && protocol.includes('icmp') ? 'nothing' : undefined
  },
  (match) => {
    const { protocol, field } = match?.left?.payload ?? {}
    if (/^icmp/.test(protocol ?? '')) return 'nothing'
    if (field === 'saddr') {
      const from = addressOf(match!.right)
      return from === undefined ? undefined : { from }
    }
    if (field !== 'dport' || (protocol !== 'tcp' && protocol !== 'udp')) return undefined
    const ports = portsOf(match!.right)
    return ports === undefined ? undefined : { protocol, ports }
  },
  (match) => {
    if (match?.left?.ct?.key !== 'state') return undefined
    const states = JSON.stringify(match.right ?? '')
    return states.includes('new') ? {} : 'nothing'
  },
]

function addressOf(value: unknown): string | undefined {
  const { prefix } = (typeof value === 'object' && value !== null ? value : {}) as {
    prefix?: { addr?: unknown; len?: unknown }
  }
  const text = prefix ? `${prefix.addr}/${prefix.len}` : value
  return typeof text === 'string' && /^[\da-f.:]+(\/\d{1,3})?$/i.test(text) ? text : undefined
}

function portsOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  const { set, range } = (typeof value === 'object' && value !== null ? value : {}) as {
    set?: unknown
    range?: unknown
  }
  if (Array.isArray(range) && range.every((end) => typeof end === 'number')) return range.join(':')
  if (!Array.isArray(set)) return undefined
  const parts = set.map(portsOf)
  return parts.length <= 15 && parts.every((part) => part !== undefined) ? parts.join(',') : undefined
}
