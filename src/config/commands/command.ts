/** What Fail2ban's client tells its server of a configuration: `set JAIL maxretry 5` and its like, which `-d` prints. */
import type { Place } from '../../base/fault.ts'

/** undefined: Python's None. A map is a dict. */
export type Word = string | number | boolean | undefined | readonly Word[] | ReadonlyMap<string, Word>

export interface Command {
  readonly words: readonly Word[]
  /** Where what it says was written. */
  readonly at: Place
}
