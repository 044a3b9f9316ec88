/** Blocks for tests, from text. */
import { parseNetwork } from '../../src/base/address.ts'
import { parsePorts } from '../../src/base/ports.ts'
import type { Block, Scope } from '../../src/firewall/block.ts'

/** `tcp 80,443 drop`, `all all reject` */
export function scope(text: string): Scope {
  const [protocol, ports, verdict] = text.split(' ')
  return {
    protocol: protocol as Scope['protocol'],
    ports: parsePorts(ports!, () => undefined),
    verdict: verdict as Scope['verdict'],
  }
}

export function block(network: string, in_: string, until?: number, owner = 'jail'): Block {
  return { network: parseNetwork(network)!, scope: scope(in_), until, owner }
}
