/** A call of ufw: what was said, the machine that it was said to, and where the files stand. */
import type { UfwPaths } from '../../config/ufw/paths.ts'
import type { Setting } from '../setting.ts'
import type { Sentence } from './command.ts'

export interface Call {
  readonly setting: Setting
  readonly paths: UfwPaths
  readonly sentence: Sentence
  /** The command line, as the history tells what made a change. */
  readonly said: string
  /** Tells what reading the files has to warn of, once: whoever reads them first hands it on, before anything else is said. */
  readonly warn: (warnings: readonly string[]) => void
}
