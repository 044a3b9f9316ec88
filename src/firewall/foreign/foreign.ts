/**
 * Other programs' chains at the hooks where ours judge. A packet has to pass all of them: a drop in one is final, an accept in one
 * ends that one alone. Pure.
 */
import type { NftObject } from '../nft-json.ts'
import { type Accepted, accepted } from './accepted.ts'
import { type Owner, ownerOf } from './owner.ts'

/** What one program does at one hook. */
export interface Foreign {
  readonly owner: Owner
  readonly hook: string
  /** Where the kernel calls it; several where a program has some for each family. */
  readonly bases: readonly Base[]
  /** Rules that drop or reject. */
  readonly drops: number
  /** Rules that accept what is new, each with the family that it is for. */
  readonly accepts: readonly (Accepted & { readonly family: 4 | 6 })[]
  /** Of those bases that are its own. */
  readonly dropsByPolicy: boolean
}

export interface Base {
  /** `ip`, `ip6`, `inet`, `netdev`, `bridge`. */
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly priority: number
  readonly policy: 'accept' | 'drop'
}

/** @param objects as `Kernel.structure` gives them */
export function foreignChains(objects: readonly NftObject[]): Foreign[] {
  const rules = rulesByChain(objects)
  const found = new Map<string, Mutable<Foreign>>()
  for (const { chain } of objects) {
    if (!chain || chain['hook'] === undefined || chain['type'] === 'nat' || chain['family'] === 'arp') continue
    if (isOurs(chain)) continue
    const hook = String(chain['hook'])
    const base = baseOf(chain)
    const entry = (owner: Owner) => {
      const key = `${owner} ${hook}`
      const one = found.get(key) ?? { owner, hook, bases: [], drops: 0, accepts: [], dropsByPolicy: false }
      if (!one.bases.includes(base)) one.bases = [...one.bases, base]
      found.set(key, one)
      return one
    }
    if (base.policy === 'drop') entry(policyOwner(base, objects)).dropsByPolicy = true
    for (const { owner, drops, accepts } of reached(rules, chain)) {
      if (drops + accepts.length === 0) continue
      const one = entry(owner)
      one.drops += drops
      one.accepts = [...one.accepts, ...accepts]
    }
  }
  return [...found.values()]
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Described = NftObject[string]

function isOurs(chain: Described): boolean {
  return chain['family'] === 'inet' && /^rampart(_bans)?($|_)/.test(String(chain['table']))
}

function baseOf(chain: Described): Base {
  return {
    family: String(chain['family']),
    table: String(chain['table']),
    chain: String(chain['name']),
    priority: Number(chain['prio'] ?? 0),
    policy: chain['policy'] === 'drop' ? 'drop' : 'accept',
  }
}

/** UFW sets those of the chains that it is called from, and Docker that of FORWARD. */
function policyOwner({ family, table, chain }: Base, objects: readonly NftObject[]): Owner {
  const own = ownerOf(family, table, chain)
  if (own !== 'iptables') return own
  const owners = new Set(
    objects.flatMap(({ chain: other }) =>
      other?.['family'] === family && other['table'] === table ? [ownerOf(family, table, String(other['name']))] : [],
    ),
  )
  if (owners.has('ufw')) return 'ufw'
  return chain === 'FORWARD' && owners.has('docker') ? 'docker' : own
}

interface Does {
  readonly owner: Owner
  readonly drops: number
  readonly accepts: Foreign['accepts']
}

type Statements = readonly Readonly<Record<string, unknown>>[]

function rulesByChain(objects: readonly NftObject[]): ReadonlyMap<string, readonly Statements[]> {
  const rules = new Map<string, Statements[]>()
  for (const { rule } of objects) {
    if (!rule || !Array.isArray(rule['expr'])) continue
    const key = keyOf(rule['family'], rule['table'], rule['chain'])
    const of = rules.get(key)
    if (of) of.push(rule['expr'] as Statements)
    else rules.set(key, [rule['expr'] as Statements])
  }
  return rules
}

function keyOf(...parts: readonly unknown[]): string {
  return parts.map(String).join('\0')
}

/** What the chains do that a base chain leads to, one answer for each. */
function reached(rules: ReadonlyMap<string, readonly Statements[]>, base: Described): Does[] {
  const { family, table, name } = base
  const names = new Set([String(name)])
  const does: Does[] = []
  for (const chain of names) {
    let drops = 0
    const accepts: (Accepted & { readonly family: 4 | 6 })[] = []
    for (const rule of rules.get(keyOf(family, table, chain)) ?? []) {
      const verdicts = verdictsOf(rule)
      for (const target of verdicts.targets) names.add(target)
      if (verdicts.drops) drops += 1
      const opened = verdicts.accepts ? accepted(rule) : undefined
      if (opened) accepts.push({ ...opened, family: family === 'ip6' || opened.from?.includes(':') ? 6 : 4 })
    }
    does.push({ owner: ownerOf(String(family), String(table), chain), drops, accepts })
  }
  return does
}

/** Wherever in the rule they stand: a map of verdicts has them inside. */
function verdictsOf(rule: unknown): { targets: string[]; drops: boolean; accepts: boolean } {
  const found = { targets: [] as string[], drops: false, accepts: false }
  const pending: unknown[] = [rule]
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (typeof one !== 'object' || one === null) continue
    for (const [key, value] of Object.entries(one)) {
      if (key === 'drop' || key === 'reject') found.drops = true
      else if (key === 'accept') found.accepts = true
      else if (key === 'xt')
        found.drops ||= /^(REJECT|DROP|TARPIT)$/.test(String((value as { name?: unknown } | null)?.name))
      else if (key === 'jump' || key === 'goto')
        found.targets.push(String((value as { target?: unknown } | null)?.target))
      else if (value !== undefined) pending.push(value)
    }
  }
  return found
}
