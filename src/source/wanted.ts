/** Which logs a wish for logs stands for. */
import { fits } from './glob.ts'
import type { Wanted } from './source.ts'
import { STANDARD_INPUT } from './stream.ts'

/** Whether this log, by its name in chunks, is one that the wish brings. */
export function isOf(wanted: Wanted, log: string): boolean {
  switch (wanted.kind) {
    case 'file':
    case 'packed':
      return fits(wanted.pattern, log)
    case 'journal':
      return log === `journal:${wanted.name}`
    case 'kernel':
      return log === 'kmsg'
    case 'input':
      return log === STANDARD_INPUT
    default:
      return wanted satisfies never
  }
}
