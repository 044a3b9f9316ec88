/**
 * Containers. Their engine (Docker, Podman, libvirt for virtual machines) accepts what it forwards for them in rules of its
 * own; an accept of another table does not undo our drop, so what is theirs has to be known here: it comes from their
 * bridges, or it goes to one because a published port was asked for. The latter obeys the rules for what comes in. With UFW
 * a published port is open whatever its rules say.
 */
import type { Wording } from './list-sets.ts'
import { type Piece, type Pieces, printPieces } from './pieces.ts'
import { lastWord } from './policies.ts'
import type { KernelSet } from './printed.ts'
import type { Ruleset } from './ruleset.ts'
import { ufwChain } from './ufw-chains.ts'

/** Behind the route rules: those may forbid what the engines allow. */
export function printContainers(family: 4 | 6): string[] {
  return [
    // From a container to the world or to another one: the engine's own rules keep apart what it wants apart.
    `iifname @${BRIDGES.name} accept`,
    `oifname @${BRIDGES.name} ct status dnat ct direction original goto ${publishedChain(family)}`,
  ]
}

/** Of Docker; of its networks, `br-` and 12 digits, but not `br-lan`; of Podman, of CNI, of libvirt. */
export const BRIDGES: KernelSet = {
  name: 'bridges',
  body: 'type ifname; flags interval;',
  elements: ['docker', ...hexBytes().map((byte) => `br-${byte}`), 'podman', 'cni-podman', 'virbr'].map(
    (name) => `"${name}*"`,
  ),
}

function hexBytes(): string[] {
  return Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
}

/** What comes in for a published port: the rules as they are for the host's own ports, and its policy. */
export function printPublished(
  family: 4 | 6,
  ruleset: Ruleset,
  incoming: readonly Piece[],
  wording: Wording,
): Pieces & { readonly name: string } {
  const { calls, ...pieces } = printPieces(incoming, wording, 'asked')
  const policy = ['after-logging-input', 'reject-input'].map((name) => `jump ${ufwChain(family, name)}`)
  return { name: publishedChain(family), ...pieces, calls: [...calls, ...policy, lastWord(ruleset.policies.in)] }
}

function publishedChain(family: 4 | 6): string {
  return `published${family}`
}
