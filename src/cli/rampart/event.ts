/** An event as one or two calm lines for a person. */
import { printDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import type { Difference } from '../../engine/difference.ts'
import type { Event } from '../../engine/event.ts'
import { type Colour, clockTime, failureCount, paint, quote, remaining, type Terminal, whyNot, wrap } from '../print.ts'

/** @param observe whether a ban is one that would have been */
export function printEvent(terminal: Terminal, event: Event, now: number, observe = false): string {
  const [word, colour, text, line] = words(event, observe)
  const clock = clockTime(event.time, now)
  const time = paint(terminal, 'dim', clock)
  const indent = clock.length + 2
  const width = observe ? WIDEST_OBSERVED : WIDEST
  const below =
    line === undefined ? '' : `${' '.repeat(indent)}${paint(terminal, 'dim', quote(terminal, line, indent))}\n`
  const said = wrap(terminal, printable(text), indent + width + 1)
  const shown = paint(terminal, colour, printable(word).padEnd(width))
  return `${time}  ${shown} ${said}\n${below}`
}

/** `restored`, and `would ban`. */
const WIDEST = 8
const WIDEST_OBSERVED = 9

const LIFTED = {
  ended: 'its time is over',
  manual: 'by hand',
  spared: 'it is never banned now',
  network: 'its network is banned now',
  room: 'there are so many bans that it had to make room',
} as const

/** Who made a ban that no filter made. */
const BY: Readonly<Record<string, string>> = { manual: 'by hand', peer: 'by a peer', import: 'imported' }

function words(
  event: Event,
  observe: boolean,
): [word: string, colour: Colour, text: string, line?: string | undefined] {
  switch (event.kind) {
    case 'ban': {
      const times = event.count > 1 ? `, ban number ${event.count}` : ''
      const reason = event.origin === 'filter' ? failureCount(event.failures) : BY[event.origin]
      const lasts = event.until === undefined ? 'for ever' : `for ${remaining(event.until, event.time)}`
      return [
        observe ? 'would ban' : 'ban',
        'red',
        `${event.address}  ${event.jail}  ${reason}, ${lasts}${times}`,
        event.line,
      ]
    }
    case 'unban':
      return ['unban', 'green', `${event.address}  ${event.jail}  ${LIFTED[event.why]}`]
    case 'ignored':
      return ['spared', 'yellow', `${event.address}  ${event.jail}  ${event.why}`]
    case 'log':
      return [
        event.state,
        event.state === 'reading' || event.state === 'ended' ? 'blue' : 'yellow',
        `${event.log}${event.why ? `: ${whyNot(event.log, event.why)}` : ''}`,
      ]
    case 'restored':
      return ['restored', 'blue', `${event.bans} ${event.bans === 1 ? 'ban' : 'bans'} from before`]
    case 'reload':
      return ['reload', 'blue', reloadWords(event)]
    case 'healed':
      return ['healed', 'yellow', event.what]
    case 'differs':
      return [
        'differs',
        'yellow',
        `${event.address}  only ${event.by === 'rampart' ? 'Rampart' : 'Fail2ban'} bans it (${event.jail})`,
      ]
    case 'fault':
      return ['fault', 'red', `${event.message}${event.hint ? ` (${event.hint})` : ''}`]
    case 'clock': {
      const which = event.movedMs > 0 ? 'forward' : 'back'
      const much = printDuration(Math.round(Math.abs(event.movedMs) / 1000))
      return ['clock', 'yellow', `set ${which} by ${much}: bans last as long as they were meant to`]
    }
    case 'start':
      return ['start', 'blue', `Rampart ${event.version}`]
    case 'stop':
      return ['stop', 'blue', 'the guard ends']
    default:
      return event satisfies never
  }
}

/** `new: a, b; gone: c; sshd with another maxretry, logs`. */
export function reloadWords({ added, removed, changed }: Difference): string {
  const words = [
    ...(added.length > 0 ? [`new: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(', ')}`] : []),
    ...changed.map(({ jail, what }) => `${jail} with another ${what.join(', ')}`),
  ]
  return words.length === 0 ? 'nothing is different' : words.join('; ')
}
