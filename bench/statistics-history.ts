/** A history of a size, made by the guard's own writer: what the statistics are measured and tested on. */
import { networkOf } from '../src/base/address.ts'
import type { Ban } from '../src/jail/ban.ts'
import type { TraitCount } from '../src/store/deed.ts'
import { openHistory } from '../src/store/history.ts'
import type { World } from '../src/world/world.ts'

export interface HistorySize {
  readonly addresses: number
  readonly bans: number
  /** Rows: an address in an hour of a jail. */
  readonly failures: number
  readonly days: number
  /** Of an hour of a jail. */
  readonly requests: number
  /** How many of the bans are in force. */
  readonly active: number
}

const JAILS = [
  'sshd',
  'nginx-4xx',
  'nginx-botsearch',
  'nginx-http-auth',
  'nginx-bad-request',
  'recidive',
  'php-url-fopen',
]
const HOUR_MS = 3_600_000
const BATCH = 5000

export async function makeHistory(world: World, folder: string, size: HistorySize): Promise<void> {
  const now = world.clock.now()
  const history = await openHistory({ folder, clock: world.clock, files: world.files, pid: 1, maxBytes: 2 ** 40 })
  const spanMs = size.days * 24 * HOUR_MS
  const web = { protocol: 'tcp', ports: [80, 443].map((port) => ({ from: port, to: port })), verdict: 'drop' } as const
  await history.save({ blocks: JAILS.map((jail) => ({ jail, scope: web, sentence: undefined, actions: [] })) })
  for (let first = 0; first < size.bans; first += BATCH) {
    const bans = range(first, size.bans).map((i) => ban(size, i, now - spanMs, spanMs))
    await history.save({ bans })
  }
  for (let first = 0; first < size.failures; first += BATCH) {
    const failures = range(first, size.failures).map((i) => ({
      jail: JAILS[i % 7]!,
      network: addressOf(mix(i) % size.addresses),
      // As they come: the hours one after the other.
      time: now - spanMs + (i / size.failures) * spanMs,
      count: 1 + (mix(i + 7) % 9),
    }))
    await history.save({ failures })
  }
  for (let hour = 0; hour < size.days * 24; hour++)
    await history.save({ traits: requests(size, now - spanMs + hour * HOUR_MS) })
  await history.close()
}

/** What an hour's failures asked for. */
function requests({ requests }: HistorySize, time: number): TraitCount[] {
  return JAILS.flatMap((jail) =>
    Array.from({ length: requests }, (_, i) => [
      {
        jail,
        time,
        trait: 'path' as const,
        value: `/${PATHS[i % PATHS.length]}/${mix(time / HOUR_MS + i) % 10_000}`,
        count: 1,
      },
      { jail, time, trait: 'agent' as const, value: AGENTS[i % AGENTS.length]!, count: 1 },
    ]).flat(),
  )
}

function range(first: number, all: number): number[] {
  return Array.from({ length: Math.min(BATCH, all - first) }, (_, i) => first + i)
}

function ban(size: HistorySize, i: number, begin: number, spanMs: number): Ban {
  const network = addressOf(i < size.addresses ? i : mix(i) % size.addresses)
  const from = Math.floor(begin + (i / size.bans) * spanMs)
  return {
    jail: JAILS[mix(i + 3) % 7]!,
    network,
    from,
    until: i >= size.bans - size.active ? undefined : from + 600_000,
    failures: 3,
    count: 1,
    origin: 'filter',
    matches: [
      `${network.text} - - [01/Jun/2026:10:00:00 +0000] "GET /${PATHS[mix(i) % PATHS.length]} HTTP/1.1" 404 153 "-" "${AGENTS[mix(i + 5) % AGENTS.length]}"`,
    ],
  }
}

const PATHS = ['wp-login.php', '.env', '.git/config', 'admin.php', 'cgi-bin/luci', 'phpmyadmin/index.php', 'xmlrpc.php']
const AGENTS = [
  'Mozilla/5.0 zgrab/0.x',
  'curl/8.5.0',
  'python-requests/2.31',
  '-',
  'Mozilla/5.0 (compatible; CensysInspect/1.1)',
]

/** Spread over the public unicast space; the same for the same number. */
export function addressOf(number: number) {
  const bits = 0x01000000 + (mix(number * 2 + 1) % 0xdeffffff)
  return networkOf(4, BigInt(bits), 32)
}

/** Numbers without order, the same each time. Source: the finaliser of MurmurHash3 (public domain). */
function mix(number: number): number {
  let h = number >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
