/** The tuples of a file, one after another. Most differ from the one before in a single address: then only that is read. */
import type { ServiceLookup } from '../../base/ports.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import { parseWritten } from '../../firewall/rules/written-address.ts'
import { type Malformed, parseTuple } from './tuple.ts'

/** What `parseTuple` makes of each. */
export function parseTuples(
  tuples: readonly string[],
  family: 4 | 6,
  services: ServiceLookup,
): readonly (Rule | Malformed)[] {
  let sample: Sample | undefined
  return tuples.map((tuple) => {
    const alike = sample && withSource(sample, tuple)
    if (alike) return alike
    const rule = parseTuple(tuple, family, services)
    sample = typeof rule === 'string' ? undefined : sampleOf(tuple, rule)
    return rule
  })
}

interface Sample {
  readonly rule: Rule
  /** What stands around the source. */
  readonly before: string
  readonly after: string
}

function sampleOf(tuple: string, rule: Rule): Sample | undefined {
  const { network, written, mask, profile } = rule.from
  const isPlain = written === undefined && mask === undefined && profile === undefined
  // A comment that begins with a bracket may say something of the source.
  if (network === undefined || !isPlain || tuple.includes('comment=5b')) return undefined
  const words = tuple.split(' ')
  if (words[SOURCE] !== network.text) return undefined
  return { rule, before: `${words.slice(0, SOURCE).join(' ')} `, after: ` ${words.slice(SOURCE + 1).join(' ')}` }
}

/** Its place among the words of a tuple. */
const SOURCE = 5

function withSource({ rule, before, after }: Sample, tuple: string): Rule | undefined {
  if (!tuple.startsWith(before) || !tuple.endsWith(after)) return undefined
  const source = parseWritten(tuple.slice(before.length, tuple.length - after.length))
  if (source?.family !== rule.family || source.end.network === undefined) return undefined
  return { ...rule, from: { ...source.end, ports: rule.from.ports, profile: undefined } }
}
