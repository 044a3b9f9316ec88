/** What one server has on this host and shares with no other: by the socket that it answers on. */
import type { Client } from '../fail2ban-client/instance.ts'
import { SOCKET } from '../fail2ban-client/instance.ts'

export interface Places {
  /** undefined: the one of this host, which `rampart` asks as well. */
  readonly instance: string | undefined
  /** Where history is kept. */
  readonly state: string
  /** Where it answers `rampart --socket`. */
  readonly control: string
}

export function placesOf({ socket, setting: { world } }: Pick<Client, 'socket' | 'setting'>): Places {
  if (plain(socket) === plain(SOCKET)) {
    return { instance: undefined, state: '/var/lib/rampart', control: '/run/rampart/rampart.sock' }
  }
  // A table of the kernel has its name in it: letters and digits alone.
  const instance = world.digest.sha1(new TextEncoder().encode(plain(socket))).slice(0, 12)
  return { instance, state: `/var/lib/rampart/${instance}`, control: `/run/rampart/${instance}/rampart.sock` }
}

/** /var/run is a link to /run wherever there is both. */
function plain(path: string): string {
  return path.replace(/\/+/g, '/').replace(/^\/var\/run\//, '/run/')
}
