/** Names of ports as this host has them. */
import type { ServiceLookup } from '../base/ports.ts'
import type { World } from '../world/world.ts'

/** Reads /etc/services once; a host without it still knows the names that jails use. Source: services(5), IANA. */
export function serviceLookup(world: World): ServiceLookup {
  const ports = new Map<string, number>()
  for (const line of servicesText(world).split('\n')) {
    const [name, port, ...aliases] = line.split('#')[0]!.trim().split(/\s+/)
    const number = Number(/^(\d+)\/(?:tcp|udp)$/.exec(port ?? '')?.[1])
    if (!(number > 0 && number < 65536)) continue
    // The first line wins, as getservbyname(3) does.
    for (const word of [name!, ...aliases]) if (!ports.has(word)) ports.set(word, number)
  }
  return (name) => ports.get(name) ?? WELL_KNOWN.get(name)
}

function servicesText(world: World): string {
  try {
    return world.files.text('/etc/services')
  } catch {
    return ''
  }
}

const WELL_KNOWN: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['smtp', 25],
  ['domain', 53],
  ['http', 80],
  ['pop3', 110],
  ['imap2', 143],
  ['imap', 143],
  ['https', 443],
  ['smtps', 465],
  ['submissions', 465],
  ['submission', 587],
  ['imaps', 993],
  ['pop3s', 995],
])
