/** What a sentence of ufw asks for: a value that has been checked as far as the words alone allow. */
import type { Fault } from '../../base/fault.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { LogLevel } from '../../firewall/rules/ruleset.ts'
import type { Become } from './become.ts'

export interface Sentence {
  readonly command: Command
  readonly dryRun: boolean
  readonly force: boolean
  /** Ours: `status` and `show` for programs. */
  readonly json: boolean
  /** Ours: what is changed is undone after so many seconds unless `ufw confirm` comes. */
  readonly rollback: number | undefined
}

export type Command =
  | { readonly kind: 'enable' | 'disable' | 'reload' | 'reset' | 'help' | 'version' | 'confirm' }
  | { readonly kind: 'default'; readonly path: Rule['path']; readonly policy: 'allow' | 'deny' | 'reject' }
  | { readonly kind: 'logging'; readonly level: LogLevel | 'on' }
  | { readonly kind: 'status'; readonly form: 'plain' | 'verbose' | 'numbered' }
  | { readonly kind: 'show'; readonly what: Shown }
  | {
      readonly kind: 'rule'
      readonly place: Place
      readonly rules: readonly Rule[]
      readonly warnings: readonly string[]
      /** Why there cannot be such rules; told where the place to insert them is good. */
      readonly unfit: Fault | undefined
    }
  | { readonly kind: 'delete'; readonly rules: readonly Rule[]; readonly warnings: readonly string[] }
  | { readonly kind: 'delete-number'; readonly number: number }
  | { readonly kind: 'app-list' }
  | { readonly kind: 'app-info'; readonly name: string }
  | { readonly kind: 'app-default'; readonly policy: 'allow' | 'deny' | 'reject' | 'skip' }
  | { readonly kind: 'app-update'; readonly name: string; readonly addNew: boolean }
  | Become

/** `insert`: counted from 1, over IPv4's rules, then IPv6's. */
export type Place = 'append' | 'prepend' | { readonly insert: number }

export type Shown =
  | 'raw'
  | 'builtins'
  | 'before-rules'
  | 'user-rules'
  | 'after-rules'
  | 'logging-rules'
  | 'listening'
  | 'added'
