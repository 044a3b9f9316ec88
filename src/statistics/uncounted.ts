/** When nothing could be counted, of what a picture over time shows. */
import type { Series } from './table.ts'

/**
 * While no guard ran, and what lies outside of the span: the first column may begin before it does, the last end after it. Of
 * nothing at all no more is told than while no guard ran.
 */
export function uncounted({ gaps, jails, period, starts, bucketMs }: Series): Series['gaps'] {
  if (!jails.some(({ counts }) => counts.some((count) => count > 0))) return gaps
  const [first, last] = [starts[0] ?? period.from, (starts.at(-1) ?? period.to) + bucketMs]
  const outside = [
    { from: first, to: period.from },
    { from: period.to, to: last },
  ]
  return [...gaps, ...outside.filter(({ from, to }) => from < to)]
}
