/**
 * What a banaction means. The actions that only drive a firewall are not run as scripts: they mean a Block, and the
 * kernel form of that is built in. An action file whose commands the admin replaced runs as the script it is.
 */
import type { ActionSettings } from '../action/action-settings.ts'
import { type PortSet, parsePorts, type ServiceLookup } from '../base/ports.ts'
import type { Scope } from '../firewall/block.ts'
import type { World } from '../world/world.ts'
import type { Reference } from './list.ts'
import { readLayers } from './read-layers.ts'

/** Whether an action of this name, as it stands in the folders, is the built-in block. */
export function meansBlock(world: World, folders: readonly string[], name: string): boolean {
  if (!FAMILY.test(name)) return false
  const layered = readLayers(world, folders, `action.d/${name}`)
  const ban = layered?.sections.get('Definition')?.options.get('actionban')
  if (!ban) return true
  // A .local or .d file that sets the commands is the admin's own word; so is a command without any firewall tool.
  return !/\.local$|\.d\/[^/]*\.d\//.test(ban.at.file) && TOOLS.test(ban.text)
}

/**
 * What such an action refuses.
 * @param settings the action as read, for the values of its [Init]; undefined if there is no such file
 * @throws Fault `ports.unknown-name`, `ports.bad`
 */
export function scopeOf(reference: Reference, settings: ActionSettings | undefined, lookup: ServiceLookup): Scope {
  const { name, parameters } = reference
  const value = (key: string) => parameters.get(key) ?? settings?.properties[key]
  const verdict = verdictOf(
    name,
    value(name.startsWith('firewallcmd-rich') ? 'rich-blocktype' : 'blocktype'),
    settings !== undefined,
  )
  const protocol = WITHOUT_PROTOCOL.test(name) ? 'all' : protocolOf(value('protocol'))
  const type = value(name === 'firewallcmd-ipset' ? 'actiontype' : 'type') ?? ''
  const isAllPorts = /allports/.test(name) || (TYPED.test(name) && /allports/.test(type))
  // The port is a container's own there, and no client asks for that: 8080 leads to its 80.
  const isForwarded = /forward|docker/i.test(value('chain') ?? '') || value('chain_hook') === 'forward'
  if (isAllPorts || isForwarded || WITHOUT_PORTS.test(name) || protocol === undefined) {
    return { protocol: protocol ?? 'all', ports: 'all', verdict }
  }
  return { protocol, ports: parsePorts(value('port') ?? 'ssh', lookup), verdict }
}

/** One scope that refuses at least what both do: several banactions in one jail. */
export function widest(a: Scope, b: Scope): Scope {
  return {
    protocol: a.protocol === b.protocol ? a.protocol : 'all',
    ports: union(a.ports, b.ports),
    verdict: a.verdict === b.verdict ? a.verdict : 'drop' === a.verdict || 'drop' === b.verdict ? 'drop' : 'reject',
  }
}

const FAMILY = /^(ufw|iptables|nftables|firewallcmd|ipset|route)(-[a-z0-9_-]+)?$/
const TOOLS =
  /<(iptables|ip6tables|nftables|ipset|ipsetbin)>|\b(iptables|ip6tables|nft|ipset|ufw|firewall-cmd)\b|\bip\s+(-\w+\s+)*route\b|xt_recent|<_|<\w+<\w+>/

/** Their rules name neither port nor protocol. Source: what `fail2ban-client -d` prints of them. */
const WITHOUT_PROTOCOL = /^(ufw|route|firewallcmd-allports|iptables-xt_recent-echo)$/
/** `iptables[type=allports]`, `firewallcmd-ipset[actiontype=<allports>]`. */
const TYPED = /^(iptables(?!-multiport-log)|nftables|firewallcmd-ipset)\b/
const WITHOUT_PORTS = /^(ufw|route|iptables-xt_recent-echo)$|-all$/

/**
 * `REJECT --reject-with icmp-port-unreachable`, `reject with tcp reset`, `DROP`, `counter drop`; ufw's `deny`. A target that
 * is neither (TARPIT, a chain of the admin's) lets nothing through either. Without any file the names mean what they mean
 * here: silence, but ufw's own word for a ban is reject.
 */
function verdictOf(name: string, blocktype: string | undefined, isFile: boolean): Scope['verdict'] {
  // Its routes keep our answers from the client, who hears nothing.
  if (name === 'route') return 'drop'
  const isUfw = /^ufw(?:-|$)/.test(name)
  const isRefused = blocktype === undefined ? isFile || isUfw : /reject|<|^\s*$/i.test(blocktype)
  if (!isRefused) return 'drop'
  return isUfw ? 'unreachable' : 'reject'
}

/** undefined: of a protocol without ports. */
function protocolOf(text: string | undefined): Scope['protocol'] | undefined {
  const words = (text ?? 'tcp')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  if (words.length === 1 && (words[0] === 'tcp' || words[0] === 'udp')) return words[0]
  return words.every((word) => word === 'tcp' || word === 'udp' || word === 'all') ? 'all' : undefined
}

function union(a: PortSet, b: PortSet): PortSet {
  if (a === 'all' || b === 'all') return 'all'
  const text = [...a, ...b].map(({ from, to }) => `${from}-${to}`).join(',')
  return parsePorts(text, () => undefined)
}
