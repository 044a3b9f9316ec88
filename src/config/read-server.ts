/** fail2ban.conf: what the daemon itself is told. */
import { parseDuration, type Seconds } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import { MAX_BANS } from '../jail/bounds.ts'
import type { World } from '../world/world.ts'
import { type Reader, readValue } from './interpolate.ts'
import { listenAt } from './listen-at.ts'
import { placed } from './placed.ts'
import { type Layered, readLayers } from './read-layers.ts'
import type { ServerSettings } from './settings.ts'
import { unknownServerKeys } from './unknown-keys.ts'

export interface ReadServer {
  readonly server: ServerSettings
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** A value that cannot be read is a fault and leaves its default standing. Source of the defaults: fail2ban.conf(5), and what the client sends without it. */
export function readServer(world: World, folders: readonly string[]): ReadServer {
  const layered = readLayers(world, folders, 'fail2ban')
  if (!layered) return { server: DEFAULTS, faults: [], warnings: [] }
  const reader: Reader = { layered }
  const faults = layered.faults.map(({ fault }) => fault)
  const read = <T>(option: string, parse: (text: string) => T, fallback: T): T => {
    try {
      const value = readValue(reader, 'Definition', option)
      return value === undefined ? fallback : parse(value.text.trim())
    } catch (thrown) {
      faults.push(placed(thrown, 'fail2ban.conf', layered.sections.get('Definition')?.options.get(option)?.at))
      return fallback
    }
  }
  const text = (option: 'loglevel' | 'logtarget' | 'syslogsocket' | 'socket' | 'pidfile' | 'allowipv6' | 'dbfile') =>
    read(option, String, DEFAULTS[option])
  const has = (option: string) => layered.sections.get('Definition')?.options.has(option) === true
  const dbpurgeage = read('dbpurgeage', parseDuration, DEFAULTS.dbpurgeage)
  const server: ServerSettings = {
    loglevel: text('loglevel'),
    logtarget: text('logtarget'),
    chosenLogtarget: has('logtarget') ? text('logtarget') : undefined,
    syslogsocket: text('syslogsocket'),
    socket: text('socket'),
    pidfile: text('pidfile'),
    allowipv6: text('allowipv6'),
    dbfile: text('dbfile'),
    dbpurgeage,
    chosenPurgeage: isChosen(layered, dbpurgeage) ? dbpurgeage : undefined,
    dbmaxmatches: read('dbmaxmatches', count('dbmaxmatches'), DEFAULTS.dbmaxmatches),
    maxbans: read('maxbans', someBans, DEFAULTS.maxbans),
    metrics: read('metrics', listenAt, DEFAULTS.metrics),
  }
  return { server, faults, warnings: [...layered.warnings, ...unknownServerKeys(layered)] }
}

/** Where Fail2ban's client looks unless it is told otherwise. */
export const FAIL2BAN_SOCKET = '/var/run/fail2ban/fail2ban.sock'

const DEFAULTS: ServerSettings = {
  loglevel: 'INFO',
  logtarget: '/var/log/fail2ban.log',
  chosenLogtarget: undefined,
  syslogsocket: 'auto',
  socket: FAIL2BAN_SOCKET,
  pidfile: '/var/run/fail2ban/fail2ban.pid',
  allowipv6: 'auto',
  dbfile: '/var/lib/fail2ban/fail2ban.sqlite3',
  dbpurgeage: 86400,
  chosenPurgeage: undefined,
  dbmaxmatches: 10,
  maxbans: MAX_BANS,
  metrics: undefined,
}

/** The packages' fail2ban.conf says a day, and no admin may have meant it. */
function isChosen({ sections }: Layered, purgeage: Seconds): boolean {
  const at = sections.get('Definition')?.options.get('dbpurgeage')?.at
  return at !== undefined && (purgeage !== DEFAULTS.dbpurgeage || !at.file.endsWith('/fail2ban.conf'))
}

function count(option: string): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text)) return Number(text)
    throw new Fault('config.bad-number', `${option} = ${text} is not a whole number`, {
      hint: 'write 10, for example',
    })
  }
}

function someBans(text: string): number {
  const most = count('maxbans')(text)
  if (most >= 1 && most <= MAX_BANS) return most
  throw new Fault('config.bad-number', `maxbans = ${text} is not a number from 1 to ${MAX_BANS}`, {
    hint: `leave it out for ${MAX_BANS}`,
  })
}
