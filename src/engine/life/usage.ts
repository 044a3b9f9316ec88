/** What the guard's processes take of the machine, as the kernel tells it. Source: proc(5). */
import type { Files } from '../../world/files.ts'

export interface Usage {
  readonly guard: ProcessUsage
  /** Those that it started: the reader, and what runs for a moment. */
  readonly children: ProcessUsage
}

export interface ProcessUsage {
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** Of a second. What programs see of it is the same on every Linux. */
const TICKS = 100

/** @returns undefined where there is no /proc */
export function usage(files: Pick<Files, 'text'>, pid: number): Usage | undefined {
  const own = processOf(files, pid)
  if (!own) return undefined
  const children = childrenOf(files, pid).flatMap((child) => processOf(files, child) ?? [])
  const sum = (of: (one: Process) => number) => children.reduce((all, one) => all + of(one), 0)
  return {
    guard: { cpuSeconds: own.ticks / TICKS, residentBytes: own.residentBytes },
    children: {
      cpuSeconds: (own.endedTicks + sum(({ ticks, endedTicks }) => ticks + endedTicks)) / TICKS,
      residentBytes: sum(({ residentBytes }) => residentBytes),
    },
  }
}

interface Process {
  readonly ticks: number
  /** Of children that have ended. */
  readonly endedTicks: number
  readonly residentBytes: number
}

/** undefined: it has ended. */
function processOf(files: Pick<Files, 'text'>, pid: number): Process | undefined {
  try {
    // Its name stands in brackets and may hold anything.
    const stat = files.text(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number)
    const [, resident = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(files.text(`/proc/${pid}/status`)) ?? []
    return { ticks: user + system, endedTicks: endedUser + endedSystem, residentBytes: 1024 * Number(resident) }
  } catch {
    return undefined
  }
}

function childrenOf(files: Pick<Files, 'text'>, pid: number): readonly number[] {
  try {
    return files
      .text(`/proc/${pid}/task/${pid}/children`)
      .split(' ')
      .filter((text) => text !== '')
      .map(Number)
  } catch {
    return []
  }
}
