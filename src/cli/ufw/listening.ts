/** `ufw show listening`: who listens, and the rules that may be asked of a packet to it. */
import { contains, isHost, type Network, widen } from '../../base/address.ts'
import { printable } from '../../base/printable.ts'
import type { End, Rule } from '../../firewall/rules/rule.ts'
import type { HostAddress, Listening } from './listening-sockets.ts'
import { printSentence } from './print-sentence.ts'
import type { Table } from './socket-table.ts'

export interface Listener extends Listening {
  /** With their numbers in the files: an application's rules count one by one. */
  readonly rules: readonly { readonly number: number; readonly rule: Rule }[]
}

/** Each table by port, in the order of their text as UFW has it. */
export function listeners(
  tables: ReadonlyMap<Table, readonly Listening[]>,
  rules: readonly Rule[],
  host: readonly HostAddress[],
): ReadonlyMap<Table, readonly Listener[]> {
  const numbered = rules.map((rule, i) => ({ number: i + 1, rule }))
  return new Map(
    [...tables].map(([table, sockets]) => [
      table,
      sockets
        .map((socket) => ({ ...socket, rules: numbered.filter(({ rule }) => concerns(rule, socket, host)) }))
        .sort((a, b) => compare(String(a.port), String(b.port))),
    ]),
  )
}

export function printListening(tables: ReadonlyMap<Table, readonly Listener[]>): string {
  if (tables.size === 0) return ''
  const text = [...tables].map(([table, sockets]) => `${table}:\n${sockets.map(printListener).join('')}`)
  return `${text.join('')}\n`
}

/** What `--json` prints of it. */
export function listeningJson(tables: ReadonlyMap<Table, readonly Listener[]>) {
  const sockets = [...tables.values()].flat()
  return {
    listening: sockets.map(({ protocol, address, everywhere, port, program, rules }) => ({
      protocol,
      family: address.family,
      address: everywhere ? 'any' : address.text,
      port,
      program: program ?? null,
      rules: rules.map(({ rule }) => printSentence(rule)),
    })),
  }
}

function printListener({ port, address, everywhere, program, rules }: Listener): string {
  const head = `  ${port} ${everywhere ? '*' : address.text} (${program === undefined ? '-' : printable(program)})\n`
  if (rules.length === 0) return head
  const lines = rules.map(
    ({ number, rule }) => `   [${String(number).padStart(2)}] ${printable(printSentence(rule))}\n`,
  )
  return `${head}${lines.join('')}\n`
}

/** Whether the rule may decide a packet to it. Where from is not asked. */
function concerns(
  rule: Rule,
  { address, everywhere, protocol, port }: Listening,
  host: readonly HostAddress[],
): boolean {
  if (rule.path !== 'in' || rule.family !== address.family) return false
  if (rule.protocol !== 'any' && rule.protocol !== protocol) return false
  if (!hasPort(rule.to, port)) return false
  if (rule.inInterface === undefined) return everywhere || isWithin(rule.to, address)
  const own = interfaceAddress(rule, host)
  if (!own || !isInterfaceWithin(rule.to, own)) return false
  return everywhere || interfaceOf(address, host) === rule.inInterface
}

function hasPort({ ports }: End, port: number): boolean {
  if (ports === 'any') return true
  return ports.split(',').some((part) => {
    const [first, last = first] = part.split(':').map(Number)
    return port >= first! && port <= last!
  })
}

function isWithin({ network, list, mask }: End, address: Network): boolean {
  // What a list holds is not looked into: it may decide.
  if (list !== undefined) return true
  if (network === undefined) return true
  if (mask === undefined) return contains(network, address)
  const [bits, ones] = [mask.bits, mask.mask].map(bitsOf4)
  return (address.bits & ones!) === bits
}

/** Only IPv6's interfaces are known, as in UFW; of several addresses the kernel's last counts. */
function interfaceAddress({ family, inInterface }: Rule, host: readonly HostAddress[]): HostAddress | undefined {
  return family === 4 ? undefined : host.findLast(({ name }) => name === inInterface)
}

/** A rule for one address counts only where the interface's network is that address, as in UFW. */
function isInterfaceWithin(end: End, { address, prefix }: HostAddress): boolean {
  const { network } = end
  if (network === undefined || end.list !== undefined) return true
  return isWithin(end, address) && (!isHost(network) || prefix === 128)
}

/** The first one that has its network, as in UFW. */
function interfaceOf(address: Network, host: readonly HostAddress[]): string | undefined {
  return host.find((own) => contains(widen(own.address, own.prefix), address))?.name
}

function bitsOf4(text: string): bigint {
  return text.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
