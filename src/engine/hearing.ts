/** What the reader says: failures for the pipeline, how each log does, what is wrong. */
import { Fault } from '../base/fault.ts'
import type { EventBody } from './event.ts'
import type { Jails } from './jails.ts'
import type { Pipeline } from './pipeline.ts'
import type { Report } from './reader/report.ts'
import { CONFIGURATION } from './troubles.ts'

export interface HearingParts {
  readonly jails: Jails
  readonly pipeline: Pick<Pipeline, 'take'>
  readonly tell: (body: EventBody) => void
  readonly fault: (fault: Fault, topic: string | undefined) => void
  readonly over: (topic: string) => void
}

/** @returns resolves when a batch has been decided upon */
export function hearing({ jails, pipeline, tell, fault, over }: HearingParts): (report: Report) => Promise<void> {
  return async (report) => {
    switch (report.kind) {
      case 'batch':
        over('reader')
        return pipeline.take(report.batch)
      case 'log': {
        over('reader')
        const { log, state, why } = report
        for (const name of report.jails) {
          const logs = jails.get(name)?.logs
          const { cut = 0, behind = 0 } = logs?.get(log) ?? {}
          logs?.set(log, { log, state, why, cut, behind })
        }
        return tell({ kind: 'log', log, state, why })
      }
      case 'progress': {
        const { log, cut, behind } = report
        for (const name of report.jails) {
          const logs = jails.get(name)?.logs
          const known = logs?.get(log)
          if (logs && known) logs.set(log, { ...known, cut, behind })
        }
        return
      }
      case 'fault': {
        const { code, message, hint, jail } = report
        const topic = code === 'reader.ended' ? 'reader' : jail === undefined ? undefined : CONFIGURATION + message
        return fault(new Fault(code, message, hint === undefined ? {} : { hint }), topic)
      }
      default:
        return report satisfies never
    }
  }
}
