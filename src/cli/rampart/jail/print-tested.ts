/** What `rampart jail test` says. */
import { printDuration } from '../../../base/duration.ts'
import { printable } from '../../../base/printable.ts'
import {
  addressCount,
  type Cell,
  clockTime,
  failureCount,
  paint,
  plural,
  quote,
  type Terminal,
  table,
  thousands,
  wrap,
} from '../../print.ts'
import type { Offender } from './replay.ts'
import type { Tested } from './try-jail.ts'

/** Whoever wants to see more says so. */
const SHOWN = 20

export function printTested(
  terminal: Terminal,
  tested: Tested,
  { all, now }: { readonly all: boolean; readonly now: number },
): string {
  const { jail, maxretry, findtime, bantime, addresses, bans } = tested
  const shown = all ? addresses : addresses.slice(0, SHOWN)
  const rest = addresses.length - shown.length
  const lasts = bantime < 0 ? 'for ever' : `for ${printDuration(bantime)}`
  const rule = `bans ${lasts} after ${failureCount(maxretry)} in ${printDuration(findtime)}`
  const parts = [
    `${paint(terminal, 'bold', printable(jail))} ${rule}\n`,
    ...tested.logs.map(({ log, lines, matched, ignored, failures }) => {
      const words = `${plural(lines, 'line')}, ${thousands(matched)} matched, ${thousands(ignored)} ignored, ${failureCount(failures)}`
      return `  ${wrap(terminal, `${printable(log)}: ${words}`, 4)}\n`
    }),
    ...[...tested.notes, ...nameless(tested)].map(
      (note) => `  ${paint(terminal, 'yellow', wrap(terminal, note, 2))}\n`,
    ),
    ...(shown.length === 0 ? [] : [`\n${table(terminal, [HEAD, ...shown.map((one) => row(one, now))])}`]),
    ...(rest > 0 ? [`and ${addressCount(rest)} more (--all)\n`] : []),
    `\n${verdict(terminal, tested)}\n`,
    ...(bans.length > 0 ? lastBans(terminal, tested, now) : []),
  ]
  return parts.join('')
}

const HEAD: readonly Cell[] = ['address', 'failures', 'bans', 'first', 'last'].map((text, index) => ({
  text,
  colour: 'dim',
  right: index === 1 || index === 2,
}))

function row({ address, failures, first, last, bans, spared }: Offender, now: number): readonly (string | Cell)[] {
  const colour = bans > 0 ? ({ colour: 'red' } as const) : {}
  return [
    { text: address, ...colour },
    { text: String(failures), right: true },
    { text: String(bans), right: true },
    clockTime(first, now),
    clockTime(last, now),
    ...(spared === null ? [] : [{ text: `never banned: ${spared}`, colour: 'yellow' as const }]),
  ]
}

function nameless({ nameless: count }: Tested): readonly string[] {
  return count === 0 ? [] : [`${failureCount(count)} of what is no address: nobody would be banned for them`]
}

function verdict(terminal: Terminal, { addresses, bans }: Tested): string {
  if (addresses.length === 0) return 'nobody failed'
  const banned = new Set(bans.map(({ address }) => address)).size
  const of = `of ${thousands(addresses.length)} that failed`
  const words = `${thousands(banned)} would have been banned, ${of}${bans.length > banned ? `, in ${plural(bans.length, 'ban')}` : ''}`
  return paint(terminal, banned > 0 ? 'bold' : 'green', words)
}

const EXAMPLES = 3

/** With the line that was one too many: what is wrong with a filter shows there. */
function lastBans(terminal: Terminal, { bans }: Tested, now: number): readonly string[] {
  return bans.slice(-EXAMPLES).map(({ address, at, failures, line }) => {
    const head = `  ${paint(terminal, 'red', address)}  ${clockTime(at, now)}, ${failureCount(failures)}\n`
    return `${head}    ${paint(terminal, 'dim', quote(terminal, line, 4))}\n`
  })
}
