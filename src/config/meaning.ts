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
  // Without any file the names mean what they mean here: silence, but ufw's own word for a ban is reject.
  const blocktype = value('blocktype') ?? (settings || name === 'ufw' ? 'reject' : 'drop')
  const verdict = /^\s*(drop|deny|blackhole)\b/i.test(blocktype) ? 'drop' : 'reject'
  const protocol = protocolOf(value('protocol'))
  if (name === 'ufw') return { protocol: 'all', ports: 'all', verdict }
  if (/allports|-all$/.test(name) || protocol === undefined)
    return { protocol: protocol ?? 'all', ports: 'all', verdict }
  return { protocol, ports: parsePorts(value('port') ?? 'ssh', lookup), verdict }
}

/** One scope that refuses at least what both do: several banactions in one jail. */
export function widest(a: Scope, b: Scope): Scope {
  return {
    protocol: a.protocol === b.protocol ? a.protocol : 'all',
    ports: union(a.ports, b.ports),
    verdict: a.verdict === b.verdict ? a.verdict : 'drop',
  }
}

const FAMILY = /^(ufw|iptables|nftables|firewallcmd)(-[a-z0-9_-]+)?$/
const TOOLS = /<(iptables|ip6tables|nftables|ipset|ipsetbin)>|\b(iptables|ip6tables|nft|ipset|ufw|firewall-cmd)\b|<_/

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
