/** What a person should know when a configuration begins to hold: jails left out, settings that are not used. */
import { Fault } from '../../base/fault.ts'
import type { Discovery } from '../../config/discover.ts'
import { readsInstead } from '../../config/reads-instead.ts'
import type { Configuration, JailSettings } from '../../config/settings.ts'
import { RECIDIVE } from '../held-jail.ts'
import { misspeltIn } from '../sparing/ignoring.ts'
import type { Prepared } from './prepare.ts'

export function notes(prepared: Prepared): string[] {
  const { configuration, discovery, chosen } = prepared
  return [...(chosen ? leftOut(discovery) : named(configuration, discovery)), ...doubts(prepared)]
}

/** Those that say what is not as it should be. */
export function doubts({ configuration, discovery, faults, jails, unresolved, chosen }: Prepared): string[] {
  const said = [...faults, ...configuration.warnings, ...discovery.notes].map(noteOf)
  // Where it was this host that chose, nobody asked for other logs.
  const elsewhere = chosen ? [] : jails.flatMap((jail) => readsInstead(jail) ?? [])
  return [...said, ...elsewhere, ...harmless(jails), ...nowhere(unresolved), ...misspeltIn(jails)]
}

/** Their bans are told and kept, and count for the jail of repeat offenders. */
function harmless(jails: readonly JailSettings[]): string[] {
  const without = jails.filter(({ scope, actions }) => !scope && actions.length === 0)
  return without.map(({ name }) => `jail ${name} has no action that can run here: it bans nobody`)
}

/** Whom the admin spares by a name that has no address now is not spared: he must know. */
function nowhere(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`ignoreip: ${names.join(', ')} has no address now and is not spared`]
}

function leftOut({ left }: Discovery): string[] {
  const groups = new Map<string, string[]>()
  for (const [name, why] of left) groups.set(why, [...(groups.get(why) ?? []), name])
  return [...groups].map(([why, names]) => `${names.join(', ')}: left out, ${why}`)
}

/** What the admin's files leave unguarded may be meant so, or be the one jail that a package once switched on. */
function named({ jails }: Configuration, { found }: Discovery): string[] {
  const running = new Set(jails.map(({ name }) => name))
  const others = [...found.keys()].filter((name) => !running.has(name))
  if (others.length === 0) return []
  return [
    `the configuration in /etc enables jails, so exactly those run; there would be logs for ${others.join(', ')} too`,
  ]
}

/** Repeat offenders need another jail that bans them. */
export function runsNothing({ jails }: Prepared): boolean {
  return jails.every(({ name }) => name === RECIDIVE)
}

/** The fault of a configuration that leads to no jail at all. */
export function nothing({ faults, discovery: { left } }: Prepared): Fault {
  if (faults.length > 0) {
    // A line in [DEFAULT] is at fault in every jail: it is said once.
    const byPlace = new Map(faults.map((fault) => [`${fault.at?.file}:${fault.at?.line}`, fault]))
    const what = [...byPlace.values()].map(noteOf).join('; ')
    return new Fault('guard.nothing', `no jail can run: ${what}`, { hint: 'mend this, then start again' })
  }
  const why = [...left].map(([jail, reason]) => `${jail}: ${reason}`).join('; ')
  return new Fault('guard.nothing', `there is nothing to guard here (${why})`, {
    hint: 'install nginx or sshd, or enable a jail in /etc/rampart/jail.local',
  })
}

function noteOf({ at, message, hint }: Fault): string {
  const place = at ? `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ` : ''
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`
}
