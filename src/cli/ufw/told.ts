/** What ufw says of a change of rules. */

import { ruleLines } from '../../config/ufw/rule-lines.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { printUserRules } from '../../config/ufw/user-rules.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { Change, Outcome, Step } from './change.ts'

/** A line for each family: of a profile's rules it is the last one's. @param isActive else the rules are only written */
export function told({ steps }: Change, isActive: boolean): string {
  return lines(steps, ({ outcome }) => (isActive || !(outcome in DONE) ? LINES[outcome] : WRITTEN))
}

/**
 * What `--dry-run` says: UFW prints the file of a family after each rule that would be written, and of what it could not
 * delete it knows nothing.
 */
export function toldDry({ steps }: Change, state: UfwState): string {
  if (steps.some(({ outcome }) => outcome === 'absent-profile')) return ''
  const files = steps
    .filter((step) => isWritten(step) && !isLimit6(step))
    .map(({ family, rules }) => printDry({ ...state, rules }, family))
  const said = lines(steps, (step) => (isWritten(step) ? WRITTEN : LINES[step.outcome]))
  return [...files, steps.some(isLimit6) ? said.replace(/^.* \(v6\)$/m, UNSUPPORTED) : said].join('')
}

/**
 * What stands on stderr: for all but a rule that comes last UFW loads the file of IPv6 anew, and ip6tables remarks on each line
 * with the protocol ah. It never matches there, here neither.
 */
export function remarks({ steps }: Change, { enabled, rules }: UfwState): string {
  let now6 = rules
  let said = ''
  for (const { family, outcome, rules: now } of steps) {
    if (family === 6) now6 = now
    if (enabled && ['inserted', 'updated', 'deleted'].includes(outcome)) said += remarksOnLoad(now6)
  }
  return said
}

/** Once. */
export function remarksOnLoad(rules: readonly Rule[]): string {
  const lines = rules
    .filter(({ family, protocol }) => family === 6 && protocol === 'ah')
    .reduce((count, rule) => count + ruleLines(rule).length, 0)
  return 'Warning: never matched protocol: ah. use extension match instead.\n'.repeat(lines)
}

/** It is not so, and only a dry run says it. */
const UNSUPPORTED = "Skipping unsupported IPv6 'limit' rule"

function isLimit6({ family, rule }: Step): boolean {
  return family === 6 && rule.action === 'limit'
}

/** The file as UFW prints it instead of writing it: it does not look then whether IPv6 can be limited, and leaves that out. */
export function printDry(state: UfwState, family: 4 | 6): string {
  const text = printUserRules(state, family)
  if (family === 4) return text
  return text
    .replace(/^:ufw6-user-limit(?:-accept)? .*\n/gm, '')
    .replace(/\n### RATE LIMITING ###\n[\s\S]*?### END RATE LIMITING ###\n/, '')
}

function lines(steps: readonly Step[], line: (step: Step) => string): string {
  return ([4, 6] as const)
    .map((family) => {
      const last = steps.findLast((step) => step.family === family)
      if (!last) return ''
      return `${line(last)}${family === 6 ? ' (v6)' : ''}\n`
    })
    .join('')
}

const WRITTEN = 'Rules updated'

/** What is done, in a firewall that is on. */
const DONE = {
  added: 'Rule added',
  inserted: 'Rule inserted',
  updated: 'Rule updated',
  deleted: 'Rule deleted',
} as const

const LINES: Readonly<Record<Outcome, string>> = {
  ...DONE,
  exists: 'Skipping adding existing rule',
  'exists-elsewhere': 'Skipping inserting existing rule',
  absent: 'Could not delete non-existent rule',
  'absent-profile': 'Could not delete non-existent rule',
}

function isWritten({ outcome }: Step): boolean {
  return outcome in DONE || outcome === 'absent'
}
