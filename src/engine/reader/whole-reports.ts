/**
 * What a chunk came to may be too much for one frame. Its parts, of which the last alone says how far the log has been
 * read, are put together again and decided upon at once: were only some kept when the guard is killed, their lines would
 * be read again and count twice.
 */
import { Fault } from '../../base/fault.ts'
import type { Found, Report } from './report.ts'

/** Failures of one chunk: a megabyte has some 30,000 lines, of which several jails may count each. */
const MAX_FAILURES = 500_000

/**
 * Takes the reports of one reader as they come.
 * @returns gives each report that is whole, undefined for a part of one; throws Fault `wire.bad` on parts without end
 */
export function wholeReports(): (report: Report) => Report | undefined {
  const parts = new Map<string, Found[]>()
  return (report) => {
    if (report.kind !== 'batch') return report
    const { log, mark, failures } = report.batch
    const before = parts.get(log)
    if (mark && !before) return report
    const all = before ?? []
    for (const failure of failures) all.push(failure)
    if (all.length > MAX_FAILURES) throw new Fault('wire.bad', 'a batch without an end')
    if (mark) parts.delete(log)
    else parts.set(log, all)
    return mark ? { kind: 'batch', batch: { ...report.batch, failures: all } } : undefined
  }
}
