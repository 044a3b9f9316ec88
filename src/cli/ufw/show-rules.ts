/** `ufw show raw` and its kin: the kernel's rules, in nft's words, under UFW's headings. */
import { Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { BRIDGES } from '../../firewall/rules/containers.ts'
import type { Shown } from './command.ts'

export type ShownRules = Exclude<Shown, 'listening' | 'added'>

/**
 * @param table as `nft list table inet rampart` prints it; `gone`: there is none any more, undefined: there was none
 * @throws Fault `ufw.inactive` of what is not there then, as UFW does
 */
export function printRules(table: string | undefined, shown: ShownRules, ipv6: boolean): string {
  const { heading, off } = SECTIONS[shown]
  if (off !== 'always' && (table === undefined || (table === 'gone' && off !== 'once loaded'))) {
    throw new Fault('ufw.inactive', `IPV4 (${heading}):\nthe firewall is off: nothing of it is in the kernel`)
  }
  const blocks = table === undefined ? [] : blocksOf(table)
  const [four, six] = [chosen(blocks, shown, 4), chosen(blocks, shown, 6)]
  if (shown === 'raw') {
    // What nothing calls.
    const rest = blocks.filter((block) => !four.includes(block) && !six.includes(block))
    return `IPV4 (${heading}):\n${printBlocks([...four, ...rest])}\n\nIPV6:\n${printBlocks(six)}\n`
  }
  return `IPV4 (${heading}):\n${printBlocks(four)}${ipv6 ? `\n\nIPV6:\n${printBlocks(six)}` : ''}\n\n`
}

interface Section {
  readonly heading: string
  /** Whether UFW shows it of a firewall that is off; undefined: it fails. */
  readonly off?: 'always' | 'once loaded'
  /** Names of chains, behind their family. */
  readonly chains: RegExp
}

const SECTIONS: Readonly<Record<ShownRules, Section>> = {
  raw: { heading: 'raw', off: 'always', chains: /^/ },
  builtins: { heading: 'builtins', off: 'always', chains: /^[A-Z]+$/ },
  'before-rules': { heading: 'before', off: 'once loaded', chains: /^ufw6?-before-(?!logging)/ },
  'user-rules': { heading: 'user', chains: /^ufw6?-user-(?!logging)/ },
  'after-rules': { heading: 'after', off: 'once loaded', chains: /^ufw6?-after-(?!logging)/ },
  'logging-rules': { heading: 'logging', chains: /^ufw6?-(?:(?:before|user|after)-logging-|logging-)/ },
}

interface Block {
  readonly name: string
  readonly text: string
  /** Where the kernel calls it: both families come. */
  readonly isBase: boolean
}

/** As nft indents them: the chains of UFW's names, those that they call, sets. */
function blocksOf(table: string): readonly Block[] {
  const blocks = table
    .split(/^(?=\t\}\n)/m)
    .flatMap(blockIn)
    .map(({ text, kind, name }) => ({
      name,
      // The names that a container's bridge may have are always the same 261.
      text: name === BRIDGES.name ? text.replace(/^\t\telements = [^}]*\}\n/m, '') : text,
      isBase: /^\t\ttype \w+ hook /m.test(text),
      rank: kind !== 'chain' ? 2 : OWNED.test(name) ? 0 : 1,
    }))
  return blocks.sort((a, b) => a.rank - b.rank)
}

/** @param part ends where a block does, without its last line */
function blockIn(part: string): readonly { readonly text: string; readonly kind: string; readonly name: string }[] {
  const head = /^\t(chain|set|map) (\S+) \{\n/m.exec(part)
  return head ? [{ text: `${part.slice(head.index)}\t}\n`, kind: head[1]!, name: head[2]! }] : []
}

/** The chains of a section, and the pieces that they call. */
function chosen(blocks: readonly Block[], shown: ShownRules, family: 4 | 6): readonly Block[] {
  const { chains } = SECTIONS[shown]
  const byName = new Map(blocks.map((block) => [block.name, block]))
  const wanted = new Set<Block>()
  const want = (block: Block) => {
    if (wanted.has(block)) return
    wanted.add(block)
    for (const [, name] of block.text.matchAll(/(?:jump |goto |@)([\w.-]+)/g)) {
      const called = byName.get(name!)
      if (called && !OWNED.test(called.name)) want(called)
    }
  }
  for (const block of blocks) {
    const [, of, name] = OWNED.exec(block.name) ?? []
    const isOurs = of === undefined ? block.isBase && /^(?:raw|builtins)$/.test(shown) : of === String(family)
    if (isOurs && (name === undefined || chains.test(name))) want(block)
  }
  return blocks.filter((block) => wanted.has(block))
}

/** Chains that have a place of their own: `filter4-ufw-user-input`. */
const OWNED = /^(?:filter|nat|mangle|raw)([46])-(.+)$/

/** What stands in a comment is the admin's; the kernel's names were checked when they were made. */
function printBlocks(blocks: readonly Block[]): string {
  return blocks.map(({ text }) => text.split('\n').map(printableButTabs).join('\n')).join('\n')
}

function printableButTabs(line: string): string {
  return line.split('\t').map(printable).join('\t')
}
