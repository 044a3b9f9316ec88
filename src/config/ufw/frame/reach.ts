/** Which chains a packet can come to, from which of the kernel's hooks; and what must not be reached from there. */
import { Fault } from '../../../base/fault.ts'
import type { BuiltChain, Entry } from './chains.ts'

export interface Reach {
  /** The built-in chains that lead to it. */
  readonly from: ReadonlyMap<BuiltChain, ReadonlySet<string>>
  readonly faults: readonly Fault[]
}

/** The kernel follows no more jumps than 16 at once. Source: NFT_JUMP_STACK_SIZE; one leads to the built-in chain, two a rule may need for itself. */
const MAX_DEPTH = 12

/** Where a packet's addresses can be rewritten. Source: iptables-extensions(8). */
const HOOKS: Readonly<Record<string, readonly string[]>> = {
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
  SNAT: ['POSTROUTING', 'INPUT'],
  MASQUERADE: ['POSTROUTING'],
  CLASSIFY: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
}

/** @param chains of one family and table */
export function reachOf(chains: readonly BuiltChain[]): Reach {
  const byName = new Map(chains.map((chain) => [chain.name, chain]))
  const from = new Map<BuiltChain, Set<string>>()
  const faults: Fault[] = []
  const depths = new Map<BuiltChain, number>()
  const follow = (chain: BuiltChain, hook: string, path: readonly BuiltChain[]) => {
    const hooks = from.get(chain) ?? new Set()
    // Another way that is no longer shows nothing new.
    if (hooks.has(hook) && (depths.get(chain) ?? 0) >= path.length) return
    from.set(chain, hooks.add(hook))
    depths.set(chain, Math.max(depths.get(chain) ?? 0, path.length))
    for (const entry of chain.entries) {
      const next = byName.get(jumpOf(entry) ?? '')
      if (!next) continue
      if (path.includes(next) || next === chain) faults.push(loop(next, entry))
      else if (path.length >= MAX_DEPTH) faults.push(tooDeep(next, entry))
      else follow(next, hook, [...path, chain])
      if (faults.length > 0) return
    }
  }
  for (const chain of chains) if (chain.isBuiltIn) follow(chain, chain.name, [])
  for (const chain of chains) for (const hook of from.get(chain) ?? []) faults.push(...misplaced(chain, hook))
  return { from, faults }
}

/** The chain that an entry leads to. */
export function jumpOf(entry: Entry): string | undefined {
  if (entry.kind === 'jump') return entry.chain
  const { does } = entry.line
  return does.kind === 'jump' || does.kind === 'goto' ? does.chain : undefined
}

function misplaced(chain: BuiltChain, hook: string): Fault[] {
  return chain.entries.flatMap((entry) => {
    if (entry.kind === 'jump' || entry.line.does.kind !== 'target') return []
    const { name } = entry.line.does
    const hooks = Object.hasOwn(HOOKS, name) ? HOOKS[name]! : undefined
    if (!hooks || hooks.includes(hook)) return []
    const hint = `it can be reached from ${hooks.join(' and ')}`
    return new Fault('frame.wrong-chain', `-j ${name} cannot be reached from ${hook}`, { at: entry.line.at, hint })
  })
}

function loop(chain: BuiltChain, entry: Entry): Fault {
  return fault('frame.loop', `packets would go round in ${chain.name}`, entry)
}

function tooDeep(chain: BuiltChain, entry: Entry): Fault {
  return fault('frame.deep', `${chain.name} is reached over more than ${MAX_DEPTH} jumps`, entry)
}

function fault(code: string, message: string, entry: Entry): Fault {
  return new Fault(code, message, entry.kind === 'rule' ? { at: entry.line.at } : {})
}
