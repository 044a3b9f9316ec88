/** The processes above one. */
import type { Files } from '../../world/files.ts'

/** Deeper than any session: a process that is its own ancestor must not hold us up. */
const MAX_DEPTH = 64

/** The process itself, its parent, and so on. Source: proc(5), /proc/PID/status. */
export function ancestors(files: Files, pid: number): readonly number[] {
  const found: number[] = []
  for (let one = pid; one > 0 && found.length < MAX_DEPTH; ) {
    found.push(one)
    one = Number(/^PPid:\t(\d+)/m.exec(statusOf(files, one))?.[1] ?? 0)
  }
  return found
}

/** Whether it was called in a session of ssh, as UFW looks for it. It is not seen through tmux, nor in a job of systemd. */
export function isUnderSsh(files: Files, pid: number): boolean {
  return ancestors(files, pid).some((one) => /^Name:\tsshd(?:-session)?$/m.test(statusOf(files, one)))
}

function statusOf(files: Files, pid: number): string {
  try {
    return files.text(`/proc/${pid}/status`)
  } catch {
    return '' // It has ended meanwhile.
  }
}
