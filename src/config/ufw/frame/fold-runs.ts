/**
 * Generated files hold thousands of rules that differ by a source alone. A run of them is one rule with a set: a packet is
 * looked up in it once, instead of being compared with each.
 */
import type { FrameChain } from '../../../firewall/rules/frame.ts'

/** Fewer are compared as fast. */
const MIN_RUN = 8

/** Where it is all the same which of them decides; a run stands where its first rule stood. */
const ALIKE = /^(ip6? saddr) ([\da-f.:/]+) (accept|drop)$/

export function foldRuns(chain: FrameChain): FrameChain {
  const rules: string[] = []
  const places: NonNullable<FrameChain['places']>[number][] = []
  for (let from = 0; from < chain.rules.length; ) {
    const to = endOfRun(chain.rules, from)
    if (to - from >= MIN_RUN) {
      rules.push(folded(chain.rules.slice(from, to)))
      places.push(chain.places?.[from])
    } else {
      rules.push(...chain.rules.slice(from, to))
      places.push(...Array.from({ length: to - from }, (_, index) => chain.places?.[from + index]))
    }
    from = to
  }
  return { ...chain, rules, places }
}

function endOfRun(rules: readonly string[], from: number): number {
  const [, field, , verdict] = ALIKE.exec(rules[from]!) ?? []
  let to = from + 1
  while (field !== undefined && to < rules.length) {
    const next = ALIKE.exec(rules[to]!)
    if (next?.[1] !== field || next[3] !== verdict) break
    to++
  }
  return to
}

function folded(rules: readonly string[]): string {
  const [, field, , verdict] = ALIKE.exec(rules[0]!)!
  const sources = new Set(rules.map((rule) => ALIKE.exec(rule)![2]!))
  return `${field} { ${[...sources].join(', ')} } ${verdict}`
}
