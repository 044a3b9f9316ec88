/** One filter on its own, outside any jail: for those who try it on a log. */
import type { FilterSettings } from '../filter/filter-settings.ts'
import type { World } from '../world/world.ts'
import { strip } from './ini.ts'
import { parseReference } from './list.ts'
import { filterSettings, readFilter } from './read-filter.ts'

/**
 * @param reference `name[options]`, as a jail's `filter` says it
 * @throws Fault `config.no-filter`, `config.bad-parameters`, and the first fault of its files or options
 */
export function loadFilter(world: World, folders: readonly string[], reference: string): FilterSettings {
  const filter = readFilter(world, folders, parseReference(strip(reference)), 'file')
  const settings = filterSettings(filter, filter.option, (fault) => {
    throw fault
  })
  // After the settings: what they read may be at fault too.
  const fault = filter.faults[0]
  if (fault) throw fault
  return settings
}
