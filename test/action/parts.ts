/** Actions for tests: settings from a few commands, bans from an address, knowledge of nothing. */
import { Action } from '../../src/action/action.ts'
import type { ActionSettings } from '../../src/action/action-settings.ts'
import { JailActions, type JailActionsParts } from '../../src/action/jail-actions.ts'
import type { Knowledge } from '../../src/action/tag-values.ts'
import { parseNetwork } from '../../src/base/address.ts'
import type { Fault } from '../../src/base/fault.ts'
import type { Ban } from '../../src/jail/ban.ts'
import type { Clock } from '../../src/world/clock.ts'
import type { Run } from '../../src/world/run.ts'

export const KNOWS_NOTHING: Knowledge = {
  kept: async () => ({ matches: [] }),
  together: async (ban) => [ban],
  hostName: async () => undefined,
  jail: () => ({ name: 'x', banned: 0, bannedTotal: 0, found: 0, foundTotal: 0, bantime: 600, increments: false }),
  aheadMs: () => 0,
  ownName: { full: 'host.example', short: 'host' },
}

/** @param commands by their names without `action` */
export function settingsOf(
  commands: Readonly<Record<string, string>>,
  of: Partial<ActionSettings> = {},
): ActionSettings {
  const named = Object.fromEntries(Object.entries(commands).map(([name, text]) => [`action${name}`, text]))
  return {
    name: 'a',
    action: 'a',
    commands: { inet4: named, inet6: named },
    properties: {},
    timeout: 60,
    norestored: false,
    startOnDemand: false,
    isPerFamily: false,
    repairOnUnban: false,
    at: { file: 'a.conf' },
    ...of,
  }
}

export function banOf(address: string, of: Partial<Ban> = {}): Ban {
  const network = parseNetwork(address)!
  return { jail: 'x', network, from: 0, until: 600_000, failures: 0, count: 1, matches: [], origin: 'manual', ...of }
}

export interface Told {
  readonly held: string[]
  readonly lifted: string[]
  readonly faults: Fault[]
}

/** A jail with these actions, and what it tells. Bans that are put into `standing` stand. */
export function jailWith(
  settings: readonly ActionSettings[],
  {
    run,
    clock,
    knowledge = KNOWS_NOTHING,
  }: { readonly run: Run; readonly clock: Clock; readonly knowledge?: Knowledge },
): { readonly jail: JailActions; readonly told: Told; readonly standing: Map<string, Ban> } {
  const told: Told = { held: [], lifted: [], faults: [] }
  const standing = new Map<string, Ban>()
  const onTrouble = (fault: Fault | undefined) => {
    if (fault) told.faults.push(fault)
  }
  const actions = settings.map(
    (one) => new Action(one, { jail: 'x', run, knowledge, families: ['inet4', 'inet6'], onTrouble }),
  )
  const parts: JailActionsParts = {
    jail: 'x',
    actions,
    clock,
    standing: (address) => standing.get(address),
    onHeld: ({ network: { text } }) => told.held.push(text),
    onLifted: ({ network: { text } }) => told.lifted.push(text),
    onFault: onTrouble,
  }
  return { jail: new JailActions(parts), told, standing }
}
