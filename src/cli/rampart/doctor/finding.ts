/** What the doctor says: one thing that is wrong with this host's set-up, and what mends it. */
import type { Fault, Place } from '../../../base/fault.ts'

/** `error`: something guards nobody or fails; `warning`: it does not do what is meant, or will not; `hint`: good to know. */
export type Severity = 'error' | 'warning' | 'hint'

export interface Finding {
  /** Stable: `firewall.not-in-force`. */
  readonly code: string
  readonly severity: Severity
  /** One sentence. It may hold text from outside: who shows it passes it through `printable`. */
  readonly message: string
  /** A command, or a line to write; undefined: the message says it. */
  readonly mend?: string | undefined
  readonly at?: Place | undefined
}

export type Group = 'firewall' | 'detection' | 'host'

/** One question, and what was found wrong; nothing: all is well. */
export interface Check {
  readonly group: Group
  /** What holds when nothing is found, in a few words. */
  readonly title: string
  readonly findings: readonly Finding[]
}

export function findingOf({ code, message, hint, at }: Fault, severity: Severity): Finding {
  return { code, severity, message, mend: hint, at }
}

/** The line, from 1, of the last match: what counts in files where later wins. undefined: there is none. */
export function lineOf(text: string, pattern: RegExp): number | undefined {
  const index = text.split('\n').findLastIndex((line) => pattern.test(line))
  return index < 0 ? undefined : index + 1
}
