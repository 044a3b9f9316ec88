/** Names of options that mean something, to tell a misspelt one. Source: jail.conf(5). */
import { Fault } from '../base/fault.ts'
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
      if (JAIL_OPTIONS.includes(option) || mentioned.has(option) || VARIABLES.test(option)) continue
      const near = nearest(option)
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

const JAIL_OPTIONS: readonly string[] = [
  'enabled',
  'filter',
  'backend',
  'logpath',
  'logencoding',
  'logtimezone',
  'port',
  'protocol',
  'chain',
  'banaction',
  'banaction_allports',
  'action',
  'maxretry',
  'findtime',
  'bantime',
  'maxmatches',
  'usedns',
  'ignoreself',
  'ignoreip',
  'ignorecommand',
  'ignorecache',
  'skip_if_nologs',
  'systemd_if_nologs',
  'mode',
  'logtype',
  'failregex',
  'ignoreregex',
  'prefregex',
  'datepattern',
  'maxlines',
  'journalmatch',
  'bantime.increment',
  'bantime.factor',
  'bantime.formula',
  'bantime.multipliers',
  'bantime.maxtime',
  'bantime.rndtime',
  'bantime.overalljails',
  'destemail',
  'sender',
  'mta',
]

/** Every name that any value mentions: those are variables of the files' own. */
function mentions(layered: Layered): Set<string> {
  const names = new Set<string>()
  const values = [layered.defaults, ...[...layered.sections.values()].map(({ options }) => options)]
  for (const options of values) {
    for (const { text } of options.values()) {
      for (const [, name] of text.matchAll(/%\((?:[^()/]*\/)?([^()/]+)\)s/g)) names.add(name!.toLowerCase())
    }
  }
  return names
}

/** The known name that the fewest edits make of it; at most a third of its letters may be wrong. */
function nearest(name: string): string | undefined {
  if (name.length > 40) return undefined
  const scored = JAIL_OPTIONS.map((known) => ({ known, edits: distance(name, known) }))
  const best = scored.reduce((a, b) => (b.edits < a.edits ? b : a))
  return best.edits <= Math.max(1, Math.floor(name.length / 3)) ? best.known : undefined
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
