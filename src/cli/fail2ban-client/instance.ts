/** Which server is meant: where it answers and where its number stands, by the options or by fail2ban.conf. */
import { readValue } from '../../config/interpolate.ts'
import { readLayers } from '../../config/read-layers.ts'
import type { World } from '../../world/world.ts'
import type { Setting } from '../setting.ts'
import type { Options } from './options.ts'

export interface Instance {
  /** Of the configuration, later wins. */
  readonly folders: readonly string[]
  readonly socket: string
  readonly pidfile: string
}

/** What a command line is carried out with. */
export interface Client extends Instance {
  readonly setting: Setting
  readonly options: Options
  /** How long is waited for a server that starts. */
  readonly timeoutMs: number
}

export const SOCKET = '/var/run/fail2ban/fail2ban.sock'
const PIDFILE = '/var/run/fail2ban/fail2ban.pid'

/** A file that cannot be read leaves the defaults standing. */
export function instanceOf(world: World, folders: readonly string[], options: Options): Instance {
  const { socket, pidfile } = options
  if (socket !== undefined && pidfile !== undefined) return { folders, socket, pidfile }
  const read = reader(world, folders)
  return { folders, socket: socket ?? read('socket') ?? SOCKET, pidfile: pidfile ?? read('pidfile') ?? PIDFILE }
}

/** A folder that was named is all that counts; else the machine's, above what Rampart brings along. */
export function foldersOf(
  { world, stockFolder }: Pick<Setting, 'world' | 'stockFolder'>,
  folder: string | undefined,
): readonly string[] | undefined {
  if (folder === undefined) return [stockFolder, '/etc/fail2ban', '/etc/rampart']
  if (folder === '') return undefined
  const path = folder.replace(/\/+$/, '')
  try {
    return world.files.stat(path === '' ? '/' : path) ? [path] : undefined
  } catch {
    return undefined
  }
}

function reader(world: World, folders: readonly string[]): (option: string) => string | undefined {
  const layered = readLayers(world, folders, 'fail2ban')
  return (option) => {
    try {
      const text = layered && readValue({ layered }, 'Definition', option)?.text.trim()
      return text || undefined
    } catch {
      return undefined
    }
  }
}
