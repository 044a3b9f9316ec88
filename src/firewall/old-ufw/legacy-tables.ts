/**
 * An installed UFW's chains in tables of iptables-legacy, which nft does not see; they are read as `iptables-save` prints them, and
 * taken out by `iptables-restore --noflush`, each table in one step. Pure.
 */
import { BUILT_IN, type BuiltIn, isUfwChain, type OldTable } from './old-table.ts'

/** @param text of `iptables-legacy-save` */
export function legacyTables(text: string, family: 4 | 6): OldTable[] {
  return text
    .split(/^\*/m)
    .slice(1)
    .flatMap((part) => tableOf(part, family) ?? [])
}

/** What `iptables-legacy-restore --noflush` reads. @param opened of `closed` */
export function printLegacyTakeOut({ name, calls, chains }: OldTable, opened: readonly BuiltIn[]): string[] {
  return [
    `*${name}`,
    ...opened.map((chain) => `:${chain} ACCEPT [0:0]`),
    ...calls.map((call) => `-D ${call}`),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
    'COMMIT',
  ]
}

function tableOf(part: string, family: 4 | 6): OldTable | undefined {
  const [name = '', ...lines] = part.split('\n').map((line) => line.trimEnd())
  if (!/^[a-z]+$/.test(name)) return undefined
  const all = lines.flatMap((line) => {
    const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? []
    return chain === undefined ? [] : [{ chain, policy }]
  })
  const chains = all.map(({ chain }) => chain).filter(isUfwChain)
  const closed = BUILT_IN.filter((chain) =>
    all.some((one) => name === 'filter' && one.chain === chain && one.policy === 'DROP'),
  )
  const rules = lines.flatMap((line) => {
    const [, rule, chain] = /^-A ((\S+) .*)$/.exec(line) ?? []
    return chain === undefined || rule === undefined ? [] : [{ chain, rule }]
  })
  const isLocked =
    family === 6 &&
    chains.length === 0 &&
    closed.length === 3 &&
    rules.every(({ rule }) => /^\S+ -[io] lo -j ACCEPT$/.test(rule))
  if (chains.length === 0 && !isLocked) return undefined
  const own = new Set(chains)
  const calling = rules.filter(({ chain, rule }) => !own.has(chain) && own.has(targetOf(rule)))
  return {
    ...{ family, name, chains, closed, isLocked },
    calls: calling.map(({ rule }) => rule),
    foreignCalls: calling.filter(({ chain }) => !/^[A-Z]+$/.test(chain)).length,
    isFilled: rules.some(({ chain }) => own.has(chain)),
  }
}

/** Of what is quoted, a comment or a prefix, nothing counts. */
function targetOf(rule: string): string {
  return / -[jg] (\S+)/.exec(rule.replace(/"(?:\\.|[^"\\])*"/g, '""'))?.[1] ?? ''
}
