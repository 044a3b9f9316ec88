/** What a program and all its children take from the machine, as the kernel counts it. */
import { readFileSync } from 'node:fs'

/**
 * MiB of memory, each shared page in equal parts (PSS), of a process and all below it.
 * Source: proc_pid_smaps_rollup(5)
 */
export function memory(root: number): number {
  return tree(root).reduce((sum, pid) => sum + pss(pid), 0)
}

/** 0 for a process that has ended meanwhile. */
function pss(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Seconds of CPU that a process, all below it, and those of them that have ended have used. Source: proc_pid_stat(5) */
export function cpu(root: number): number {
  return tree(root).reduce((sum, pid) => sum + cpuOf(pid), 0)
}

/** The process and all below it. */
function tree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(tree)]
}

/** Linux on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name may hold anything; behind it come the fields from the third on: 14 to 17 are the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
}
