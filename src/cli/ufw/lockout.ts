/** Whether a change would lock out who makes it: the connections by which they sit here are asked of both rulesets. */
import { isHost } from '../../base/address.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { explain, type Packet } from '../../firewall/rules/explain.ts'
import type { World } from '../../world/world.ts'
import { interfaceTo } from './interface-to.ts'
import { type Connection, ownConnections } from './own-connections.ts'
import { printSentence } from './print-sentence.ts'
import { policyWord } from './status.ts'

export interface Caller {
  readonly pid: number
  /** Whether a person types the command. */
  readonly isTyped: boolean
}

/**
 * What to warn of, each a sentence; empty where nothing gets worse. An open connection may well go on: it is asked whether it
 * could be made anew.
 * @param before what is in force; undefined: all gets through
 */
export function lockouts(
  world: Pick<World, 'files' | 'names'>,
  caller: Caller,
  before: UfwState | undefined,
  after: UfwState,
): readonly string[] {
  const own = world.names.own()
  const connections = ownConnections(world.files, caller.pid, caller.isTyped)
  const warnings = connections
    .filter(({ far }) => !own.includes(far.address.text) && isHost(far.address))
    .flatMap((connection) => {
      const packet = packetOf(connection, nameOf(world, connection, after))
      if (before && explain(before, packet).verdict !== 'accept') return []
      const { verdict, by } = explain(after, packet)
      return verdict === 'accept' ? [] : [warning(connection, by, after)]
    })
  return [...new Set(warnings)]
}

function packetOf({ isIncoming, near, far }: Connection, name: string | undefined): Packet {
  const [from, to] = isIncoming ? [far, near] : [near, far]
  return {
    path: isIncoming ? 'in' : 'out',
    protocol: 'tcp',
    ...{ from: from.address, fromPort: from.port, to: to.address, toPort: to.port },
    inInterface: isIncoming ? name : undefined,
    outInterface: isIncoming ? undefined : name,
  }
}

/** Looked up only where a rule asks for it. */
function nameOf({ files }: Pick<World, 'files'>, { far }: Connection, { rules }: UfwState): string | undefined {
  const matters = rules.some(({ inInterface, outInterface }) => inInterface !== undefined || outInterface !== undefined)
  return matters ? interfaceTo(files, far.address) : undefined
}

function warning(connection: Connection, by: ReturnType<typeof explain>['by'], after: UfwState): string {
  const { isIncoming, near, far } = connection
  const what = isIncoming
    ? `your connection from ${far.address.text} to port ${near.port} will not be let in again`
    : `your connection to ${far.address.text} port ${far.port} will not be let out again`
  return `${what}: ${why(by, isIncoming ? 'in' : 'out', after)}`
}

function why(by: ReturnType<typeof explain>['by'], path: 'in' | 'out', { policies }: UfwState): string {
  if (by === 'no IPv6') return 'IPV6=no drops all of IPv6'
  if (by === 'policy') return `no rule allows it, and the default is '${policyWord(policies[path])}'`
  return `'${printSentence(by)}'`
}
