/** `rampart geo rollback` and `geo remove`: what was installed goes. */
import { Fault } from '../../../base/fault.ts'
import { printable } from '../../../base/printable.ts'
import type { Subject } from '../../../place/data/fields.ts'
import { remove, rollBack } from '../../../place/install/rollback.ts'
import { newestLayer } from '../../../place/installed.ts'
import type { Setting } from '../../setting.ts'
import { geoFolder, geoFolders } from './open-geo.ts'

export interface TakeBackOptions {
  readonly state: string
}

/** @returns the exit code @throws Fault `place.no-previous`, `file.*` */
export function geoRollback(setting: Setting, subject: Subject, { state }: TakeBackOptions): number {
  if (!rollBack(setting.world.files, geoFolder(state), subject))
    throw new Fault('place.no-previous', `no earlier data of this kind is kept: ${subject}`, {
      hint: `rampart geo remove ${subject} goes back to what came with the program`,
    })
  tellUsed(setting, subject, state)
  return 0
}

/** @returns the exit code @throws Fault `place.not-installed`, `file.*` */
export function geoRemove(setting: Setting, subject: Subject, { state }: TakeBackOptions): number {
  if (!remove(setting.world.files, geoFolder(state), subject))
    throw new Fault('place.not-installed', `no data of this kind was installed: ${subject}`)
  tellUsed(setting, subject, state)
  return 0
}

function tellUsed(setting: Setting, subject: Subject, state: string): void {
  const layer = newestLayer(setting.world.files, geoFolders(setting, state), subject, [])
  const { name, date } = layer?.file.head.origin ?? {}
  const used = name === undefined ? 'none' : `${name}${date === undefined ? '' : ` of ${date}`}`
  setting.terminal.out(`${subject}: ${printable(used)} is used now\n`)
  layer?.close()
}
