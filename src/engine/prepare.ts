/** All that the files and this host say, read anew: a start and a reload take the same way. Nothing is changed by it. */
import type { Fault } from '../base/fault.ts'
import { type Discovery, discover } from '../config/discover.ts'
import { loadConfiguration } from '../config/load-configuration.ts'
import type { Configuration, JailSettings } from '../config/settings.ts'
import type { World } from '../world/world.ts'
import { type IgnoredNames, ignoredNames } from './ignored-names.ts'
import { RECIDIVE } from './pipeline.ts'
import { unable } from './unable.ts'

export interface Folders {
  readonly stockFolder: string
  /** Folders above the stock one, later wins. */
  readonly config: readonly string[]
}

export interface Prepared {
  readonly discovery: Discovery
  readonly configuration: Configuration
  /** Whether the jails were chosen by what was found, rather than named by the admin. */
  readonly chosen: boolean
  /** Those that can run. */
  readonly jails: readonly JailSettings[]
  readonly faults: readonly Fault[]
  readonly names: IgnoredNames
}

/** Never throws: what is wrong is among the faults. */
export async function prepare(world: World, folders: Folders): Promise<Prepared> {
  const discovery = await discover(world)
  const { configuration, chosen } = configure(world, folders, discovery)
  const { jails, faults } = runnable(configuration)
  return { discovery, configuration, chosen, jails, faults, names: await ignoredNames(world, jails) }
}

/** The pipeline feeds the jail of repeat offenders: it needs no log. */
const FED = { backend: 'auto', paths: [] } as const

function configure(world: World, { stockFolder, config }: Folders, discovery: Discovery) {
  let chosen = false
  const found = (name: string) => {
    chosen = true
    return discovery.found.has(name)
  }
  const folders = [stockFolder, ...config.filter((folder) => world.files.stat(folder) !== undefined)]
  const configuration = loadConfiguration(world, folders, {
    found,
    logs: (name) => (name === RECIDIVE ? FED : discovery.found.get(name)),
  })
  return { configuration, chosen }
}

/** What this version cannot do yet is said, and such a jail does not run: half a jail would be worse than none. */
function runnable({ jails, faults }: Configuration): Pick<Prepared, 'jails' | 'faults'> {
  const problems = [...faults]
  const able = jails.filter((jail) => {
    const problem = unable(jail)
    if (problem) problems.push(problem)
    return !problem
  })
  return { jails: able, faults: problems }
}
