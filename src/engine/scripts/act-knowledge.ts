/** What the scripts of a jail's actions ask for: the lines of a ban, other bans of its address, its name. */
import type { JailFigures, Knowledge } from '../../action/tag-values.ts'
import type { Ban } from '../../jail/ban.ts'
import type { Recall } from '../../store/recall.ts'
import type { Names } from '../../world/world.ts'
import type { OwnName } from '../own-name.ts'
import type { SteadyClock } from '../steady-clock.ts'

export interface ActKnowledgeParts {
  readonly history: Pick<Recall, 'bans'>
  readonly clock: SteadyClock
  readonly names: Pick<Names, 'host'>
  readonly ownName: OwnName
  readonly jail: () => JailFigures
}

const NAME_TIMEOUT_MS = 2000
/** Jails that ban the same address at once and are named by `<ipmatches>`. */
const MAX_TOGETHER = 20

/** What the history cannot say just now is left out. */
export function actKnowledge({ history, clock, names, ownName, jail }: ActKnowledgeParts): Knowledge {
  const kept = async ({ jail, network, from }: Ban): Promise<Pick<Ban, 'matches' | 'fields'>> => {
    const rows = await history.bans({ jail, network, limit: 5 }).catch(() => [])
    const { matches = [], fields } = rows.find((row) => row.from === from) ?? {}
    return { matches, fields }
  }
  return {
    kept,
    async together(ban) {
      const asked = { network: ban.network, activeAt: clock.now(), limit: MAX_TOGETHER }
      const others = (await history.bans(asked).catch(() => [])).filter((other) => other.jail !== ban.jail)
      const own = ban.matches.length > 0 ? ban : { ...ban, ...(await kept(ban)) }
      return [...others, own].sort((a, b) => a.from - b.from)
    },
    hostName: (address) => names.host(address, NAME_TIMEOUT_MS),
    jail,
    aheadMs: () => clock.aheadMs,
    ownName,
  }
}
