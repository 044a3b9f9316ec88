/** Names of ports as UFW takes them: with the protocols that they stand for. */
import type { World } from '../../world/world.ts'

export interface Service {
  readonly port: number
  /** `any`: both tcp and udp; undefined: neither of them. */
  readonly protocol: 'tcp' | 'udp' | 'any' | undefined
}

export type Services = (name: string) => Service | undefined

/** Reads the file at the first question. Source: services(5); the first line that has a name or alias gives its port. */
export function readServices(world: World, path: string): Services {
  let text: string | undefined
  return (name) => {
    if (!/^[^\s#]+$/.test(name)) return undefined
    text ??= textOf(world, path)
    // A command asks for a few names: to parse only their lines saves 3 ms of its 80.
    return parseServices(linesWith(text, name)).get(name)
  }
}

function linesWith(text: string, name: string): string {
  const lines: string[] = []
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at)) {
    const end = text.indexOf('\n', at)
    lines.push(text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end))
    if (end < 0) break
    at = end
  }
  return lines.join('\n')
}

export function parseServices(text: string): ReadonlyMap<string, Service> {
  const services = new Map<string, Service>()
  for (const line of text.split('\n')) {
    const [name, portAndProtocol = '', ...aliases] = line.split('#')[0]!.trim().split(/\s+/)
    const [, port, protocol] = /^(\d{1,5})\/(\w+)$/.exec(portAndProtocol) ?? []
    if (!name || port === undefined || Number(port) > 65535) continue
    for (const word of [name, ...aliases]) {
      const known = services.get(word)
      services.set(word, {
        port: known?.port ?? Number(port),
        protocol: both(known?.protocol, protocol),
      })
    }
  }
  return services
}

function both(known: Service['protocol'], protocol: string | undefined): Service['protocol'] {
  if (protocol !== 'tcp' && protocol !== 'udp') return known
  return known === undefined || known === protocol ? protocol : 'any'
}

/** A host without the file knows no names. */
function textOf(world: World, path: string): string {
  try {
    return world.files.text(path)
  } catch {
    return ''
  }
}
