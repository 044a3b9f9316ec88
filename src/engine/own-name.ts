/** What this host calls itself: as long as it is known, and its first part. */
import type { Files } from '../world/files.ts'

export interface OwnName {
  readonly full: string
  readonly short: string
}

/** By its kernel, and by the line of /etc/hosts that names it: no name server is asked. */
export function ownName(files: Pick<Files, 'text'>): OwnName {
  const short = textOf(files, '/proc/sys/kernel/hostname').trim() || 'localhost'
  const lines = textOf(files, '/etc/hosts').replace(/#.*/g, '').split('\n')
  const names = lines.map((line) => line.trim().split(/\s+/).slice(1)).find((words) => words.includes(short))
  return { full: short.includes('.') ? short : (names?.find((name) => name.includes('.')) ?? short), short }
}

function textOf(files: Pick<Files, 'text'>, path: string): string {
  try {
    return files.text(path)
  } catch {
    return ''
  }
}
