/** A history of a few days, by the store's own writer: what the end-to-end test and the eye look at. */
import { parseNetwork } from '../../src/base/address.ts'
import type { Ban } from '../../src/jail/ban.ts'
import { openHistory } from '../../src/store/history.ts'
import type { World } from '../../src/world/world.ts'

const HOUR_MS = 3_600_000

/** `often`: how many bans each of the first addresses has. */
export interface Written {
  readonly addresses: readonly string[]
  readonly jails: readonly string[]
  readonly days: number
  readonly often?: readonly number[]
}

/** Ends an hour ago. @returns the bans that it wrote */
export async function writeHistory(world: World, folder: string, { addresses, jails, days, often = [] }: Written) {
  const end = world.clock.now() - HOUR_MS
  const history = await openHistory({ folder, clock: world.clock, files: world.files, pid: process.pid })
  const bans: Ban[] = addresses.flatMap((address, i) =>
    Array.from({ length: often[i] ?? 1 }, (_, again) => {
      const jail = jails[(i + (i >> 3)) % jails.length]!
      const from = Math.round(end - ((i * 7919 + again * 104_729) % 1000) * (days * 24 * HOUR_MS * 0.001))
      return ban(address, jail, from, i, again + 1)
    }),
  )
  for (let first = 0; first < bans.length; first += 5000) await history.save({ bans: bans.slice(first, first + 5000) })
  await history.close()
  return bans
}

function ban(address: string, jail: string, from: number, i: number, count: number): Ban {
  const path = PATHS[i % PATHS.length]!
  const agent = AGENTS[(i + (i >> 2)) % AGENTS.length]!
  const line = `${address} - - [23/Nov/2026:12:00:00 +0000] "GET ${path} HTTP/1.1" 404 153 "-" "${agent}"`
  return {
    ...{ jail, network: parseNetwork(address)!, from, until: undefined, failures: 5, count, origin: 'filter' },
    matches: jail === 'sshd' ? [`Failed password for root from ${address} port 40000 ssh2`] : [line],
  }
}

export const PATHS = ['/wp-login.php', '/.env', '/xmlrpc.php', '/"><script>alert(1)</script>', '/cgi-bin/luci|`id`']
const AGENTS = ['Mozilla/5.0 zgrab/0.x', 'curl/8.4.0', '<img src=x onerror=alert(1)>']
