/** All that the files and this host say, read anew: a start and a reload take the same way. Nothing is changed by it. */
import { Fault } from '../../base/fault.ts'
import { type Discovery, discover } from '../../config/discover.ts'
import { loadConfiguration } from '../../config/load-configuration.ts'
import { noFiles } from '../../config/no-files.ts'
import type { Configuration, JailSettings } from '../../config/settings.ts'
import type { World } from '../../world/world.ts'
import { RECIDIVE } from '../held-jail.ts'
import type { SparedSources } from '../sparing/spared-sources.ts'

export interface Folders {
  /** undefined: what is named below is all that counts. */
  readonly stockFolder: string | undefined
  /** Folders above the stock one, later wins. */
  readonly config: readonly string[]
  /** Those of them without which nothing is as the admin meant it; another that is not there is passed over. */
  readonly needed?: readonly string[]
  /** false: jails run where the files say so, and only there, be it nowhere. Else what is found chooses where the admin does not. */
  readonly chooses?: boolean
}

export interface Prepared {
  /** Those that were there. */
  readonly folders: readonly string[]
  readonly discovery: Discovery
  readonly configuration: Configuration
  /** Whether the jails were chosen by what was found, rather than named by the admin. */
  readonly chosen: boolean
  /** Those that can run. */
  readonly jails: readonly JailSettings[]
  /** Those with a fault, as far as their filters could be read. */
  readonly unfit: Configuration['unfit']
  readonly faults: readonly Fault[]
  /** Host names in `ignoreip` that have no address now. */
  readonly unresolved: readonly string[]
}

/**
 * Never throws: what is wrong is among the faults.
 * @param sources know then what the jails that can run name in `ignoreip`
 */
export async function prepare(
  world: World,
  folders: Folders,
  sources: Pick<SparedSources, 'ready'>,
): Promise<Prepared> {
  const discovery = await discover(world)
  const present = folders.config.filter((folder) => world.files.stat(folder) !== undefined)
  const all = folders.stockFolder === undefined ? present : [folders.stockFolder, ...present]
  const { configuration, chosen } = configure(world, all, discovery, folders)
  const { jails, unfit } = configuration
  const faults = [...missing(world, folders), ...noFiles(world, present), ...configuration.faults]
  const unresolved = await sources.ready(jails)
  return { folders: present, discovery, configuration, chosen, jails, unfit, faults, unresolved }
}

/** The pipeline feeds the jail of repeat offenders: it needs no log. */
const FED = { backend: 'auto', paths: [] } as const

function configure(
  world: World,
  all: readonly string[],
  discovery: Discovery,
  { stockFolder, chooses = true }: Folders,
) {
  let chosen = false
  const found = (name: string) => {
    chosen = true
    return discovery.found.has(name)
  }
  const configuration = loadConfiguration(world, all, {
    ...(chooses && { found }),
    // Logs elsewhere than a stock jail says are no business of a folder that was named.
    logs: (name) => (name === RECIDIVE ? FED : stockFolder === undefined ? undefined : discovery.found.get(name)),
  })
  return { configuration, chosen }
}

const NO_FOLDER = 'config.no-folder'
/** Faults that may be of any jail. */
const OF_ALL: readonly string[] = [NO_FOLDER, 'config.unreadable']

function missing({ files }: World, { needed = [] }: Folders): Fault[] {
  const hint = 'it was there when the guard started'
  return needed
    .filter((folder) => files.stat(folder)?.kind !== 'folder')
    .map((folder) => new Fault(NO_FOLDER, `there is no folder ${folder}`, { hint, at: { file: folder } }))
}

/**
 * What holds already, but for one jail, which is as the files say now.
 * @throws Fault `control.no-jail`
 */
export function withJail(before: Prepared, fresh: Prepared, name: string): Prepared {
  const was = before.jails.some((jail) => jail.name === name)
  if (!was && !fresh.configuration.known.includes(name)) {
    const hint = `there are: ${before.jails.map((jail) => jail.name).join(', ')}`
    throw new Fault('control.no-jail', `there is no jail "${name}"`, { hint })
  }
  const is = fresh.jails.find((jail) => jail.name === name)
  const others = before.jails.filter((jail) => jail.name !== name)
  const jails =
    is && was ? before.jails.map((jail) => (jail.name === name ? is : jail)) : [...others, ...(is ? [is] : [])]
  // A jail that is not there now may have been switched off, or be at fault: nobody knows, if there is any.
  const faults = is ? fresh.faults.filter(({ code }) => OF_ALL.includes(code)) : fresh.faults
  const unfit = fresh.unfit.filter((jail) => jail.name === name)
  return { ...fresh, jails, unfit, faults }
}
