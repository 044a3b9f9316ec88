/** What the reader is told to read, and from where: the jails that run, and how far each log has been read. */
import type { JailSettings, UnfitJail } from '../../config/settings.ts'
import type { Mark } from '../../source/position.ts'
import type { LogPosition } from '../../store/deed.ts'
import type { JailPlan, Plan, Report } from './report.ts'
import { wantedBy } from './wanted-logs.ts'

export interface Planning {
  /** Where logs were left when the guard ended. */
  begin(saved: readonly LogPosition[]): void
  heard(report: Report): void
  /** As it is now. */
  plan(): Plan
  /** What would be read, for a look at it beforehand. @param unfit jails whose filters are of interest all the same */
  planOf(jails: readonly JailSettings[], unfit: readonly UnfitJail[]): Plan
}

export function planning(jails: () => readonly JailSettings[]): Planning {
  const marks = new Map<string, Mark>()
  return {
    begin(saved) {
      for (const { log, position } of saved) marks.set(log, position)
    },
    heard(report) {
      if (report.kind === 'batch' && report.batch.mark) marks.set(report.batch.log, report.batch.mark)
    },
    plan: () => ({ jails: planned(jails()), marks: [...marks].map(([log, mark]) => ({ log, mark })) }),
    planOf: (next, unfit) => ({ jails: [...planned(next), ...unfit.map(withoutLogs)], marks: [] }),
  }
}

/** A jail without an expression is for bans by hand: it has nothing to read for. */
function planned(jails: readonly JailSettings[]): JailPlan[] {
  return jails.flatMap((jail) => {
    const { name, filter, options } = jail
    if (filter.failregex.length === 0) return []
    return [{ name, filter, findtime: options.findtime, wanted: wantedBy(jail).map(({ wanted }) => wanted) }]
  })
}

function withoutLogs({ name, filter }: UnfitJail): JailPlan {
  return { name, filter, findtime: 0, wanted: [] }
}
