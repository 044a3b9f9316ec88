/** Whether a change would lock out who makes it: the connections by which they sit here are asked of both rulesets. */
import { printable } from '../../base/printable.ts'
import { type Lists, readableLists } from '../../config/list/rule-lists.ts'
import { readFrame } from '../../config/ufw/frame/read-frame.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { AddressList } from '../../firewall/list/address-list.ts'
import { explain, type Packet } from '../../firewall/rules/explain.ts'
import { type ExplainedWhole, explainWhole } from '../../firewall/rules/explain-frame.ts'
import type { World } from '../../world/world.ts'
import type { Call } from './call.ts'
import { interfaceTo } from './interface-to.ts'
import { type Connection, ownConnections } from './own-connections.ts'
import { printSentence } from './print-sentence.ts'
import { policyWord } from './status.ts'

/**
 * What to warn of, each a sentence; empty where nothing gets worse. An open connection may well go on: it is asked whether it
 * could be made anew.
 * @param before what is in force; undefined: all gets through
 * @param instead lists in the place of those on the disk
 */
export function lockouts(
  { setting: { world, pid }, paths }: Pick<Call, 'setting' | 'paths'>,
  isTyped: boolean,
  before: UfwState | undefined,
  after: UfwState,
  instead: { readonly before?: Lists; readonly after?: Lists } = {},
): readonly string[] {
  const own = world.names.own()
  const connections = ownConnections(world.files, pid, isTyped).filter(({ far }) => !own.includes(far.address.text))
  if (connections.length === 0) return []
  const decides = decider(world, paths, before ? [before, after] : [after])
  const warnings = connections.flatMap((connection) => {
    const packet = packetOf(connection, interfaceTo(world.files, connection.far.address))
    if (before && decides(before, packet, instead.before).verdict !== 'accept') return []
    const { verdict, by } = decides(after, packet, instead.after)
    return verdict === 'accept' ? [] : [warning(connection, by, after)]
  })
  return [...new Set(warnings)]
}

type Decides = (
  state: UfwState,
  packet: Packet,
  instead?: Iterable<readonly [string, AddressList]>,
) => Pick<ExplainedWhole, 'verdict' | 'by'>

/** With what before.rules and after.rules say; where they cannot be compiled, the change will be refused anyway. */
function decider(world: World, paths: UfwPaths, states: readonly UfwState[]): Decides {
  const { ipv6 } = states.at(-1)!
  const { frame } = readFrame(world, paths, ipv6 ? [4, 6] : [4])
  const stored = readableLists(
    world,
    paths,
    states.flatMap(({ rules }) => rules),
  )
  return (state, packet, instead = []) => {
    const ruleset = { ...state, lists: new Map([...stored, ...instead]) }
    return frame ? explainWhole({ ...ruleset, frame }, packet) : explain(ruleset, packet)
  }
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

function warning(connection: Connection, by: ExplainedWhole['by'], after: UfwState): string {
  const { isIncoming, near, far } = connection
  const what = isIncoming
    ? `your connection from ${far.address.text} to port ${near.port} will not be let in again`
    : `your connection to ${far.address.text} port ${far.port} will not be let out again`
  return `${what}: ${why(by, isIncoming ? 'in' : 'out', after)}`
}

function why(by: ExplainedWhole['by'], path: 'in' | 'out', { policies }: UfwState): string {
  if (by === 'no IPv6') return 'IPV6=no drops all of IPv6'
  if (by === 'policy') return `no rule allows it, and the default is '${policyWord(policies[path])}'`
  if (typeof by === 'string') return by
  if ('family' in by) return `'${printable(printSentence(by))}'`
  return by.at ? `by ${by.at.file}${by.at.line === undefined ? '' : `:${by.at.line}`}` : `by ${by.chain}`
}
