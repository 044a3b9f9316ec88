/** A firewall with nothing wrong, for tests to change one thing of. */
import { parseNetwork } from '../../../src/base/address.ts'
import type { Check, Finding } from '../../../src/cli/rampart/doctor/finding.ts'
import type { Wall } from '../../../src/cli/rampart/doctor/read-wall.ts'
import { compileFrame } from '../../../src/config/ufw/frame/compile-frame.ts'
import { stockFrame } from '../../../src/config/ufw/frame/stock.ts'
import { ufwPaths } from '../../../src/config/ufw/paths.ts'
import type { ReadUfw } from '../../../src/config/ufw/read-ufw.ts'
import type { UfwState } from '../../../src/config/ufw/state.ts'
import { STOCK_STATE } from '../../../src/config/ufw/stock.ts'
import { ANYWHERE, type Rule } from '../../../src/firewall/rules/rule.ts'

const PATHS = ufwPaths()
const FRAME = compileFrame(
  ([4, 6] as const).flatMap((family) =>
    (['before', 'after'] as const).map((when) => ({
      family,
      path: PATHS[`${when}Rules`][family],
      text: stockFrame(when, family),
    })),
  ),
  { services: () => undefined, user: () => undefined, group: () => undefined },
)

/** `in tcp 22`, `in any any on wg0`, `forward any any`; of both families. */
export function rules(...sentences: readonly string[]): readonly Rule[] {
  return ([4, 6] as const).flatMap((family) => sentences.map((sentence) => rule(sentence, family)))
}

function rule(sentence: string, family: 4 | 6): Rule {
  const [path, protocol, ports, , name] = sentence.split(' ')
  return {
    ...{ family, action: 'allow', path: path as Rule['path'], log: 'none', protocol: protocol as Rule['protocol'] },
    ...{ inInterface: name, outInterface: undefined, comment: undefined, from: ANYWHERE },
    to: { ...ANYWHERE, ports: ports! },
  }
}

export function from(address: string, one: Rule): Rule {
  return { ...one, from: { ...ANYWHERE, network: parseNetwork(address) } }
}

export function ufwOf(state: Partial<UfwState> = {}, more: Partial<ReadUfw> = {}): ReadUfw {
  return {
    state: { ...STOCK_STATE, enabled: true, ...state },
    ...{ services: () => undefined, profiles: new Map(), warnings: [], isNew: false },
    ...more,
  }
}

export function wall(change: Partial<Wall> = {}): Wall {
  return {
    ...{ ufw: ufwOf(), paths: PATHS, frame: FRAME, stray: [], kernel: [] },
    ...{ old: { tables: [], legacy: [], unread: [] }, isActive: true, isWhole: true, isEdited: false },
    boot: { isSystemd: true, ufw: 'ours', others: [], nftablesConf: '', persistsUfw: false },
    ...{ forwarding: [], addresses6: [], listening: [], defaults: '' },
    ...change,
  }
}

export function findings(checks: readonly Check[]): readonly Finding[] {
  return checks.flatMap((check) => check.findings)
}

/** `error firewall.off: ufw enable` */
export function told(checks: readonly Check[]): readonly string[] {
  return findings(checks).map(({ severity, code, mend, at }) => {
    const place = at === undefined ? '' : ` ${at.file}${at.line === undefined ? '' : `:${at.line}`}`
    return `${severity} ${code}${place}${mend === undefined ? '' : `: ${mend}`}`
  })
}
