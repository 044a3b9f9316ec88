/** What a jail asks for that this version cannot do yet. */
import { Fault } from '../base/fault.ts'
import type { JailSettings } from '../config/settings.ts'

export function unable({ name, options, at }: JailSettings): Fault | undefined {
  const { ignorecommand } = options
  const why = ignorecommand && 'it has an ignorecommand, which this version does not ask'
  return why ? new Fault('jail.unable', `the jail ${name} does not run: ${why}`, { at }) : undefined
}
