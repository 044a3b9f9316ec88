/** An installed UFW's chains in tables that iptables-nft made, and the transactions that take them out. Pure. */
import type { NftObject } from '../nft-json.ts'
import { BUILT_IN, type BuiltIn, isUfwChain, type OldTable } from './old-table.ts'

/** @param objects as `Kernel.structure` gives them */
export function oldNftTables(objects: readonly NftObject[]): OldTable[] {
  return ([4, 6] as const).flatMap((family) => TABLES.flatMap((name) => oldTable(objects, family, name) ?? []))
}

/** Of iptables. */
const TABLES = ['filter', 'nat', 'mangle', 'raw']

/**
 * The policies that UFW had set, in a transaction of their own before the chains go: the kernel exchanges all rules at one instant and
 * only then, one after the other, the policies. In between the rules would be gone and all would be dropped, for
 * milliseconds where there are thousands (Linux 6.18, measured).
 * @param opened of `closed`
 */
export function printOpened(table: OldTable, opened: readonly BuiltIn[]): string[] {
  return opened.map((chain) => `add chain ${nameOf(table)} ${chain} { policy accept; }`)
}

/** All at once: rules that call them, then they. */
export function printTakeOut(old: OldTable): string[] {
  const { calls, chains } = old
  const table = nameOf(old)
  return [
    ...calls.map((call) => `delete rule ${table} ${call}`),
    ...chains.map((chain) => `flush chain ${table} ${chain}`),
    ...chains.map((chain) => `delete chain ${table} ${chain}`),
  ]
}

function nameOf({ family, name }: OldTable): string {
  return `ip${family === 6 ? '6' : ''} ${name}`
}

function oldTable(objects: readonly NftObject[], family: 4 | 6, name: string): OldTable | undefined {
  const isHere = (object: NftObject[string] | undefined) =>
    object?.['family'] === (family === 4 ? 'ip' : 'ip6') && object['table'] === name
  const all = objects.flatMap(({ chain }) => (chain && isHere(chain) ? [chain] : []))
  const chains = all.map((chain) => String(chain['name'])).filter(isUfwChain)
  const rules = objects.flatMap(({ rule }) => (rule && isHere(rule) ? [rule] : []))
  const closed = all.flatMap((chain) => (name === 'filter' ? closedChain(chain) : []))
  const isLocked = family === 6 && chains.length === 0 && closed.length === 3 && rules.every(isOfLoopback)
  if (chains.length === 0 && !isLocked) return undefined
  const own = new Set(chains)
  const calling = rules.filter((rule) => !own.has(String(rule['chain'])) && targets(rule).some((to) => own.has(to)))
  return {
    ...{ family, name, chains, closed, isLocked },
    calls: calling.flatMap(callOf),
    foreignCalls: calling.filter((rule) => !/^[A-Z]+$/.test(String(rule['chain']))).length,
    isFilled: rules.some((rule) => own.has(String(rule['chain']))),
  }
}

function closedChain(chain: NftObject[string]): BuiltIn[] {
  return BUILT_IN.filter((name) => chain['name'] === name && chain['policy'] === 'drop')
}

/** `INPUT handle 20` */
function callOf(rule: NftObject[string]): string[] {
  const { chain, handle } = rule
  const isPlain = typeof chain === 'string' && /^[A-Za-z][\w.-]*$/.test(chain) && Number.isSafeInteger(handle)
  return isPlain ? [`${chain} handle ${handle}`] : []
}

function targets(rule: NftObject[string]): string[] {
  return statements(rule).flatMap(({ jump, goto }) => targetOf(jump ?? goto))
}

function targetOf(verdict: unknown): string[] {
  const target = (verdict as { readonly target?: unknown } | undefined)?.target
  return typeof target === 'string' ? [target] : []
}

type Statement = Readonly<Record<string, unknown>>

function statements(rule: NftObject[string]): readonly Statement[] {
  const list = rule['expr']
  return Array.isArray(list) ? list.filter((one): one is Statement => typeof one === 'object' && one !== null) : []
}

function isOfLoopback(rule: NftObject[string]): boolean {
  const list = statements(rule)
  return list.some((one) => 'accept' in one) && /"right":"lo"/.test(JSON.stringify(list))
}
