/** How a line of the log is laid out: Python's `%(asctime)s %(name)-24s[%(process)d]: %(levelname)-7s %(message)s`. */
import type { Level } from './level.ts'

export interface Entry {
  /** As the log shows it. */
  readonly time: string
  /** Which part of the program says it, as Fail2ban names its own: `fail2ban.filter`. */
  readonly name: string
  readonly pid: number
  readonly level: Level
  readonly message: string
}

export type Layout = (entry: Entry) => string

/** What it does not know stands there as it was written. */
export function layout(form: string): Layout {
  const parts: (string | ((entry: Entry) => string))[] = []
  let from = 0
  for (const found of form.matchAll(/%%|%\((\w+)\)(-?)(\d{0,3})[sd]/g)) {
    const [all, field = '', left, width] = found
    parts.push(form.slice(from, found.index))
    parts.push(all === '%%' ? '%' : filled(all, FIELDS[field], { isLeft: left === '-', width: Number(width) }))
    from = found.index + all.length
  }
  parts.push(form.slice(from))
  return (entry) => {
    let line = ''
    for (const part of parts) line += typeof part === 'string' ? part : part(entry)
    return line
  }
}

const FIELDS: Readonly<Record<string, (entry: Entry) => string>> = {
  asctime: ({ time }) => time,
  name: ({ name }) => name,
  process: ({ pid }) => String(pid),
  levelname: ({ level }) => level,
  message: ({ message }) => message,
}

function filled(
  written: string,
  field: ((entry: Entry) => string) | undefined,
  { isLeft, width }: { readonly isLeft: boolean; readonly width: number },
): string | ((entry: Entry) => string) {
  if (!field) return written
  if (width === 0) return field
  return isLeft ? (entry) => field(entry).padEnd(width) : (entry) => field(entry).padStart(width)
}
