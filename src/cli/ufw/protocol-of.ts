/** Which protocol a rule has: the one it names, and those of the services that its ports are called by. */
import type { Services } from '../../config/ufw/services.ts'
import type { Protocol } from '../../firewall/rules/rule.ts'
import { type Draft, isOnly4, isPortless } from './draft.ts'
import { isList } from './port-list.ts'
import { wrong } from './wrong.ts'

/** @throws Fault `ufw.protocol` */
export function protocolOf(draft: Draft, services: Services): Protocol {
  const to = servedBy(draft.to.port, services)
  const from = servedBy(draft.from.port, services)
  if (to !== 'any' && from !== 'any' && to !== from) throw wrong('protocol', 'Protocol mismatch (from/to)')
  const served = to === 'any' ? from : to
  const { protocol = 'any' } = draft
  if (protocol === 'any' || served === 'any' || served === protocol) return protocol === 'any' ? served : protocol
  throw wrong('protocol', `Protocol mismatch with specified protocol ${protocol}`)
}

function servedBy(port: string | undefined, services: Services): 'any' | 'tcp' | 'udp' {
  if (port === undefined || isList(port) || /^\d+$/.test(port)) return 'any'
  const service = services(port)
  if (!service) throw wrong('protocol', 'Could not find protocol')
  // Such as AppleTalk's: /etc/services names more than the two.
  if (service.protocol === undefined) throw wrong('protocol', "Unsupported protocol ''")
  return service.protocol
}

/** @throws Fault `ufw.protocol`, `ufw.address` */
export function checkProtocol(protocol: Protocol, draft: Draft, family: 4 | 6 | undefined): void {
  const ports = [draft.from.port, draft.to.port].filter((port) => port !== undefined)
  if (isOnly4(protocol) && family === 6) throw wrong('address', `Invalid IPv6 address with protocol '${protocol}'`)
  if (isPortless(protocol) && ports.length > 0) throw wrong('port', `Invalid port with protocol '${protocol}'`)
}
