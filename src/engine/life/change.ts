/**
 * A change at run time: of a jail's settings, of the jails that run. It takes the way of a reload, without the files, and is
 * gone with the next reload that reads them.
 */
import { textOf } from '../difference.ts'
import type { Prepared } from './prepare.ts'
import { putInForce, type ReloadParts } from './reload.ts'

export interface ChangeParts extends Omit<ReloadParts, 'prepare'> {
  /** Looks up the names in `ignoreip`. */
  readonly ready: (jails: Prepared['jails']) => Promise<readonly string[]>
}

/** @throws Fault what is wrong with the filters: then nothing has changed */
export async function change(parts: ChangeParts, next: (before: Prepared) => Prepared): Promise<void> {
  const { current, reading, planOf, ready } = parts
  const before = current.prepared
  const after = next(before)
  if (after === before) return
  if (textOf(planOf(before.jails, [])) !== textOf(planOf(after.jails, []))) {
    const [fault] = await reading.check(planOf(after.jails, []))
    if (fault) throw fault
  }
  await putInForce(parts, { ...after, unresolved: await ready(after.jails) }, true)
}
