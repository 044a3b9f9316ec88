/** The processes below a guard, and the limits that are put on them while they run. */
import { readFileSync } from 'node:fs'
import type { Host } from './host.ts'

/** Children of a process, with their command lines. */
export function childrenOf(pid: number): { readonly pid: number; readonly words: string }[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return children.map((child) => ({ pid: child, words: wordsOf(child) }))
}

export function readerOf(pid: number): number | undefined {
  return childrenOf(pid).find(({ words }) => /reader\.mjs/.test(words))?.pid
}

function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // It has ended just now.
  }
}

/**
 * Lowers how many files a process may have open, or gives it back what it had.
 * @param most undefined: the hard limit, which stays as it is
 */
export async function limitFiles(host: Host, pid: number, most: number | undefined): Promise<void> {
  const hard = /^Max open files +\d+ +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))![1]
  // Only who is the same user may do it where root has no CAP_SYS_RESOURCE.
  const [uid, gid] = ['Uid', 'Gid'].map((name) => statusOf(pid, name))
  const same = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  await host.must([...same, 'prlimit', '--pid', String(pid), `--nofile=${most ?? hard}:${hard}`])
}

/** The first number of a line of /proc/PID/status, in kB where it is memory. Source: proc_pid_status(5) */
export function statusOf(pid: number, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
