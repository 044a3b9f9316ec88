/** Which logs a wish for logs stands for. */
import { fits } from './glob.ts'
import type { Wanted } from './source.ts'

/** Whether this log, by its name in chunks, is one that the wish brings. */
export function isOf(wanted: Wanted, log: string): boolean {
  switch (wanted.kind) {
    case 'file':
      return fits(wanted.pattern, log)
    case 'journal':
      return log === `journal:${wanted.name}`
    case 'kernel':
      return log === 'kmsg'
    default:
      return wanted satisfies never
  }
}
