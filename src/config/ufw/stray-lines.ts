/**
 * Lines that somebody added to user.rules by hand. UFW would load them at boot without showing them in any list, and drops
 * them at the next change; here only tuples count, and whoever loads the rules says so.
 */
import type { Place } from '../../base/fault.ts'
import type { ServiceLookup } from '../../base/ports.ts'
import { printable } from '../../base/printable.ts'
import { ruleLines } from './rule-lines.ts'
import { readUserRules } from './user-rules.ts'

export interface StrayLine {
  readonly at: Required<Place>
  /** Safe for a terminal. */
  readonly text: string
}

export function strayLines(file: string, text: string, family: 4 | 6, services: ServiceLookup): StrayLine[] {
  const known = new Set(readUserRules(text, family, services).rules.flatMap(ruleLines))
  const stray: StrayLine[] = []
  let ofRules = true
  for (const [index, line] of text.split('\n').entries()) {
    // What follows is the log level's and the limits', which are written anew as a whole.
    if (line.startsWith('### LOGGING ###')) ofRules = false
    if (ofRules && /^-[AI] /.test(line) && !known.has(line.trimEnd())) {
      stray.push({ at: { file, line: index + 1 }, text: printable(line.trimEnd()) })
    }
  }
  return stray
}
