/** Asks the packet lab (packet-lab.py): what becomes of packets under a frame, and under iptables-restore of the same files. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Frame, nftChain, RULESET, SHARED } from '../../../../src/firewall/rules/frame.ts'
import { frameOf, type Packet } from './packet.ts'

/** Why there is none here. */
export function noPacketLab(): string | undefined {
  if (process.getuid!() !== 0) return 'it needs root for its namespaces'
  for (const program of ['nft', 'ip', 'python3', 'iptables-nft-restore', 'ip6tables-nft-restore']) {
    if (spawnSync(program, ['--version']).error) return `${program} is not installed`
  }
  return spawnSync('unshare', ['--net', '--mount', 'true']).status === 0 ? undefined : 'the kernel refuses namespaces'
}

export interface RulesText {
  readonly family: 4 | 6
  readonly text: string
}

/** What became of one packet: who saw it behind the firewall and as what, and what the router answered. */
export type Fate = string

export interface Question {
  readonly nft?: string
  readonly restore?: readonly (readonly [program: string, text: string, noflush: boolean])[]
}

export class PacketLab {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  }

  static async open(): Promise<PacketLab> {
    const script = join(import.meta.dirname, 'packet-lab.py')
    const child = spawn('unshare', ['--net', '--mount', 'python3', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lab = new PacketLab(child)
    const { value } = await lab.#lines.next()
    if (value !== 'ready') throw new Error('the packet lab does not start')
    return lab
  }

  /** @throws Error where the firewall refuses the rules */
  async fates(question: Question, packets: readonly Packet[]): Promise<Fate[]> {
    const sent = packets.map((packet, index) => [packet.way, frameOf(packet, index + 1), packet.afterMs ?? 0])
    this.#child.stdin!.write(`${JSON.stringify({ ...question, packets: sent })}\n`)
    const { value } = await this.#lines.next()
    const answer = JSON.parse(value) as Answer
    if (answer.error !== null) throw new Refused(answer.error)
    return fatesOf(answer, packets)
  }

  async close(): Promise<void> {
    this.#child.stdin!.end()
    await once(this.#child, 'exit')
  }
}

export class Refused extends Error {}

interface Answer {
  readonly error: string | null
  readonly seen: readonly (readonly [hook: string, mark: number, hex: string])[]
  readonly answers: readonly (readonly [string, number, number | readonly [number, number], number?])[]
}

function fatesOf({ seen, answers }: Answer, packets: readonly Packet[]): Fate[] {
  const found = new Map<string, string[]>()
  const note = (family: 4 | 6, id: number, what: string) => {
    const key = `${family} ${id}`
    found.set(key, [...(found.get(key) ?? []), what])
  }
  for (const [hook, mark, hex] of seen) {
    const bytes = Buffer.from(hex, 'hex')
    const family = bytes[0]! >> 4 === 4 ? 4 : 6
    if (family === 4 && isOwnError(bytes)) continue
    note(
      family,
      family === 4 ? bytes.readUInt16BE(4) : bytes.readUInt32BE(0) & 0xfffff,
      `${hook} ${mark.toString(16)} ${as(bytes, family)}`,
    )
  }
  return packets.map((packet, index) => {
    const key = `${packet.family} ${index + 1}`
    const behind = found.get(key)?.sort() ?? []
    // What came through may be answered by the host itself.
    const refusals =
      behind.length > 0 ? [] : answers.filter((answer) => isAbout(answer, packet, index + 1)).map(refusal)
    return [...behind, ...new Set(refusals)].join(' | ') || 'dropped'
  })
}

/**
 * What the router itself tells of errors: its id is random, hence may be that of a packet. Its precedence is that of
 * control traffic, the other bits are those of the packet it tells of. Source: icmp_send() of linux/net/ipv4/icmp.c.
 */
function isOwnError(bytes: Buffer): boolean {
  return bytes[9] === 1 && (bytes[1]! & 0xe1) === 0xc0
}

/** What a rule may have changed: traffic class, hops, addresses, and the first bytes above (ports, flags, MSS). */
function as(bytes: Buffer, family: 4 | 6): string {
  if (family === 4) return `${bytes[1]} ${bytes[8]} ${bytes.toString('hex', 12, 44)}`
  return `${bytes.readUInt16BE(0)} ${bytes[7]} ${bytes.toString('hex', 8, 64)}`
}

function isAbout([kind, first, second, id]: Answer['answers'][number], packet: Packet, own: number): boolean {
  if (kind === 'rst') {
    const [sport, dport] = second as readonly [number, number]
    return first === packet.family && packet.protocol === 6 && sport === packet.dport && dport === packet.sport
  }
  return (kind === 'icmp' ? 4 : 6) === packet.family && id === own
}

function refusal([kind, type, code]: Answer['answers'][number]): string {
  return kind === 'rst' ? 'reset' : `${kind} ${type}/${code}`
}

/** A frame alone, as a table: what the ruleset would add is empty. */
export function frameTable(frame: Frame): string {
  const has = new Set(frame.chains.map(nftChain))
  const missing = ([4, 6] as const).flatMap((family) =>
    [...RULESET, ...SHARED].map((name) =>
      nftChain({ family, table: 'filter', name: `${family === 4 ? 'ufw' : 'ufw6'}-${name}` }),
    ),
  )
  const bases = frame.chains
    .filter(({ name }) => /^[A-Z]+$/.test(name) && name in HOOKS)
    .map((chain) => {
      const { table, name, family } = chain
      const type = table === 'nat' ? 'nat' : table === 'mangle' && name === 'OUTPUT' ? 'route' : 'filter'
      const behind = table === 'nat' && (name === 'POSTROUTING' || name === 'INPUT')
      const priority = behind ? 100 : PRIORITIES[table]
      const base = `type ${type} hook ${name.toLowerCase()} priority ${priority}; policy accept;`
      return `chain base-${nftChain(chain)} { ${base} meta nfproto ipv${family} jump ${nftChain(chain)}; }`
    })
  return [
    'table inet frame {',
    ...frame.sets.map(({ name, body }) => `set ${name} { ${body} }`),
    ...missing.filter((name) => !has.has(name)).map((name) => `chain ${name} { }`),
    ...frame.chains.map((chain) => `chain ${nftChain(chain)} {\n${chain.rules.join('\n')}\n}`),
    ...bases,
    '}',
    '',
  ].join('\n')
}

const HOOKS: Readonly<Record<string, true>> = {
  PREROUTING: true,
  INPUT: true,
  FORWARD: true,
  OUTPUT: true,
  POSTROUTING: true,
}
const PRIORITIES = { raw: -300, mangle: -150, nat: -100, filter: 0 } as const

/** The same by iptables: UFW's own chains, then each file added, then the jumps that UFW adds behind it. */
export function restored(files: readonly RulesText[]): Question['restore'] & {} {
  return ([4, 6] as const).flatMap((family) => {
    const program = family === 4 ? 'iptables-nft-restore' : 'ip6tables-nft-restore'
    const ufw = family === 4 ? 'ufw' : 'ufw6'
    const stages = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track']
    const paths = ['input', 'output', 'forward']
    const chains = [
      ...new Set([...RULESET, ...SHARED, ...paths.flatMap((path) => [`before-${path}`, `after-${path}`])]),
    ]
    const skeleton = [
      '*filter',
      ...chains.map((name) => `:${ufw}-${name} - [0:0]`),
      ...paths.flatMap((path) => stages.map((stage) => `-A ${path.toUpperCase()} -j ${ufw}-${stage}-${path}`)),
      'COMMIT\n',
    ].join('\n')
    const last = [
      '*filter',
      ...paths.map((path) => `-A ${ufw}-before-${path} -j ${ufw}-user-${path}`),
      'COMMIT\n',
    ].join('\n')
    const own = files.filter((file) => file.family === family).map(({ text }) => [program, text, true] as const)
    return [[program, skeleton, false] as const, ...own, [program, last, true] as const]
  })
}
