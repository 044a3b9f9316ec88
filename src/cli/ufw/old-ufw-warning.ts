/** What is said where an installed UFW's chains judge beside our rules. */
import { asFault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { judges, type OldTable } from '../../firewall/old-ufw/old-table.ts'
import { isJudging, type OldUfw, readOldUfw } from '../../firewall/old-ufw/old-ufw.ts'
import type { World } from '../../world/world.ts'

/** One line, or none. Never throws: what was asked for is done. */
export async function oldUfwWarnings(
  world: Pick<World, 'run' | 'clock' | 'files'>,
  state: UfwState,
): Promise<readonly string[]> {
  try {
    const old = await readOldUfw(world, state)
    if (isJudging(old)) return [`${oldUfwSentence(old)}; to take them out: rampart import ufw`]
    return old.unread.length > 0 ? [UNREAD] : []
  } catch (thrown) {
    return [`whether an installed ufw's chains are in force is not known: ${printable(asFault(thrown, '').message)}`]
  }
}

export function oldUfwSentence({ tables, legacy }: OldUfw): string {
  const names = [...tables.filter(judges).map(tableName), ...legacy.filter(judges).map(legacyName)]
  return `an installed ufw's chains are still in force in ${names.join(', ')}: what they drop stays closed`
}

export function tableName({ family, name }: OldTable): string {
  return `ip${family === 6 ? '6' : ''} ${name}`
}

export function legacyName(table: OldTable): string {
  return `${tableName(table)} of iptables-legacy`
}

/** Where its tables are and its programs are not. */
export const UNREAD =
  "iptables-legacy has rules in the kernel that may be an installed ufw's; to see them: apt-get install iptables, then rampart import ufw --dry-run"
