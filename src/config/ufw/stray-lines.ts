/**
 * Lines that somebody added to user.rules by hand. UFW would load them at boot without showing them in any list, and drops
 * them at the next change; here only tuples count, and whoever loads the rules says so.
 */
import { printable } from '../../base/printable.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { Files } from '../../world/files.ts'
import type { UfwPaths } from './paths.ts'
import { MAX_RULES_BYTES, type ReadUfw } from './read-ufw.ts'
import { ruleLines } from './rule-lines.ts'

/** A warning for each, safe for a terminal. Under the lock, of what was read. */
export function strayWarnings(files: Files, paths: UfwPaths, { state }: Pick<ReadUfw, 'state'>): string[] {
  return ([4, 6] as const).flatMap((family) => {
    const path = paths.userRules[family]
    if ((family === 6 && !state.ipv6) || !files.stat(path)) return []
    const rules = state.rules.filter((rule) => rule.family === family)
    const lines = strayLines(files.text(path, MAX_RULES_BYTES), rules)
    return lines.map(({ line, text }) => `${path}:${line}: without a tuple it does not count: ${printable(text)}`)
  })
}

/**
 * With their numbers, from 1.
 * @param rules of the tuples in it, in their order
 */
export function strayLines(text: string, rules: readonly Rule[]): { line: number; text: string }[] {
  const expected = rules.flatMap(ruleLines)
  const odd: { line: number; text: string }[] = []
  let [line, next] = [0, 0]
  for (let from = 0; from < text.length; ) {
    const feed = text.indexOf('\n', from)
    const to = feed < 0 ? text.length : feed
    line++
    if (text[from] === '-') {
      const found = text.slice(from, to).trimEnd()
      // In a file as UFW wrote it each is the one that is expected there.
      if (found === expected[next]) next++
      else if (RULE.test(found)) odd.push({ line, text: found })
    }
    from = to + 1
  }
  if (odd.length === 0) return odd
  const known = new Set(expected)
  return odd.filter((one) => !known.has(one.text))
}

/** What stands in other chains is of the log level and of limits: written anew as a whole. */
const RULE = /^-[AI] ufw6?-user-(?:input|output|forward) /
