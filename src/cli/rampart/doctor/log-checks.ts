/** The logs that jails read, by what their last lines and their dates tell. Pure. */
import { contains, parseAddress, parseNetwork } from '../../../base/address.ts'
import { printDuration } from '../../../base/duration.ts'
import type { Check, Finding } from './finding.ts'
import type { Guarding } from './read-guarding.ts'
import type { LogFacts } from './read-log.ts'

/** What is asked of all logs. */
export function logChecks(guarding: Guarding): Check[] {
  const { logs } = guarding
  const title = (text: string, findings: readonly Finding[]): Check => ({ group: 'detection', title: text, findings })
  return [
    title('logs are files that can be read', logs.flatMap(unreadable)),
    title(
      'logs are written',
      logs.flatMap((log) => stale(guarding, log)),
    ),
    title(
      "logs' dates are right",
      logs.flatMap((log) => misdated(log, guarding)),
    ),
    title('logs name the clients, not a proxy', logs.flatMap(proxied)),
  ]
}

function unreadable({ path, jails, state }: LogFacts): Finding[] {
  if (state === 'read' || state === 'absent') return []
  const message = `${path} of ${named(jails)} ${state === 'no file' ? 'is no file' : 'cannot be read'}`
  return [{ code: 'detection.unreadable', severity: 'warning', message, mend: `ls -ld ${path}` }]
}

function named(jails: readonly string[]): string {
  return `${jails.length === 1 ? 'jail' : 'jails'} ${jails.join(', ')}`
}

const DAY_MS = 86_400_000
/** Syslog of a host that lives is written every hour. */
const STALE_MS = 2 * DAY_MS
const SYSTEM_LOGS = /^\/var\/log\/(auth\.log|secure|syslog|messages|kern\.log|mail\.log)$/

function stale(
  { now, programs, isSystemd, ownJails }: Guarding,
  { path, jails, state, modifiedMs }: LogFacts,
): Finding[] {
  if (state !== 'read' || !SYSTEM_LOGS.test(path) || now - modifiedMs < STALE_MS) return []
  const age = printDuration(Math.floor((now - modifiedMs) / 1000))
  const message = `${path} of ${named(jails)} was last written ${age} ago: is there a syslog daemon?`
  const isJournal = programs.journalctl && isSystemd
  const mend = isJournal ? `in [${jails[0]}] of ${ownJails}: backend = systemd` : 'apt-get install rsyslog'
  return [{ code: 'detection.stale-log', severity: 'warning', message, mend }]
}

const MINUTE_MS = 60_000
/** Between a line's date and its writing; a file that was copied or touched would look so once in forty times. */
const NEAR_MS = 20_000
/** Almost all zones differ by multiples of it. */
const STEP_MS = 30 * MINUTE_MS
const LARGEST_MS = 26 * 60 * MINUTE_MS

function misdated(
  { path, jails, state, lastDate, isZoned, modifiedMs, zone }: LogFacts,
  { now, ownJails }: Guarding,
): Finding[] {
  if (state !== 'read' || lastDate === undefined) return []
  // The last line was written when the file was.
  const off = lastDate - modifiedMs
  const steps = Math.round(off / STEP_MS)
  const isZone = steps !== 0 && !isZoned && Math.abs(off - steps * STEP_MS) <= NEAR_MS && Math.abs(off) <= LARGEST_MS
  if (isZone) {
    const way = off > 0 ? 'ahead of' : 'behind'
    const message = `the dates in ${path} (${named(jails)}) are ${printDuration((Math.abs(steps) * STEP_MS) / 1000)} ${way} the time at which they were written: they are of another time zone`
    const mend = `in [${jails[0]}] of ${ownJails}: logtimezone = ${zoneOf(modifiedMs, (steps * STEP_MS) / MINUTE_MS, zone)}`
    return [{ code: 'detection.time-zone', severity: 'warning', message, mend }]
  }
  if (lastDate - now < STEP_MS / 2) return []
  const message = `the last line of ${path} (${named(jails)}) is dated ${printDuration(Math.floor((lastDate - now) / 1000))} from now`
  return [
    {
      code: 'detection.future',
      severity: 'warning',
      message,
      mend: 'see which clock is wrong: date; tail -n1 of the log',
    },
  ]
}

/** The zone that the dates are really of: what they were taken for, and by how much they are off. */
function zoneOf(at: number, offBy: number, taken: string | undefined): string {
  const [, sign, hours = '0', minutes = '0'] = /^(?:UTC|GMT)?(?:([+-])(\d\d):?(\d\d)?)?$/i.exec(taken ?? '') ?? []
  const given = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  const before = taken === undefined ? -new Date(at).getTimezoneOffset() : given
  const offset = before + offBy
  const two = (value: number) => String(value).padStart(2, '0')
  return `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
}

/** So many lines are no chance. */
const ENOUGH = 100
/** Of private use, of this host, of carriers. Source: RFC 1918, 6598, 4193. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  '127.0.0.0/8',
  '::1/128',
].map((text) => parseNetwork(text)!)

/** That all have one address, the linter says. */
function proxied({ path, jails, clients }: LogFacts): Finding[] {
  if (clients.length < ENOUGH || new Set(clients).size === 1) return []
  const isPrivate = (word: string) => {
    const address = parseAddress(word)
    return (
      address !== undefined &&
      PRIVATE.some((network) => network.family === address.family && contains(network, address))
    )
  }
  const known = new Map([...new Set(clients)].map((word) => [word, isPrivate(word)]))
  const share = clients.filter((word) => known.get(word)).length / clients.length
  if (share < 0.95) return []
  const message = `the clients in ${path} (${named(jails)}) have private addresses: it may be a proxy that a ban shuts out`
  const mend = 'in nginx, for a proxy: set_real_ip_from ITS-ADDRESS; real_ip_header X-Forwarded-For;'
  return [{ code: 'detection.private-clients', severity: 'warning', message, mend }]
}
