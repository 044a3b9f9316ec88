/** `rampart geo use FILE...`: databases of the admin's own, read where they are. */

import { printable } from '../../../base/printable.ts'
import { OWN_FILE } from '../../../place/installed.ts'
import { openOwn } from '../../../place/own-database.ts'
import type { Setting } from '../../setting.ts'
import { geoFolder } from './open-geo.ts'

/** @returns the exit code @throws Fault `place.mmdb`, `file.*`: then nothing is changed */
export function geoUse({ world, terminal }: Setting, paths: readonly string[], { state }: { state: string }): number {
  const folder = geoFolder(state)
  const databases = paths.map((path) => world.files.real(path))
  for (const path of databases) {
    const { type, origin } = openOwn(world.files, path)
    const date = origin.date === undefined ? '' : `, data of ${origin.date}`
    terminal.out(`${printable(path)}: ${printable(type)}${date}; ${printable(origin.credit)}\n`)
  }
  world.files.makeFolder(folder, 0o755)
  world.files.write(`${folder}/${OWN_FILE}`, `${JSON.stringify({ databases })}\n`, 0o644)
  terminal.out(
    databases.length === 0
      ? 'No databases of your own are asked any more.\n'
      : 'They are asked before all other data.\n',
  )
  return 0
}
