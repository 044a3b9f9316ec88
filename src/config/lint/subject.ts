/** What the rules look at: a jail or a filter alone, with its logs, its places in the files, its expressions ready to be tried. */
import { Fault, type Place } from '../../base/fault.ts'
import type { FilterSettings } from '../../filter/filter-settings.ts'
import type { World } from '../../world/world.ts'
import type { Layered } from '../read-layers.ts'
import type { JailSettings } from '../settings.ts'
import type { Finding } from './finding.ts'
import type { LogView } from './log-view.ts'
import type { NginxWrites } from './nginx-writes.ts'
import type { Places, Written } from './places.ts'
import type { Tries } from './tries.ts'

export interface Subject {
  /** undefined: a filter alone. */
  readonly jail: JailSettings | undefined
  readonly filter: FilterSettings
  readonly places: Places
  readonly logs: readonly LogView[]
  readonly tries: Tries
  readonly host: Host
}

/** What is the same for all jails. */
export interface Host {
  readonly world: World
  readonly folders: readonly string[]
  readonly nginx: NginxWrites
  /** jail.conf with its layers. */
  readonly jails: Layered | undefined
  /** Whether log files may be read; at load they are not. */
  readonly reads: boolean
}

/** One rule, or a few of one kind. Pure but for files that it reads through the host's world. */
export type Rule = (subject: Subject) => readonly Finding[]

/** Where an option stands, else the jail, else the filter. */
export function placeOf({ jail, filter, places }: Subject, option: string): Place {
  return places.option(option)?.at ?? jail?.at ?? filter.at
}

/** Where an expression of the filter stands. */
export function placeOfExpression(
  subject: Subject,
  option: 'failregex' | 'ignoreregex' | 'prefregex',
  text: string,
): Place {
  return subject.places.expression(option, text) ?? placeOf(subject, option)
}

export function written({ places }: Subject, option: string): Written | undefined {
  return places.option(option)
}

/** The first line of the jail's logpath, as it was written. */
export function aboutLogpath(subject: Subject): Pick<Finding, 'jail' | 'at' | 'source'> {
  const option = written(subject, 'logpath')
  const [first = ''] = option?.text.split('\n') ?? []
  const text = `logpath = ${first}`
  return {
    jail: subject.jail?.name,
    at: placeOf(subject, 'logpath'),
    source: option && { text, from: 'logpath = '.length, to: text.length },
  }
}

/** `jail nginx-4xx`, or `filter nginx-4xx`. */
export function nameOf({ jail, filter }: Subject): string {
  return jail ? `jail ${jail.name}` : `filter ${filter.name}`
}

/** What `act` gives, or `fallback` where an expression takes too long or cannot be tried. */
export function orElse<T>(fallback: T, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    // A RangeError: an expression too deep for the stack.
    if (thrown instanceof Fault || thrown instanceof RangeError) return fallback
    throw thrown
  }
}
