/** What a filter is told: plain data, safe as JSON, since it goes to the process that matches. */
import type { Place } from '../base/fault.ts'

/**
 * A filter with every static substitution done: `%(x)s` and the `<tags>` of its Definition, Init and parameters. The tags
 * of the expressions themselves (`<HOST>`, `<F-USER>` ...) and tags that nobody defines still stand in them.
 */
export interface FilterSettings {
  /** The file's name without `.conf`; what a status line shows. */
  readonly name: string
  /** In order, each in Python's syntax; tried until one matches. */
  readonly failregex: readonly string[]
  readonly ignoreregex: readonly string[]
  readonly prefregex: string | undefined
  /** As the file says after `%%` became `%`; several patterns stand on lines of their own. undefined: the default ones. */
  readonly datepattern: string | undefined
  /** Lines that one expression may span; 1 unless the filter says otherwise. */
  readonly maxlines: number
  /** One `_FIELD=value [+ ...]` expression each; none: the whole journal. */
  readonly journalmatch: readonly string[]
  /** `no`: `<HOST>` takes no host name; `raw`: what was found is the id as it stands. */
  readonly usedns: Usedns
  /** `auto` (UTF-8) or an encoding's name as Fail2ban takes it. */
  readonly logencoding: string
  /** The zone of stamps that name none (`UTC+0200`, `CET` ...); undefined: the machine's. */
  readonly logtimezone: string | undefined
  /** The filter's variants, for those who show them; what they change is already in the expressions. */
  readonly mode: string | undefined
  /** How the lines begin: `file`, `short`, `journal` or `rfc5424`. */
  readonly logtype: string
  /** The filter's own file. */
  readonly at: Place
  /** Where its expressions stand, the jail's own if it has some; `at` if undefined. */
  readonly places?: Readonly<Partial<Record<'failregex' | 'ignoreregex' | 'prefregex', Place>>>
}

export type Usedns = 'yes' | 'warn' | 'no' | 'raw'

/** A filter of nothing but expressions: all else is as where a file does not say it. */
export function plainFilter(name: string, failregex: readonly string[]): FilterSettings {
  return {
    name,
    failregex,
    ignoreregex: [],
    prefregex: undefined,
    datepattern: undefined,
    maxlines: 1,
    journalmatch: [],
    usedns: 'warn',
    logencoding: 'auto',
    logtimezone: undefined,
    mode: undefined,
    logtype: 'file',
    at: { file: name },
  }
}
