/** What the reader is told to read, and from where: the jails that run, and how far each log has been read. */
import type { JailSettings } from '../config/settings.ts'
import type { Mark } from '../source/position.ts'
import type { LogPosition } from '../store/deed.ts'
import type { Plan, Report } from './report.ts'
import { wantedBy } from './wanted-logs.ts'

export interface Planning {
  /** Where logs were left when the guard ended. */
  begin(saved: readonly LogPosition[]): void
  heard(report: Report): void
  /** As it is now. */
  plan(): Plan
  planOf(jails: readonly JailSettings[]): Plan
}

export function planning(jails: () => readonly JailSettings[]): Planning {
  const marks = new Map<string, Mark>()
  const planOf = (of: readonly JailSettings[]): Plan => ({
    jails: of.map((jail) => ({
      name: jail.name,
      filter: jail.filter,
      findtime: jail.options.findtime,
      wanted: wantedBy(jail).map(({ wanted }) => wanted),
    })),
    marks: [...marks].map(([log, mark]) => ({ log, mark })),
  })
  return {
    begin(saved) {
      for (const { log, position } of saved) marks.set(log, position)
    },
    heard(report) {
      if (report.kind === 'batch' && report.batch.mark) marks.set(report.batch.log, report.batch.mark)
    },
    plan: () => planOf(jails()),
    planOf,
  }
}
