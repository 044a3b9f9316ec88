/** The rules as nft lists them, for who wants to read what is in the kernel: `ufw show raw` and its kin. */
import type { World } from '../../world/world.ts'
import { nftFault } from '../nft-fault.ts'
import { RULE_TABLE } from './printed.ts'

export type Part = 'raw' | 'builtins' | 'before-rules' | 'user-rules' | 'after-rules' | 'logging-rules'

export interface Listing {
  readonly ipv4: string
  readonly ipv6: string
}

/**
 * Chains and sets as nft prints them, with their counts; empty where the firewall is off. What serves both families is in
 * both lists.
 * @throws Fault as `Kernel.apply`
 */
export async function listRules({ run }: Pick<World, 'run'>, part: Part): Promise<Listing> {
  const exit = await run.once(['nft', 'list', 'table', 'inet', RULE_TABLE], { maxOutputBytes: 256 * 1024 * 1024 })
  if (exit.code !== 0) {
    const fault = nftFault(exit)
    if (fault.code === 'kernel.gone') return { ipv4: '', ipv6: '' }
    throw fault
  }
  const blocks = parseBlocks(exit.out)
  return { ipv4: print(chosen(blocks, part, 4)), ipv6: print(chosen(blocks, part, 6)) }
}

interface Block {
  readonly kind: string
  readonly name: string
  readonly text: string
}

function parseBlocks(text: string): Block[] {
  return [...text.matchAll(/^\t(\w+) (\S+) \{\n[\s\S]*?^\t\}$/gm)].map(([block, kind, name]) => ({
    kind: kind!,
    name: name!,
    text: block,
  }))
}

function chosen(blocks: readonly Block[], part: Part, family: 4 | 6): Block[] {
  const other = family === 4 ? 6 : 4
  const first = blocks.filter(({ name }) =>
    PARTS[part].test(name.replace(`filter${family}-ufw${family === 6 ? '6' : ''}-`, 'ufw-')),
  )
  const wanted = new Set(first.filter(({ name }) => !new RegExp(`^[a-z]+${other}(-|$)`).test(name)))
  // Pieces are named for what they hold: they are of the family that calls them.
  for (const block of wanted) {
    if (!PIECE.test(block.name)) continue
    const caller = blocks.find(({ name, text }) => name !== block.name && text.includes(block.name))
    if (caller?.name.startsWith(`filter${other}`) || caller?.name === `published${other}`) wanted.delete(block)
  }
  return [...wanted]
}

const PIECE = /^(rules|asked|sources|ports)-/

const PARTS: Readonly<Record<Part, RegExp>> = {
  raw: /^/,
  builtins: /^((raw|mangle|nat|filter)\d?-)?([A-Z]+|input|output|forward|prerouting|postrouting)$/,
  'before-rules': /^ufw-before-(input|output|forward)$/,
  'user-rules':
    /^(ufw-user-(input|output|forward|limit|limit-accept)$|limit\d|published\d|rules-|asked-|sources-|ports-|bridges$)/,
  'after-rules': /^ufw-after-(input|output|forward)$/,
  'logging-rules': /^ufw-(before-logging|after-logging|user-logging|logging)-/,
}

function print(blocks: readonly Block[]): string {
  if (blocks.length === 0) return ''
  return `table inet ${RULE_TABLE} {\n${blocks.map(({ text }) => text).join('\n\n')}\n}\n`
}
