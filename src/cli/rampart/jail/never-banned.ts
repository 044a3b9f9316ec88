/** Whom a jail spares, as it would if it ran now: the host, the admin's word, its own ignoreip. */
import type { Discovery } from '../../../config/discover.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { SparedSources } from '../../../engine/sparing/spared-sources.ts'
import { type IgnoreList, ignoreList } from '../../../jail/ignore.ts'
import type { World } from '../../../world/world.ts'

/** Names in `ignoreip` are looked up for it. */
export async function neverBanned(
  world: World,
  folders: readonly string[],
  settings: JailSettings,
  discovery: Discovery,
): Promise<IgnoreList> {
  const current = () => ({ jails: [settings], discovery })
  const sources = new SparedSources({ world, folders, current, onTrouble: () => {} })
  await sources.ready([settings])
  const everywhere = ignoreList([...sources.spared(true)].reverse())
  const own = sources.ignored({ settings })
  return (network) => everywhere(network) ?? own(network)
}
