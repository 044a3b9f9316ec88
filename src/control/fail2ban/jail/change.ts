/** What a word of `set JAIL ...` comes to. */
import type { JailSettings } from '../../../config/settings.ts'
import type { JailOptions } from '../../../jail/jail-options.ts'
import type { World } from '../../../world/world.ts'
import type { Value } from '../value.ts'
import type { JailModel } from './jail-model.ts'

export interface Change {
  readonly model: JailModel
  readonly reply: Value
  /** What the jail does from now on; absent: it is as before. */
  readonly effect?: (settings: JailSettings) => JailSettings
}

/**
 * @param words those behind the name of what is set
 * @throws Fault: what the caller is answered with
 */
export type Setter = (model: JailModel, words: readonly Value[], hands: Hands) => Change

export interface Hands extends Pick<World, 'files'> {
  /** What the jail does; absent while it is only told of. */
  readonly settings?: JailSettings | undefined
}

export function withOptions(options: Partial<JailOptions>): (settings: JailSettings) => JailSettings {
  return (settings) => ({ ...settings, options: { ...settings.options, ...options } })
}

export function withFilter(filter: Partial<JailSettings['filter']>): (settings: JailSettings) => JailSettings {
  return (settings) => ({ ...settings, filter: { ...settings.filter, ...filter } })
}
