/** What a jail asks for that this version cannot do yet. */
import { parseDuration } from '../base/duration.ts'
import { Fault } from '../base/fault.ts'
import type { JailSettings } from '../config/settings.ts'

export function unable({ name, scope, options, at }: JailSettings): Fault | undefined {
  const { increment, ignorecommand } = options
  const why =
    (scope === undefined && 'its action is a script, which this version does not run') ||
    (ignorecommand && 'it has an ignorecommand, which this version does not ask') ||
    (increment.enabled && increment.formula && 'it has a bantime.formula, which this version cannot evaluate') ||
    (increment.enabled && !isFactor(increment.factor) && `its bantime.factor "${increment.factor}" is no number`)
  return why ? new Fault('jail.unable', `the jail ${name} does not run: ${why}`, { at }) : undefined
}

function isFactor(text: string | undefined): boolean {
  try {
    return text === undefined || parseDuration(text) > 0
  } catch {
    return false
  }
}
