/**
 * A jail as Fail2ban would tell of it: the words that its client would have sent of the files, and what was set since. What
 * a jail does stands in its settings; this is what `get` answers.
 */
import type { LogSettings } from '../../../config/settings.ts'
import type { Usedns } from '../../../filter/filter-settings.ts'
import type { Value } from '../value.ts'

export interface JailModel {
  readonly name: string
  readonly backend: string
  /** `findtime`, `maxretry`, `bantime.factor` ...: as they are answered. */
  readonly values: ReadonlyMap<string, Value>
  readonly usedns: Usedns
  readonly failregex: readonly ShownExpression[]
  readonly ignoreregex: readonly ShownExpression[]
  readonly ignoreip: readonly string[]
  /** Paths of files that were there. */
  readonly logs: readonly string[]
  /** Its journal expressions, a list of words each; none where files are read. */
  readonly journalmatch: readonly (readonly string[])[]
  readonly actions: readonly ActionModel[]
  /** While it is idle: what it would read. */
  readonly idle: { readonly logs: readonly LogSettings[]; readonly backend: string } | undefined
}

export interface ShownExpression {
  /** As it was given. */
  readonly python: string
  /** Its tags expanded. */
  readonly shown: string
}

export interface ActionModel {
  readonly name: string
  readonly properties: ReadonlyMap<string, Value>
}

/** A jail of which nothing was told. Source: what Fail2ban answers of one. */
export function newJail(name: string, backend: string): JailModel {
  return {
    name,
    backend,
    values: new Map(DEFAULTS),
    usedns: 'warn',
    failregex: [],
    ignoreregex: [],
    ignoreip: [],
    logs: [],
    journalmatch: [],
    actions: [],
    idle: undefined,
  }
}

const DEFAULTS: readonly (readonly [string, Value])[] = [
  ['findtime', 600],
  ['bantime', 600],
  ['maxretry', 3],
  ['maxmatches', 5],
  ['maxlines', 1],
  ['usedns', 'warn'],
  ['ignoreself', true],
  ['ignorecommand', false],
  ['ignorecache', undefined],
  ['logtimezone', undefined],
  ['logencoding', 'UTF-8'],
  ['prefregex', ''],
  ['datepattern', { tuple: [undefined, 'Default Detectors'] }],
]

export function isJournal({ backend }: Pick<JailModel, 'backend'>): boolean {
  return backend.startsWith('systemd')
}
