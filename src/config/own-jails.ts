/**
 * Jails that Rampart's jail.conf has and Fail2ban's has not. Their numbers are made for their stock filters. Where an admin
 * wrote such a jail himself, with a filter of his own and a log, nothing of the stock's section counts: it means what it
 * means to Fail2ban.
 */
import type { World } from '../world/world.ts'
import type { IniSection, IniValue } from './ini.ts'
import { strip } from './ini.ts'

/** Beside Fail2ban 1.0.2's. */
export const OWN_JAILS: readonly string[] = [
  'authelia',
  'caddy',
  'forgejo',
  'gitea',
  'home-assistant',
  'jellyfin',
  'nextcloud',
  'nginx-4xx',
  'nginx-forbidden',
  'nginx-json',
  'nginx-sslerror',
  'openhab',
  'openvpn',
  'postgresql',
  'proxmox',
  'ufw',
  'vaultwarden',
  'wordpress',
  'wordpress-login',
]

/**
 * The admin's part of such a section; undefined where all of it counts.
 * @param folders the first is the stock one
 * @param jailConf the jail.conf that was chosen
 */
export function adminsAlone(
  world: World,
  folders: readonly string[],
  jailConf: string,
  [name, { options }]: readonly [string, IniSection],
): IniSection | undefined {
  const [stock = '', ...others] = folders
  if (others.length === 0 || !OWN_JAILS.includes(name)) return undefined
  const own = new Map([...options].filter(([, { at }]) => at.file !== jailConf))
  const [first] = own.values()
  if (!first || own.size === options.size || !namesLog(own)) return undefined
  if (!isSame(world, jailConf, `${stock}/jail.conf`)) return undefined
  const filter = strip(own.get('filter')?.text ?? name)
    .replace(/\[.*/s, '')
    .replace('%(__name__)s', name)
  const path = `filter.d/${filter}.conf`
  const folder = others.findLast((one) => isThere(world, `${one}/${path}`))
  if (folder === undefined || isSame(world, `${folder}/${path}`, `${stock}/${path}`)) return undefined
  return { at: first.at, options: own }
}

function namesLog(own: ReadonlyMap<string, IniValue>): boolean {
  return own.has('logpath') || /^systemd\b/.test(own.get('backend')?.text.trim() ?? '')
}

/** A package puts the stock files where admins look for them. */
function isSame({ files }: World, path: string, stock: string): boolean {
  if (path === stock) return true
  try {
    return files.text(path) === files.text(stock)
  } catch {
    return false
  }
}

function isThere({ files }: World, path: string): boolean {
  try {
    return files.stat(path)?.kind === 'file'
  } catch {
    return true
  }
}
