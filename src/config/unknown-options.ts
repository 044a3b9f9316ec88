/** Options of jails that mean nothing, which a misspelt one is. */
import { Fault } from '../base/fault.ts'
import { JAIL_NAMES } from './known-options.ts'
import { nearest } from './nearest.ts'
import type { Layered } from './read-layers.ts'

/**
 * A warning `config.unknown-option` for each option of a jail or of [DEFAULT] that is no option of a jail and that no
 * other value mentions as `%(name)s`.
 */
export function unknownOptions(layered: Layered, jails: readonly string[]): Fault[] {
  const sections: (readonly [string, ReadonlyMap<string, { readonly at: Fault['at'] }>])[] = [
    ['DEFAULT', layered.defaults],
    ...jails.map((name) => [name, layered.sections.get(name)?.options ?? new Map()] as const),
  ]
  const mentioned = mentions(layered)
  const warnings: Fault[] = []
  for (const [section, options] of sections) {
    for (const [option, { at }] of options) {
      if (JAIL_NAMES.includes(option) || mentioned.has(option) || VARIABLES.test(option)) continue
      const near = nearest(option, JAIL_NAMES)
      // Files keep variables of their own in [DEFAULT]: only what looks misspelt is worth a word there.
      if (section === 'DEFAULT' && !near) continue
      const hint = near ? `did you mean ${near}?` : 'nothing reads it'
      const message = `${option} in [${section}] is no option of a jail`
      warnings.push(new Fault('config.unknown-option', message, at ? { at, hint } : { hint }))
    }
  }
  return warnings
}

/** Names that stand for a text of the files' own: `action_mwl`, `_daemon`, `x?family=inet6`. */
const VARIABLES = /^(known\/|_|fail2ban_|action_|.*\?)/

/** Every name that any value mentions: those are variables of the files' own. */
export function mentions(layered: Layered): Set<string> {
  const names = new Set<string>()
  const values = [layered.defaults, ...[...layered.sections.values()].map(({ options }) => options)]
  for (const options of values) {
    for (const { text } of options.values()) {
      for (const [, name] of text.matchAll(/%\((?:[^()/]*\/)?([^()/]+)\)s/g)) names.add(name!.toLowerCase())
    }
  }
  return names
}
