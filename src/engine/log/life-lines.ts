/** How the guard lives, as lines of the log: started, reloaded, what is wrong, stopped. */
import type { Engine } from '../engine.ts'
import type { Event } from '../event.ts'
import type { GuardLog } from './guard-log.ts'

type Reloaded = Event & { readonly kind: 'reload' }

const SERVER = 'fail2ban.server'
const JAIL = 'fail2ban.jail'

export function tellBeginning(log: GuardLog): void {
  log.say(SERVER, 'INFO', '-'.repeat(50))
  log.say(SERVER, 'INFO', 'Starting Fail2ban v1.0.2')
}

/** The jails that Fail2ban would know. */
export function namesOf({ jails }: Pick<Engine, 'jails'>): readonly string[] {
  return jails.flatMap(({ name, settings }) => (settings ? [name] : []))
}

export function tellStarted(log: GuardLog, jails: readonly string[]): void {
  for (const jail of jails) log.say(JAIL, 'INFO', `Creating new jail '${jail}'`)
  for (const jail of jails) log.say(JAIL, 'INFO', `Jail '${jail}' started`)
}

export function tellRestarted(log: GuardLog, jails: readonly string[]): void {
  for (const what of ['stopped', 'started']) for (const jail of jails) log.say(JAIL, 'INFO', `Jail '${jail}' ${what}`)
}

export function tellStopping(log: GuardLog): void {
  log.say(SERVER, 'INFO', 'Shutdown in progress...')
  log.say(SERVER, 'INFO', 'Stopping all jails')
}

export function tellStopped(log: GuardLog, jails: readonly string[]): void {
  for (const jail of jails) log.say(JAIL, 'INFO', `Jail '${jail}' stopped`)
  log.say(SERVER, 'INFO', 'Exiting Fail2ban')
}

export function tellEvent(log: GuardLog, event: Event): void {
  switch (event.kind) {
    case 'reload':
      tellReload(log, event)
      break
    case 'fault':
      log.say(SERVER, 'ERROR', event.hint === undefined ? event.message : `${event.message}: ${event.hint}`)
      break
    case 'healed':
      log.say(SERVER, 'WARNING', event.what)
      break
    case 'log':
      if (event.state !== 'reading') log.say('fail2ban.filter', 'WARNING', `${event.log}: ${event.why ?? event.state}`)
      break
    case 'clock':
      log.say(SERVER, 'WARNING', `the wall clock was set by ${Math.round(event.movedMs / 1000)} s`)
      break
    default:
  }
}

/** What is set of a jail at run time is no reload. */
function tellReload(log: GuardLog, { added, removed, changed, atRunTime }: Reloaded): void {
  for (const jail of removed) log.say(JAIL, 'INFO', `Jail '${jail}' stopped`)
  tellStarted(log, added)
  if (atRunTime) return
  for (const { jail } of changed) log.say(SERVER, 'INFO', `Jail '${jail}' reloaded`)
  log.say(SERVER, 'INFO', 'Reload finished.')
}
