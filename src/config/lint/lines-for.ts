/** The lines of known programs that an expression is meant for: of the kind of log whose lines it finds. */
import { KERNEL_LINES } from './kernel-lines.ts'
import { knownForms } from './known-forms.ts'
import { PEER } from './log-piece.ts'
import { type LogLine, nginxLines } from './nginx-lines.ts'
import { COMBINED } from './nginx-writes.ts'
import type { Subject } from './subject.ts'

/** All kinds of lines, in the format of the jail's own access log where that is known. */
export function allLines({ logs, host }: Subject): readonly LogLine[] {
  const format = logs.find(({ kind, access }) => kind === 'access' && access?.format !== undefined)?.access
  return [...nginxLines(format ?? COMBINED, host.nginx), ...KERNEL_LINES]
}

/** Empty if the expression is for another program. @param index of the failregex; all of the filter's if undefined */
export function linesFor(subject: Subject, index: number | undefined): readonly LogLine[] {
  const lines = allLines(subject)
  const kinds = new Set<string>(
    lines.filter((line) => subject.tries.line(line.text(), index).id === PEER).map(({ kind }) => kind),
  )
  // What finds none of our lines may still be meant for such a log.
  if (kinds.size === 0) {
    for (const { kind } of subject.logs) {
      if ((kind === 'access' || kind === 'error') && knownForms(subject, index)[kind]) kinds.add(kind)
    }
  }
  return lines.filter(({ kind }) => kinds.has(kind))
}
