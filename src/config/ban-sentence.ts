/** What `banaction = ufw` is in UFW's words, and what of it the kernel refuses. */
import type { ActionSettings } from '../action/action-settings.ts'
import { type PortSet, parsePorts, type ServiceLookup } from '../base/ports.ts'
import type { Scope } from '../firewall/block.ts'
import type { Application, ApplicationPorts, BanSentence } from '../firewall/rules/ban-sentence.ts'
import type { World } from '../world/world.ts'
import type { Reference } from './list.ts'
import { ufwPaths } from './ufw/paths.ts'
import { readProfiles } from './ufw/read-profiles.ts'

export interface UfwBan {
  readonly sentence: BanSentence
  /** The application that was asked for and is none: all ports are refused then, as UFW's action does. */
  readonly unknown: string | undefined
}

/**
 * undefined: the action is not ufw's.
 * @param settings the action as read; undefined if there is no such file
 */
export function ufwBan(
  { world, services }: { readonly world: World; readonly services: ServiceLookup },
  { name, parameters }: Reference,
  settings: ActionSettings | undefined,
  jail: string,
  scope: Scope,
): UfwBan | undefined {
  if (!/^ufw(?:-|$)/.test(name)) return undefined
  const value = (key: string) => parameters.get(key) ?? settings?.properties[key] ?? ''
  const asked = value('application').trim()
  const application = asked === '' ? undefined : applicationOf(world, services, asked)
  const comment = (value('comment') || COMMENT).replaceAll('<name>', jail)
  return {
    sentence: { action: scope.verdict === 'drop' ? 'deny' : 'reject', comment, application },
    unknown: asked !== '' && !application ? asked : undefined,
  }
}

/** The ports of an application, where only those are refused. */
export function scopeOfApplication({ ports }: Application, { verdict }: Scope): Scope {
  const protocols = new Set(ports.map(({ protocol }) => protocol))
  const [only] = protocols
  const protocol = protocols.size === 1 && only !== 'any' && only !== undefined ? only : 'all'
  const all: PortSet = parsePorts(ports.map((list) => list.ports).join(), () => undefined)
  // Its rules name their protocols.
  return { protocol, ports: all, verdict: verdict === 'drop' ? verdict : 'reject' }
}

/** What the installed Fail2ban's action says where nobody has chosen otherwise. */
const COMMENT = 'by Fail2Ban after <failures> attempts against <name>'

/** By its exact name, as UFW's action asks. */
function applicationOf({ files }: World, services: ServiceLookup, asked: string): Application | undefined {
  const { profiles } = readProfiles(files, ufwPaths(), services)
  const profile = profiles.get(asked)
  return profile && { name: profile.name, ports: profile.ports.map(portsOf) }
}

function portsOf(text: string): ApplicationPorts {
  const [ports = '', protocol] = text.split('/')
  return { ports, protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : 'any' }
}
