/** Real packets for the tests of rules: `packets.py` in namespaces. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Neighbour, neighbour, run } from '../../kernel/namespace.ts'
import { until } from '../../lab/lab.ts'

export interface Probe {
  /** `tcp`, `udp` or a protocol without ports. */
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly port?: number
  readonly sport?: number
  /** Seconds after the first one, where they go one by one. */
  readonly at?: number
}

/** Where programs run: in this namespace, or in a neighbour's. */
export type Place = Pick<Neighbour, 'enter'>
export const HERE: Place = { enter: [] }

/** What became of each probe: `accept`, `drop`, `reset`, `icmp-3/3`, or `unsent` where it could not even be sent. */
export async function probe(
  { enter }: Place,
  probes: readonly Probe[],
  how: 'at once' | 'one-by-one' = 'at once',
): Promise<string[]> {
  if (probes.length === 0) return []
  const child = start(enter, ['probe', how])
  child.stdin!.end(JSON.stringify(probes.map((one) => ({ sport: nextPort(one), ...one }))))
  return (JSON.parse(await text(child.stdout!)) as string[]).map((verdict) => verdict.replace(/^unsent.*/, 'unsent'))
}

/** No port comes again: the kernel would take a datagram for one of the connection that an earlier ruleset has let in. */
function nextPort({ kind }: Probe): number {
  if (kind !== 'tcp' && kind !== 'udp') return 0
  lastPort = lastPort < 60_000 ? lastPort + 1 : 10_000
  return lastPort
}
let lastPort = 10_000

/** A program of `packets.py` that has begun. */
export async function begin({ enter }: Place, ...words: readonly string[]): Promise<ChildProcess> {
  const child = start(enter, words)
  await once(child.stdout!, 'data')
  return child
}

function start(enter: readonly string[], words: readonly string[]): ChildProcess {
  const [program, ...rest] = [...enter, 'python3', join(import.meta.dirname, 'packets.py'), ...words]
  return spawn(program!, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** All that answers in the lab. */
export const PORTS: readonly number[] = [22, 23, 25, 53, 80, 443, 6000, 6003, 8080]

export const CLIENTS: readonly string[] = ['192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.253', '2001:db8:1::2']

/** This namespace is a router, with a client on one side and a server on the other. */
export interface PacketLab {
  readonly client: Neighbour
  close(): void
}

export async function openLab(): Promise<PacketLab> {
  const own = ['192.0.2.1/24', '2001:db8:1::1/64']
  const theirs = CLIENTS.map((address) => `${address}/${address.includes(':') ? 64 : 24}`)
  const client = await neighbour('c', own, theirs, ['192.0.2.1', '2001:db8:1::1'])
  const behind = ['198.51.100.2/24', '2001:db8:2::2/64']
  const gateways = ['198.51.100.1', '2001:db8:2::1']
  const server = await neighbour('s', ['198.51.100.1/24', '2001:db8:2::1/64'], behind, gateways)
  run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  for (const runIn of [run, client.run, server.run]) {
    runIn('sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0')
  }
  const servers = await Promise.all([HERE, client, server].map((place) => begin(place, 'serve', ...PORTS.map(String))))
  const way: Probe = { kind: 'tcp', from: '2001:db8:1::2', to: '2001:db8:2::2', port: 22 }
  // The addresses of the links may be tentative for a while.
  await until('a way to the server', async () => (await probe(client, [way]))[0] === 'accept')
  return {
    client,
    close() {
      for (const child of servers) child.kill('SIGKILL')
      client.end()
      server.end()
    },
  }
}

/**
 * `tcp 22`, `udp6 53 from ADDRESS sport 1000`: from the client to the host. `out tcp 22`: from the host to the client,
 * `forward6 gre`: from the client to the server.
 */
export function parseProbe(words: string): Probe & { readonly isOut: boolean } {
  const [, way = '', six = '', kind = '', kindSix = '', port, from, sport] =
    /^(?:(out|forward)(6?) )?(ipv6|[a-z]+)(6?)(?: (\d+))?(?: from (\S+))?(?: sport (\d+))?$/.exec(words)!
  const isOut = way === 'out'
  const [host, visitor, behind] =
    six === '6' || kindSix === '6'
      ? ['2001:db8:1::1', '2001:db8:1::2', '2001:db8:2::2']
      : ['192.0.2.1', '192.0.2.2', '198.51.100.2']
  return {
    kind,
    from: from ?? (isOut ? host : visitor),
    to: isOut ? visitor : way === 'forward' ? behind : host,
    isOut,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(sport === undefined ? {} : { sport: Number(sport) }),
  }
}

/** What becomes of each, those of the client and of the host at the same time. */
export async function verdicts(
  { client }: PacketLab,
  probes: readonly (Probe & { readonly isOut: boolean })[],
): Promise<string[]> {
  const from = async (place: Place, isOut: boolean) => {
    const chosen = [...probes.entries()].filter(([, one]) => one.isOut === isOut)
    const answers = await probe(
      place,
      chosen.map(([, one]) => one),
    )
    return chosen.map(([index], at) => [index, answers[at]!] as const)
  }
  const found = new Map((await Promise.all([from(client, false), from(HERE, true)])).flat())
  return [...probes.keys()].map((index) => found.get(index)!)
}
