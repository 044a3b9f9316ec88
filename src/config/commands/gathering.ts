/** What is gathered while the commands of one jail are read: its faults in the order in which Fail2ban would meet them. */
import type { Fault, Place } from '../../base/fault.ts'
import type { World } from '../../world/world.ts'
import { placeOf } from '../interpolate.ts'
import type { Misread } from '../list.ts'
import { placed } from '../placed.ts'
import type { Layered } from '../read-layers.ts'
import type { Command } from './command.ts'

export interface CommandSource {
  readonly world: World
  readonly folders: readonly string[]
  /** Of jail.conf. */
  readonly layered: Layered
}

/** Why Fail2ban skips a jail; the other jails stand. */
export interface Refusal {
  readonly why: 'no-filter' | 'no-action' | 'bad-filter' | 'bad-action'
  /** As the jail names it. */
  readonly reference: string
  /** Of a bad reference: where it stops being one. */
  readonly misread?: Misread
  readonly fault: Fault
}

export interface Gathering {
  readonly source: CommandSource
  readonly name: string
  readonly at: Place
  readonly commands: Command[]
  readonly refusals: Refusal[]
  readonly faults: Fault[]
  /** Of actions. */
  readonly tagFaults: Fault[]
  readonly warnings: Fault[]
  readonly missing: string[]
}

export function startGathering(source: CommandSource, name: string): Gathering {
  const at = placeOf(source.layered, name)
  return { source, name, at, commands: [], refusals: [], faults: [], tagFaults: [], warnings: [], missing: [] }
}

export function attempt<T>(gathering: Gathering, option: string, act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    const { layered } = gathering.source
    const at = layered.sections.get(gathering.name)?.options.get(option)?.at ?? layered.defaults.get(option)?.at
    add(gathering, placed(thrown, `jail ${gathering.name}`, at ?? gathering.at))
    return undefined
  }
}

/** The same option is asked for more than once; one fault is enough. */
export function add({ faults, refusals }: Gathering, fault: Fault): void {
  const isKnown = faults.some(({ code, message }) => code === fault.code && message === fault.message)
  // Without its filter a jail's known/ names nothing; that is no fault of its own.
  const follows = refusals.some(({ why }) => why.endsWith('filter')) && fault.message.includes('%(known/')
  if (!isKnown && !follows) faults.push(fault)
}

export function refuse(gathering: Gathering, why: Omit<Refusal, 'fault'>, thrown: Fault, at: Place): void {
  const fault = placed(thrown, `jail ${gathering.name}`, at)
  gathering.refusals.push({ ...why, fault })
  gathering.faults.push(fault)
}
