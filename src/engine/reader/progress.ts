/** How far the reader is behind in each log, and how many lines it has cut: told when that has changed, not with each chunk. */
import type { Chunk } from '../../source/chunk.ts'
import type { Report } from './report.ts'

export interface Progress {
  note(chunk: Chunk): void
  /** Tells what has changed since it was told. */
  say(): void
}

interface Figures {
  readonly cut: number
  readonly behind: number
}

export function progress(tell: (report: Report) => void, readersOf: (log: string) => readonly string[]): Progress {
  const now = new Map<string, Figures>()
  const told = new Map<string, Figures>()
  return {
    note({ log, cutLines: cut, behind = 0 }) {
      // Most logs are never behind, and no line of theirs is cut.
      if (cut > 0 || behind > 0 || told.has(log) || now.has(log)) now.set(log, { cut, behind })
    },
    say() {
      for (const [log, figures] of now) {
        const before = told.get(log)
        if (before?.cut === figures.cut && before.behind === figures.behind) continue
        told.set(log, figures)
        tell({ kind: 'progress', log, jails: readersOf(log), ...figures })
      }
      now.clear()
    },
  }
}
