/**
 * What may stand at one spot of a command line. A program's spots are a table that a shell walks along the words that are there
 * already; what it finds at the last of them it offers.
 */
export interface Spot {
  /** Without blanks; a program's first spot has the program's name. */
  readonly name: string
  readonly words: readonly Offered[]
  /** What stands here where none of the words does, one after another; the last again and again if `repeats`. */
  readonly values: readonly Value[]
  readonly repeats?: boolean
}

export interface Offered {
  readonly word: string
  readonly told?: string
  /** An option that a value follows. */
  readonly value?: Source
  /** The spot behind it; without one it stays here. */
  readonly into?: string
  /** It is known, but not offered: a short form beside the long one. */
  readonly quiet?: boolean
}

export interface Value {
  readonly source: Source
  readonly into?: string
}

/** Where values come from; nothing of all that: anything may stand there, and nothing is offered. */
export interface Source {
  readonly words?: readonly string[]
  /** For `rampart __complete`: what this host has, and its guard. */
  readonly asked?: readonly Asked[]
  /** Found by the shell itself. */
  readonly paths?: 'files' | 'folders'
}

export const ASKED = [
  'jails',
  'sections',
  'banned',
  'filters',
  'lists',
  'ends',
  'profiles',
  'services',
  'interfaces',
] as const
/** `jails` are those that run, `sections` those that the files have. */
export type Asked = (typeof ASKED)[number]
