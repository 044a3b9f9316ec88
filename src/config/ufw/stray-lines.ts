/**
 * Lines that somebody added to user.rules by hand. UFW would load them at boot without showing them in any list, and drops
 * them at the next change; here only tuples count, and whoever loads the rules says so.
 */
import type { ServiceLookup } from '../../base/ports.ts'
import { printable } from '../../base/printable.ts'
import type { Files } from '../../world/files.ts'
import type { UfwPaths } from './paths.ts'
import { MAX_RULES_BYTES, type ReadUfw } from './read-ufw.ts'
import { ruleLines } from './rule-lines.ts'
import { readUserRules } from './user-rules.ts'

/** A warning for each, safe for a terminal. Under the lock, of what was read. */
export function strayWarnings(files: Files, paths: UfwPaths, { state, services }: ReadUfw): string[] {
  return ([4, 6] as const).flatMap((family) => {
    const path = paths.userRules[family]
    if ((family === 6 && !state.ipv6) || !files.stat(path)) return []
    const lines = strayLines(files.text(path, MAX_RULES_BYTES), family, (name) => services(name)?.port)
    return lines.map(({ line, text }) => `${path}:${line}: without a tuple it does not count: ${printable(text)}`)
  })
}

/** With their numbers, from 1. */
export function strayLines(text: string, family: 4 | 6, services: ServiceLookup): { line: number; text: string }[] {
  const known = new Set(readUserRules(text, family, services).rules.flatMap(ruleLines))
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, text: line.trimEnd() }))
    .filter((line) => RULE.test(line.text) && !known.has(line.text))
}

/** What stands in other chains is of the log level and of limits: written anew as a whole. */
const RULE = /^-[AI] ufw6?-user-(?:input|output|forward) /
