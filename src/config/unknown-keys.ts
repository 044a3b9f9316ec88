/** What looks misspelt in fail2ban.conf and in the files of filters and actions. Variables of their own are left alone. */
import { Fault, type Place } from '../base/fault.ts'
import { ACTION_OPTIONS, FILTER_NAMES, JAIL_NAMES } from './known-options.ts'
import { nearest } from './nearest.ts'
import type { Layered } from './read-layers.ts'
import { mentions } from './unknown-options.ts'

export type Kind = 'filter' | 'action'

/** A warning `config.unknown-option` for each option that nothing reads and that is nearly one that means something. */
export function unknownKeys(layered: Layered, kind: Kind): Fault[] {
  const known = KNOWN[kind]
  const used = usedNames(layered)
  const options = ['Definition', 'Init'].flatMap((section) => [...(layered.sections.get(section)?.options ?? [])])
  return options.flatMap(([option, { at }]) => {
    const name = option.replace(/\?.*$/, '')
    if (known.includes(name) || used.has(name) || name.startsWith('_')) return []
    const near = nearest(name, known)
    return near === undefined ? [] : [unknown(`${option} is no option of ${article(kind)}`, near, at)]
  })
}

/** The same for what a jail gives an action in brackets. */
export function unknownActionParameters(layered: Layered, name: string, given: Iterable<string>, at: Place): Fault[] {
  const own = ['Definition', 'Init'].flatMap((section) => [...(layered.sections.get(section)?.options.keys() ?? [])])
  const known = [...new Set([...own, ...usedNames(layered), ...KNOWN.action])]
  return [...given].flatMap((parameter) => {
    const key = parameter.toLowerCase().replace(/\?.*$/, '')
    if (known.includes(key) || JAIL_NAMES.includes(key) || COMMON.has(key)) return []
    const near = nearest(key, known)
    return near === undefined ? [] : [unknown(`the action ${name} has no option ${parameter}`, near, at)]
  })
}

/** A warning `config.unknown-option` for each option of fail2ban.conf that nothing reads. */
export function unknownServerKeys(layered: Layered): Fault[] {
  const used = usedNames(layered)
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['Definition', SERVER_OPTIONS],
    ['Thread', ['stacksize']],
  ]
  return all.flatMap(([section, known]) =>
    [...(layered.sections.get(section)?.options ?? [])].flatMap(([option, { at }]) => {
      if (known.includes(option) || used.has(option)) return []
      return [unknown(`${option} in [${section}] is no option of fail2ban.conf`, nearest(option, known), at)]
    }),
  )
}

function unknown(message: string, near: string | undefined, at: Place): Fault {
  const hint = near === undefined ? 'nothing reads it' : `did you mean ${near}?`
  return new Fault('config.unknown-option', message, { at, hint })
}

function article(kind: Kind): string {
  return kind === 'action' ? 'an action' : 'a filter'
}

const KNOWN: Readonly<Record<Kind, readonly string[]>> = {
  filter: FILTER_NAMES,
  action: [...Object.keys(ACTION_OPTIONS), 'name', 'actname', 'timeout', 'families'],
}

/** What jails give any action, whether it asks for it or not. */
const COMMON: ReadonlySet<string> = new Set(['port', 'protocol', 'chain', 'dest', 'sender', 'sendername', 'logpath'])

/** Source: fail2ban.conf(5). */
const SERVER_OPTIONS: readonly string[] = [
  'loglevel',
  'logtarget',
  'syslogsocket',
  'socket',
  'pidfile',
  'allowipv6',
  'dbfile',
  'dbmaxmatches',
  // Rampart's own.
  'maxbans',
  'metrics',
  'dbpurgeage',
]

/** Named by `%(x)s` or by `<x>` anywhere in the files. */
function usedNames(layered: Layered): Set<string> {
  const names = mentions(layered)
  for (const { options } of [...layered.sections.values(), { options: layered.defaults }]) {
    for (const { text } of options.values()) {
      for (const [, tag] of text.matchAll(/<(?:[\w-]+\/)?([\w.-]+)>/g)) names.add(tag!.toLowerCase())
      // What is put together from pieces: <lt_<logtype>>.
      for (const [, piece] of text.matchAll(/<([\w.-]+)</g)) addBeginning(names, layered, piece!.toLowerCase())
    }
  }
  return names
}

function addBeginning(names: Set<string>, layered: Layered, piece: string): void {
  for (const { options } of layered.sections.values()) {
    for (const option of options.keys()) if (option.startsWith(piece)) names.add(option)
  }
}
