/**
 * Ports that other programs, such as a containers' engine, send on to others: read from the rules that they have in the kernel,
 * as nft prints them, iptables' as well. What they ask beside protocol, port, address and interface is not looked at.
 */
import { contains, parseAddress, parseNetwork } from '../../base/address.ts'
import type { Packet, Target } from '../../firewall/rules/explain.ts'
import { RULE_TABLE } from '../../firewall/rules/printed.ts'
import type { World } from '../../world/world.ts'

/** Where a packet that comes to this host goes on to; undefined: it stays, or that cannot be told. */
export async function sentOnTo({ run }: Pick<World, 'run'>, packet: Packet): Promise<Target | undefined> {
  // Without what sets hold: a set of bans may have a million elements.
  const exit = await run.once(['nft', '-t', 'list', 'ruleset'], { timeoutMs: 10_000, maxOutputBytes: 16 * 1024 * 1024 })
  return exit.code === 0 ? targetIn(exit.out, packet) : undefined
}

/** The first rule that sends it on. Pure. */
export function targetIn(ruleset: string, packet: Packet): Target | undefined {
  let isOurs = false
  for (const line of ruleset.split('\n')) {
    const table = /^table (\S+) (\S+) \{/.exec(line)
    if (table) isOurs = table[1] === 'inet' && table[2] === RULE_TABLE
    const target = isOurs ? undefined : targetOf(line, packet)
    if (target) return target
  }
  return undefined
}

function targetOf(line: string, packet: Packet): Target | undefined {
  const [match = '', rest = ''] = line.split(/\bdnat (?:ip6? )?to /, 2)
  const text = /^[\da-f.:[\]-]+/i.exec(rest)?.[0] ?? ''
  if (text === '' || !isFor(match, packet)) return undefined
  const [, bracketed, plain, port, last] =
    /^(?:\[([\da-f:]+)\]|([\da-f.]+|[\da-f:]+))(?::(\d+)(?:-(\d+))?)?$/i.exec(text) ?? []
  const to = parseAddress(bracketed ?? plain ?? '')
  if (to?.family !== packet.to.family) return undefined
  return { to, toPort: port === undefined || last !== undefined ? packet.toPort : Number(port) }
}

function isFor(match: string, { protocol, toPort, to, inInterface }: Packet): boolean {
  const [, of, ports = ''] = /\b(tcp|udp|th) dport (\d[\d-]*|\{[\d ,-]+\})/.exec(match) ?? []
  if (of === undefined || (of !== 'th' && of !== protocol) || toPort === undefined) return false
  const isPort = (ports.match(/\d+(?:-\d+)?/g) ?? []).some((range) => {
    const [first = 0, end = first] = range.split('-').map(Number)
    return first <= toPort && toPort <= end
  })
  const address = parseNetwork(/\bip6? daddr ([\da-f.:/]+)/i.exec(match)?.[1] ?? '')
  const [, not, name] = /\biifname (!= )?"([^"]+)"/.exec(match) ?? []
  const isInterface = name === undefined || (name === inInterface) !== (not !== undefined)
  return isPort && isInterface && (address === undefined || contains(address, to))
}
