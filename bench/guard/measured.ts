/** What the parts of the benchmark share. */
import { writeSync } from 'node:fs'
import { now } from './elements.ts'
import type { Row } from './row.ts'
import type { Subject } from './subject.ts'
import { probe } from './traffic.ts'

/** Says how far a long part is. */
export type Progress = (text: string) => void

export type Part = (progress: Progress) => Promise<Row[]>

/** Opens a subject, measures it, and closes it whatever happens. @returns undefined where it is not installed */
export async function measured<S extends Subject, T>(
  open: () => Promise<S | undefined>,
  measure: (subject: S) => Promise<T>,
): Promise<T | undefined> {
  const subject = await open()
  if (!subject) return undefined
  try {
    return await measure(subject)
  } finally {
    await subject.close()
  }
}

export function quantile(list: readonly number[], part: number): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
}

/** Milliseconds from before the write of a probe to the kernel's word that its sender is in a set. */
export async function delay({ elements }: Subject, log: number, address: string): Promise<number> {
  const written = now()
  writeSync(log, probe(address))
  return (await elements.entered(address)) - written
}
