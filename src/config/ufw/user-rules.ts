/** user.rules and user6.rules: the rules, each as a tuple and as the lines that iptables-restore reads. */
import type { ServiceLookup } from '../../base/ports.ts'
import { printable } from '../../base/printable.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import { limitLines, logLines } from './log-lines.ts'
import { chainPrefix, ruleLines } from './rule-lines.ts'
import type { UfwState } from './state.ts'
import { parseTuple, printTuple } from './tuple.ts'
import { parseTuples } from './tuples.ts'

export interface ReadRules {
  readonly rules: readonly Rule[]
  /** As UFW says it, safe for a terminal; each ends in a line feed of its own, as there. */
  readonly warnings: readonly string[]
}

/** The rules of its tuples, in order; of what else stands there nothing. A tuple that is none is told, not a fault. */
export function readUserRules(text: string, family: 4 | 6, services: ServiceLookup): ReadRules {
  const rules: Rule[] = []
  const warnings: string[] = []
  const tuples = tuplesIn(text)
  for (const [index, rule] of parseTuples(tuples, family, services).entries()) {
    if (typeof rule !== 'string') rules.push(rule)
    else {
      const why = rule === 'bad length' ? ' (bad length)' : ''
      warnings.push(`Skipping malformed tuple${why}: ${printable(tuples[index]!)}\n`)
    }
  }
  return { rules, warnings }
}

/** In which lines of a file its rules stand, in their order; counted from 1. */
export function tuplePlaces(text: string, family: 4 | 6, services: ServiceLookup = () => undefined): readonly number[] {
  const isRule = (line: string) =>
    line.startsWith(TUPLE) && typeof parseTuple(line.slice(TUPLE.length).trimStart(), family, services) !== 'string'
  return text.split(/\r\n?|\n/).flatMap((line, index) => (isRule(line) ? [index + 1] : []))
}

/** What stands behind the mark of each line that begins with it. The text is not cut into lines: most are iptables'. */
function tuplesIn(given: string): string[] {
  const text = given.includes('\r') ? given.replace(/\r\n?/g, '\n') : given
  const tuples: string[] = []
  for (let at = text.indexOf(TUPLE); at >= 0; at = text.indexOf(TUPLE, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue
    const end = text.indexOf('\n', at)
    tuples.push(text.slice(at + TUPLE.length, end < 0 ? text.length : end).trimStart())
  }
  return tuples
}

const TUPLE = '### tuple ###'

/** The whole file of one family. The installed ufw writes the same bytes. */
export function printUserRules(state: Pick<UfwState, 'rules' | 'logging' | 'policies'>, family: 4 | 6): string {
  const lines = ['*filter']
  for (const name of CHAINS) lines.push(`:${chainPrefix(family)}-${name} - [0:0]`)
  lines.push('### RULES ###')
  for (const rule of state.rules) {
    if (rule.family === family) lines.push(`\n### tuple ### ${printTuple(rule)}`, ruleLines(rule).join('\n'))
  }
  lines.push('', '### END RULES ###', '', '### LOGGING ###', ...logLines(state, family), '### END LOGGING ###')
  lines.push('', '### RATE LIMITING ###', ...limitLines(state.logging, family), '### END RATE LIMITING ###')
  lines.push('COMMIT', '')
  return lines.join('\n')
}

const CHAINS = [
  ...['user', 'before-logging', 'user-logging', 'after-logging'].flatMap((name) =>
    ['input', 'output', 'forward'].map((path) => `${name}-${path}`),
  ),
  ...['logging-deny', 'logging-allow', 'user-limit', 'user-limit-accept'],
]
