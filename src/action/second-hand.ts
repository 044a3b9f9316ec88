/** What an action hands to another interpreter as code: there no quoting keeps an attacker's text a text. */
import { Fault } from '../base/fault.ts'
import type { ActionSettings } from './action-settings.ts'
import { script } from './script.ts'
import { isHostile } from './tag-values.ts'

/** undefined: nothing. What is handed over is tamed; the admin must know why it looks other than he expects. */
export function secondHand(jail: string, { name, commands, at }: ActionSettings): Fault | undefined {
  const texts = [commands.inet4, commands.inet6].flatMap((texts) => Object.entries(texts))
  for (const [command, text] of texts) {
    const [tag] = script(text, isHostile).asCode
    if (tag === undefined) continue
    const what = `${command} hands <${tag}> to another interpreter as code`
    const message = `jail ${jail}, action ${name}: ${what}, so only letters and digits of it arrive, the rest as _`
    return new Fault('action.code', message, { at, hint: `hand it over as an argument: sh -c '... "$1"' x <${tag}>` })
  }
  return undefined
}
