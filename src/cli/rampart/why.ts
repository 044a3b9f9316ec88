/** `rampart why ADDRESS`: all that the guard knows of one address. */
import { printable } from '../../base/printable.ts'
import { ask } from '../../control/client.ts'
import type { Why } from '../../engine/status.ts'
import {
  addressCount,
  type Colour,
  clockTime,
  failureCount,
  paint,
  printJson,
  quote,
  remaining,
  type Terminal,
  thousands,
  wrap,
} from '../print.ts'
import type { Setting } from '../setting.ts'

export async function why(
  setting: Setting,
  address: string,
  options: { readonly socket: string; readonly json?: boolean },
): Promise<number> {
  const { terminal, world } = setting
  const reply = await ask(options.socket, { verb: 'why', address })
  terminal.out(options.json ? printJson(reply) : printWhy(terminal, reply, world.clock.now()))
  return 0
}

function printWhy(terminal: Terminal, why: Why, now: number): string {
  const parts: string[] = []
  const say = (text: string, word = '', colour: Colour = 'red') => {
    const said = wrap(terminal, text, 2)
    parts.push(`${word === '' ? said : said.replace(word, () => paint(terminal, colour, word))}\n`)
  }
  const matches = (lines: readonly string[]) => {
    for (const line of lines) parts.push(`    ${paint(terminal, 'dim', quote(terminal, line, 4))}\n`)
  }
  for (const ban of why.bans) {
    const times = ban.count > 1 ? `, ban number ${ban.count}` : ''
    const network = ban.address === why.address ? '' : ` as part of ${ban.address}`
    const by = ban.jail === ban.origin ? '' : ` by ${printable(ban.jail)}`
    const reason =
      ban.origin === 'filter' ? `after ${failureCount(ban.failures)}` : (BY[ban.origin] ?? `by ${ban.origin}`)
    const end =
      ban.until === undefined ? 'for ever' : `until ${clockTime(ban.until, now)} (${remaining(ban.until, now)} left)`
    const state = ban.pending ? 'is about to be banned' : 'is banned'
    const text = `${why.address} ${state}${network}${by} ${reason}, since ${clockTime(ban.from, now)}, ${end}${times}`
    say(text, state, ban.pending ? 'yellow' : 'red')
    matches(ban.matches)
  }
  for (const { set, expiresSeconds } of why.kernel) {
    const end = expiresSeconds === undefined ? 'without end' : `expires in ${Math.round(expiresSeconds)} s`
    say(`  kernel: inet rampart_bans, set ${set}, ${end}`)
  }
  for (const { jail, count, of, last, matches: lines } of why.counting) {
    say(`${printable(jail)} has counted ${count} of ${failureCount(of)}, the last at ${clockTime(last, now)}`)
    matches(lines)
  }
  for (const { jail, network, addresses, ofAddresses, count, of } of why.crowds) {
    const so = `${failureCount(count)} of ${addressCount(addresses)}`
    say(`${printable(jail)} has counted ${so} of ${network}, which is banned after ${of} of ${ofAddresses}`)
  }
  for (const { jail, from, until, failures, origin, endedBy } of why.earlier) {
    const end = until === undefined ? '' : ` to ${clockTime(until, now)}`
    const words = [failures > 0 ? failureCount(failures) : (BY[origin] ?? origin), ...(ENDED[endedBy] ?? [])]
    say(`earlier: ${printable(jail)} from ${clockTime(from, now)}${end}, ${words.join(', ')}`)
  }
  for (const line of overTime(why.failures, now)) say(line)
  if (why.spared !== undefined) say(`${why.address} is never banned: ${printable(why.spared)}`)
  if (parts.length === 0) say(`${why.address} is not banned, and no jail has counted a failure of it`)
  return parts.join('')
}

/** Who made a ban that no filter made. */
const BY: Readonly<Record<string, string>> = { manual: 'by hand', peer: 'by a peer', import: 'imported' }

/** What ended a ban before its time. */
const ENDED: Readonly<Record<string, readonly string[]>> = {
  manual: ['lifted by hand'],
  spared: ['lifted, for it is never banned'],
  network: ['for its network was banned'],
  room: ['to make room for others'],
}

/** Hours of one jail that are told, newest first. */
const HOURS = 6

/** Failures of each jail by the hour. */
function overTime(failures: Why['failures'], now: number): readonly string[] {
  return [...new Set(failures.map(({ jail }) => jail))].map((name) => {
    const hours = failures.filter(({ jail }) => jail === name)
    const shown = hours.slice(0, HOURS).map(({ hour, count }) => `${hourOf(hour, now)} ${thousands(count)}`)
    const sum = hours.reduce((before, { count }) => before + count, 0)
    const rest = hours.length > HOURS ? `; in all ${thousands(sum)} since ${hourOf(hours.at(-1)!.hour, now)}` : ''
    return `failures by the hour: ${printable(name)} ${shown.join(', ')}${rest}`
  })
}

/** `09:00`, or with its date. */
function hourOf(hour: number, now: number): string {
  return clockTime(hour, now).replace(/:\d\d$/, '')
}
