/** Files of ours in the admin's folders: read whole, and changed by one command at a time. */
import { asFault, Fault } from '../../base/fault.ts'
import { holdingLock } from '../../config/ufw/ufw-lock.ts'
import type { World } from '../../world/world.ts'

/** Its name begins with a dot: nobody reads it as a part of the configuration. */
const LOCK = '.rampart.lock'

/**
 * The folder is made where it is not there.
 * @throws Fault `config.not-writable`, `file.*`, `ufw.locked` while another command holds it
 */
export async function changingFolder<T>(world: World, folder: string, act: () => T | Promise<T>): Promise<T> {
  world.files.makeFolder(folder, 0o755)
  try {
    return await holdingLock(world, `${folder}/${LOCK}`, act)
  } catch (thrown) {
    const { code } = asFault(thrown, 'file.failed')
    if (code !== 'ufw.no-lock') throw thrown
    throw new Fault('config.not-writable', `nothing can be written into ${folder}`, {
      hint: 'run it as root: sudo rampart ...',
      cause: thrown,
    })
  }
}

/** Empty where there is no file. @throws Fault `file.*` */
export function textOf({ files }: World, path: string): string {
  return files.stat(path) === undefined ? '' : files.text(path)
}
