/** `rampart why in tcp 443 from 192.0.2.7`: what the firewall does with a new connection, and which rule decides. */
import { type Network, parseAddress } from '../../base/address.ts'
import { asFault, Fault, type Place } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { type UfwPaths, ufwPaths } from '../../config/ufw/paths.ts'
import { readRuleset } from '../../config/ufw/read-ruleset.ts'
import { readUfw } from '../../config/ufw/read-ufw.ts'
import { readServices } from '../../config/ufw/services.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { tuplePlaces } from '../../config/ufw/user-rules.ts'
import { ask } from '../../control/client.ts'
import type { Packet, Target } from '../../firewall/rules/explain.ts'
import { type ExplainedWhole, explainWhole, type FrameRule } from '../../firewall/rules/explain-frame.ts'
import type { Rate, Rule } from '../../firewall/rules/rule.ts'
import type { World } from '../../world/world.ts'
import { paint, printJson, type Terminal } from '../print.ts'
import type { Setting } from '../setting.ts'
import { interfaceTo } from '../ufw/interface-to.ts'
import { numbersOf } from '../ufw/listed.ts'
import { printSentence } from '../ufw/print-sentence.ts'
import { policyWord } from '../ufw/status.ts'
import { parsePacketWords } from './packet-words.ts'
import { sentOnTo } from './published-ports.ts'

export interface Options {
  readonly socket: string
  readonly json?: boolean
  readonly datadir?: string
}

/** @returns the exit code @throws Fault `why.words`, as `readUfw` and `readRuleset` */
export async function whyPacket(setting: Setting, words: readonly string[], options: Options): Promise<number> {
  const { world, terminal } = setting
  const paths = ufwPaths(options.datadir)
  const packet = completed(world, words, paths)
  const { state } = readUfw(world, paths)
  const sentOn = packet.path === 'in' ? await sentOnTo(world, packet) : undefined
  const whole = explainWhole(readRuleset(world, paths, state, state.enabled), packet, {
    interfaceTo: (address) => interfaceTo(world.files, address),
    ...(sentOn && { sentOn }),
  })
  const answer: Answer = { packet, sentOn, whole, by: decider(world, paths, state, whole.by), state }
  const banned = await bansOf(packet, options.socket)
  terminal.out(options.json ? printJson(asJson(answer, banned)) : print(terminal, answer, banned))
  return 0
}

interface Answer {
  readonly packet: Packet
  readonly sentOn: Target | undefined
  readonly whole: ExplainedWhole
  readonly by: Decider
  readonly state: UfwState
}

interface Decider {
  readonly what: string
  /** In `ufw status numbered`. */
  readonly number: number | undefined
  readonly at: Place | undefined
}

/** What was not said of it: the other end is this host, the interface that which leads there. */
function completed(world: World, words: readonly string[], paths: UfwPaths): Packet {
  const said = parsePacketWords(words, readServices(world, paths.services))
  const { path, from, to } = said
  const own = (other: Network | undefined) =>
    world.names
      .own()
      .map(parseAddress)
      .find((one) => one && one.family === other?.family)
  const [source, target] = [
    from ?? (path === 'out' ? own(to) : undefined),
    to ?? (path === 'in' ? own(from) : undefined),
  ]
  if (!source || !target) {
    throw new Fault('why.words', `an address is missing: say ${source ? 'to' : 'from'} ADDRESS`, {
      hint: 'rampart why in tcp 443 from 192.0.2.7',
    })
  }
  if (source.family !== target.family)
    throw new Fault('why.words', `${source.text} and ${target.text} are of two families`)
  return {
    ...{ path, protocol: said.protocol, from: source, fromPort: said.fromPort, to: target, toPort: said.toPort },
    inInterface: said.inInterface ?? (path === 'out' ? undefined : interfaceTo(world.files, source)),
    outInterface: said.outInterface ?? (path === 'in' ? undefined : interfaceTo(world.files, target)),
  }
}

function decider({ files }: World, paths: UfwPaths, state: UfwState, by: ExplainedWhole['by']): Decider {
  if (by === 'no IPv6') return { what: 'IPV6=no drops all of IPv6', number: undefined, at: { file: paths.defaults } }
  if (by === 'container')
    return { what: 'what comes from a container is left to its engine', number: undefined, at: undefined }
  if (by === 'policy' || by === 'published')
    return { what: 'no rule decides: the default policy', number: undefined, at: { file: paths.defaults } }
  if (!('family' in by)) return { what: `chain ${by.chain}`, number: undefined, at: by.at }
  const index = state.rules.indexOf(by)
  return {
    what: `ufw ${printSentence(by)}`,
    number: numbersOf(state.rules)[index],
    at: placeOf(files, paths, state, by),
  }
}

/** Its tuple's. */
function placeOf(files: World['files'], { userRules }: UfwPaths, { rules }: UfwState, rule: Rule): Place {
  const file = userRules[rule.family]
  const place = rules.filter(({ family }) => family === rule.family).indexOf(rule)
  const line = files.stat(file) ? tuplePlaces(files.text(file), rule.family)[place] : undefined
  return line === undefined ? { file } : { file, line }
}

/** Jails. Bans come before all rules. @returns the Fault where no guard runs, or it may not be asked */
async function bansOf({ path, from }: Packet, socket: string): Promise<Banned> {
  if (path === 'out') return []
  try {
    return (await ask(socket, { verb: 'why', address: from.text })).bans.map(({ jail }) => jail)
  } catch (thrown) {
    return asFault(thrown, 'control.failed')
  }
}

type Banned = readonly string[] | Fault

const VERDICTS = { accept: 'is let through', drop: 'is dropped', reject: 'is rejected' } as const

function print(terminal: Terminal, { packet, sentOn, whole, by, state }: Answer, banned: Banned): string {
  const { verdict, unsure } = whole
  const lines = [`${named(packet)} ${paint(terminal, verdict === 'accept' ? 'green' : 'red', VERDICTS[verdict])}`]
  if (!state.enabled) lines.push('  as it would be: the firewall is off, and all is let through')
  if (sentOn) lines.push(`  another program sends it on to ${targetText(sentOn)}`)
  const policy = decidingPolicy(whole)
  const policyText = policy === undefined ? '' : ` '${policyWord(state.policies[policy])}'`
  lines.push(
    `  by ${by.number === undefined ? '' : `rule ${by.number}: `}${printable(by.what)}${policyText}${placed(by.at)}`,
  )
  const limit = limitOf(whole.by)
  if (limit) {
    lines.push(
      `  at first: of one source, more than ${limit.connections} new connections within ${limit.seconds} s are rejected`,
    )
  }
  if (unsure)
    lines.push(
      `  perhaps otherwise: chain ${printable(unsure.chain)}${placed(unsure.at)} goes by more than the first packet tells`,
    )
  if (banned instanceof Fault) {
    lines.push(`  whether ${packet.from.text} is banned, only a guard can tell: ${printable(banned.message)}`)
  } else if (banned.length > 0) {
    lines.push(
      `  but ${packet.from.text} is banned by ${banned.map(printable).join(', ')}, which comes before (rampart why ${packet.from.text})`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** Of which way; undefined: none decides. */
function decidingPolicy({ by, path }: ExplainedWhole): Rule['path'] | undefined {
  if (by === 'published') return 'in'
  return by === 'policy' ? path : undefined
}

/** UFW's own where none was said. */
function limitOf(by: ExplainedWhole['by']): Rate | undefined {
  if (typeof by === 'string' || !('family' in by) || by.action !== 'limit') return undefined
  return by.rate ?? { connections: 5, seconds: 30 }
}

function targetText({ to, toPort }: Target): string {
  return `${to.text}${toPort === undefined ? '' : ` port ${toPort}`}`
}

function named({ path, protocol, from, fromPort, to, toPort, inInterface, outInterface }: Packet): string {
  const port = (number: number | undefined) => (number === undefined ? '' : ` port ${number}`)
  const on = [inInterface && `in on ${inInterface}`, outInterface && `out on ${outInterface}`].filter((one) => one)
  const where = on.length === 0 ? path : `${path === 'forward' ? 'forward ' : ''}${on.join(' ')}`
  return printable(
    `${where}: ${protocol === 'any' ? '' : `${protocol} `}from ${from.text}${port(fromPort)} to ${to.text}${port(toPort)}`,
  )
}

function placed(at: Place | undefined): string {
  if (!at) return ''
  return printable(` (${at.file}${at.line === undefined ? '' : `:${at.line}`})`)
}

function asJson({ packet, sentOn, whole, by, state }: Answer, banned: Banned) {
  const frame = (rule: FrameRule) => ({ chain: rule.chain, ...placeJson(rule.at) })
  return {
    verdict: whole.verdict,
    enabled: state.enabled,
    by: { what: by.what, number: by.number ?? null, ...placeJson(by.at) },
    limit: limitOf(whole.by) ?? null,
    sentOnTo: sentOn ? { to: sentOn.to.text, toPort: sentOn.toPort ?? null } : null,
    unsure: whole.unsure ? frame(whole.unsure) : null,
    bannedBy: banned instanceof Fault ? null : banned,
    bansUnknown: banned instanceof Fault ? banned.message : null,
    packet: {
      ...{ direction: packet.path === 'forward' ? 'routed' : packet.path, protocol: packet.protocol },
      ...{
        from: packet.from.text,
        fromPort: packet.fromPort ?? null,
        to: packet.to.text,
        toPort: packet.toPort ?? null,
      },
      ...{ inInterface: packet.inInterface ?? null, outInterface: packet.outInterface ?? null },
    },
  }
}

function placeJson(at: Place | undefined) {
  return { file: at?.file ?? null, line: at?.line ?? null }
}
