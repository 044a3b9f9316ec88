/** A jail over logs as they are: read from its files, whether it is enabled or not, and played through. */
import { Fault } from '../../../base/fault.ts'
import { parseBackend } from '../../../config/backend.ts'
import { type Discovery, discover } from '../../../config/discover.ts'
import { expandGlob } from '../../../config/glob.ts'
import { nearest } from '../../../config/nearest.ts'
import { isJournal, readJail } from '../../../config/read-jail.ts'
import { type Layered, readLayers } from '../../../config/read-layers.ts'
import { serviceLookup } from '../../../config/service-lookup.ts'
import type { JailSettings } from '../../../config/settings.ts'
import type { Setting } from '../../setting.ts'
import { type FailureAt, findFailures, type LogRead, type WantedLog } from './find-failures.ts'
import { neverBanned } from './never-banned.ts'
import { type Replayed, replay } from './replay.ts'

/** Names and meanings stay: `--json` prints it. */
export interface Tested extends Replayed {
  readonly jail: string
  readonly filter: string
  readonly maxretry: number
  readonly findtime: number
  readonly bantime: number
  readonly logs: readonly LogRead[]
  /** Failures of what is no address: a name is not looked up here. */
  readonly nameless: number
  /** What is not as when the jail runs. */
  readonly notes: readonly string[]
}

/** @throws Fault `jail.*`, `config.*`, `file.*`, `log.journal` */
export async function tryJail(
  setting: Setting,
  folders: readonly string[],
  [name, given]: readonly [string, readonly string[]],
): Promise<Tested> {
  const { world } = setting
  const discovery = await discover(world)
  const settings = settingsOf(setting, folders, name, discovery)
  const ignored = await neverBanned(world, folders, settings, discovery)
  const failures: FailureAt[] = []
  const logs: LogRead[] = []
  for (const log of given.length > 0 ? given.map((path) => ({ path })) : ownLogs(setting, settings)) {
    logs.push(await findFailures(setting, settings, log, failures))
  }
  // Of many logs the failures come in the order of their times, as they do where a guard follows them.
  failures.sort((a, b) => a.time - b.time)
  const addressed = failures.filter(({ network }) => network !== undefined)
  const { maxretry, findtime, bantime } = settings.options
  return {
    ...{ jail: name, filter: settings.filter.name, maxretry, findtime, bantime, logs },
    ...{ nameless: failures.length - addressed.length, notes: notesOf(settings) },
    ...replay(settings, ignored, addressed, world.chance.next),
  }
}

function settingsOf({ world }: Setting, folders: readonly string[], name: string, { found }: Discovery): JailSettings {
  const layered = readLayers(world, folders, 'jail')
  if (!layered?.sections.has(name)) throw unknown(name, folders, layered)
  const { at } = layered.sections.get(name)?.options.get('logpath') ?? {}
  const isStock = at?.file.startsWith(`${folders[0]}/`) === true
  const source = { world, folders, layered, services: serviceLookup(world) }
  const { settings, faults } = readJail(source, name, isStock ? found.get(name) : undefined)
  const broken = layered.faults.find(
    ({ section }) => section === undefined || section === 'DEFAULT' || section === name,
  )
  const fault = broken?.fault ?? faults[0]
  if (fault) throw fault
  if (settings && settings.filter.failregex.length > 0) return settings
  throw new Fault('jail.no-filter', `jail ${name} has no expressions: there is nothing to test`, {
    hint: 'set filter = NAME, or failregex',
  })
}

function unknown(name: string, folders: readonly string[], layered: Layered | undefined): Fault {
  const near = nearest(name, [...(layered?.sections.keys() ?? [])])
  const hint = `${near ? `did you mean ${near}? ` : ''}rampart looks in ${folders.join(', ')}`
  return new Fault('jail.unknown', `there is no jail "${name}"`, { hint })
}

/** @throws Fault `jail.no-log` if none of them is there */
function ownLogs({ world }: Setting, { name, backend, logs }: JailSettings): readonly WantedLog[] {
  if (isJournal(backend)) return [{ journal: parseBackend(backend).parameters }]
  const patterns = logs.map(({ path }) => path)
  const paths = patterns.flatMap((pattern) => expandGlob(world.files, pattern)).filter((path) => path !== '/dev/kmsg')
  if (paths.length > 0) return [...new Set(paths)].map((path) => ({ path }))
  const kernel = patterns.includes('/dev/kmsg')
  const what = kernel
    ? `jail ${name} reads the kernel itself, which has no end`
    : `no log of jail ${name} is there: ${patterns.join(', ') || 'it names none'}`
  const hint = kernel ? `rampart jail test ${name} - < FILE` : `name one: rampart jail test ${name} FILE`
  throw new Fault('jail.no-log', what, { hint })
}

function notesOf({ resolvesNames, options }: JailSettings): readonly string[] {
  return [
    ...(resolvesNames ? ['names are looked up when it runs, and are not here'] : []),
    ...(options.ignorecommand === undefined ? [] : ['ignorecommand is asked when it runs, and is not here']),
  ]
}
