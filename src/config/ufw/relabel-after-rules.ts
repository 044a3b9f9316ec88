/**
 * `ufw default`: UFW writes its new verdict wherever after.rules says what the log calls a packet, whichever of the policies
 * it was. Source: what the installed ufw makes of such a file.
 */
import type { Policy } from '../../firewall/rules/ruleset.ts'
import type { Files } from '../../world/files.ts'
import { bytesOfText, textOfBytes } from './bytes.ts'
import type { Replacement } from './exchange.ts'
import type { UfwPaths } from './paths.ts'
import { RULES_MODE } from './stock.ts'

/** Only files in which it changes something. */
export function relabelAfterRules(files: Files, paths: UfwPaths, policy: Policy): Replacement[] {
  const [from, to] = policy === 'accept' ? ['UFW BLOCK', 'UFW ALLOW'] : ['UFW ALLOW', 'UFW BLOCK']
  return [paths.afterRules[4], paths.afterRules[6]].flatMap((path) => {
    const text = files.stat(path) ? textOfBytes(files.read(path)) : ''
    if (!text.includes(from)) return []
    return [{ path, content: bytesOfText(text.replaceAll(from, to)), mode: RULES_MODE }]
  })
}
