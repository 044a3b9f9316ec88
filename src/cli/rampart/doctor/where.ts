/** Where the doctor looks: in the folders that were named, else in those of the guard that runs, else in the usual ones. */
import type { Fault } from '../../../base/fault.ts'
import type { Folders } from '../../../engine/life/prepare.ts'
import type { Status } from '../../../engine/status.ts'

export interface Where extends Folders {
  /** Of the history. */
  readonly state: string
}

/**
 * @param named folders above the stock one; undefined: none was named
 * @param usual where a guard looks that nothing was said to
 */
export function whereOf(named: readonly string[] | undefined, status: Status | Fault, usual: Where): Where {
  const folders = 'folders' in status ? status.folders : undefined
  const state = folders?.history ?? usual.state
  if (named) return { ...usual, config: named, state }
  if (!folders) return usual
  return { stockFolder: folders.stock ?? undefined, config: folders.config, chooses: folders.chooses, state }
}
