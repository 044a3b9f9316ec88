/** Folders of a configuration, as a command line names them. */
import { Fault } from '../../base/fault.ts'
import type { Setting } from '../setting.ts'

/**
 * @param optional folders that need not be there
 * @throws Fault `config.no-folder`
 */
export function isFolder({ world }: Setting, folder: string, optional: readonly string[]): boolean {
  if (world.files.stat(folder)?.kind === 'folder') return true
  if (optional.includes(folder)) return false
  const hint = folder.includes('/')
    ? 'give the folder that holds jail.conf or jail.local'
    : 'names of jails and filters stand before --config'
  throw new Fault('config.no-folder', `there is no folder ${folder}`, { hint })
}
