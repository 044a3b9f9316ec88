/** Which logs a wish for logs stands for. */
import { nameMatcher } from './glob.ts'
import type { Wanted } from './source.ts'

/** Whether this log, by its name in chunks, is one that the wish brings. */
export function isOf(wanted: Wanted, log: string): boolean {
  switch (wanted.kind) {
    case 'file':
      return wanted.pattern === log || fits(wanted.pattern, log)
    case 'journal':
      return log === `journal:${wanted.name}`
    case 'kernel':
      return log === 'kmsg'
    default:
      return wanted satisfies never
  }
}

function fits(pattern: string, path: string): boolean {
  const segments = pattern.split('/')
  const names = path.split('/')
  return segments.length === names.length && segments.every((segment, i) => nameMatcher(segment)(names[i]!))
}
