/** What the linter says: one thing that is wrong, where, why it matters, and a better form. Plain data, safe as JSON. */
import type { Fault, Place } from '../../base/fault.ts'

/** `error`: it does not do what it is there for, or does harm; `warning`: it will one day; `hint`: worth a thought. */
export type Severity = 'error' | 'warning' | 'hint'

export interface Finding {
  /** Stable: `lint.unanchored`; faults of the files keep the code of whoever found them (`config.no-filter`). */
  readonly code: string
  readonly severity: Severity
  /** The jail that it was found in; undefined: a filter alone, or the host. */
  readonly jail?: string | undefined
  readonly at: Place
  /** What is wrong, in one sentence. */
  readonly message: string
  /** Why it matters. */
  readonly why?: string | undefined
  /** The text it is about, and the offending part of it: offsets in UTF-16 units, `to` excluded. */
  readonly source?: { readonly text: string; readonly from: number; readonly to: number } | undefined
  /** A line of a log that shows it; what is said of it was tried. */
  readonly example?: { readonly line: string; readonly does: string } | undefined
  /** What to do about it. */
  readonly better?: string | undefined
  /** What to write in the place of `source.text`, or what `better` says, to the letter; an expression was tried. */
  readonly write?: string | undefined
}

/** A fault of the files as a finding. */
export function findingOf(fault: Fault, severity: Severity): Finding {
  const { code, message, hint, at } = fault
  return { code, severity, at: at ?? { file: '' }, message, better: hint }
}

/** Each once: a filter that two jails use is at fault once. */
export function distinct(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ code, at, message, source }: Finding) => [code, at.file, at.line, message, source?.text].join('\0')
  const first = new Map<string, Finding>()
  for (const finding of findings) if (!first.has(key(finding))) first.set(key(finding), finding)
  return [...first.values()]
}
