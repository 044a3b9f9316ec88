/** What an action is told: plain data, made by config/ from action.d and the jail's parameters. */

import type { Seconds } from '../base/duration.ts'
import type { Place } from '../base/fault.ts'

export interface ActionSettings {
  /** `actname`: its name within the jail. */
  readonly name: string
  /** The file's name in action.d, without its ending. */
  readonly action: string
  /**
   * `actionstart`, `actionban` ... as scripts, one set for each family, every static tag substituted. Tags that are known
   * at the ban only (`<ip>`, `<matches>`, `<F-USER>` ...) still stand in them: their values are hostile and must reach the
   * script as environment, never as text.
   */
  readonly commands: Readonly<Record<'inet4' | 'inet6', Readonly<Record<string, string>>>>
  /** What the jail gave in `[key=value]`, and the options of [Init], as given; `name` is the jail unless it was given. */
  readonly properties: Readonly<Record<string, string>>
  /** After which a command is killed; 60 unless the file says. */
  readonly timeout: Seconds
  /** Whether restored bans skip it. */
  readonly norestored: boolean
  /** Whether `actionstart` waits for the first ban of a family. */
  readonly startOnDemand: boolean
  /** Whether some value is another for IPv6, so that each family has its own `actionstart`. */
  readonly isPerFamily: boolean
  /** Whether what was repaired is tried again for an `actionunban` too. */
  readonly repairOnUnban: boolean
  readonly at: Place
}
