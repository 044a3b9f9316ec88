/** Files of ours in the admin's folders: read whole, and changed by one command at a time. */
import { holdingLock } from '../../config/ufw/ufw-lock.ts'
import type { World } from '../../world/world.ts'

/** Its name begins with a dot: nobody reads it as a part of the configuration. */
const LOCK = '.rampart.lock'

/** The folder is made where it is not there. @throws Fault `file.*`, `ufw.locked` while another command holds it, `ufw.no-lock` */
export function changingFolder<T>(world: World, folder: string, act: () => T | Promise<T>): Promise<T> {
  world.files.makeFolder(folder, 0o755)
  return holdingLock(world, `${folder}/${LOCK}`, act)
}

/** Empty where there is no file. @throws Fault `file.*` */
export function textOf({ files }: World, path: string): string {
  return files.stat(path) === undefined ? '' : files.text(path)
}
