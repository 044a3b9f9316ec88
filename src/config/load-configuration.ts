/** All of a configuration: fail2ban.conf and jail.conf with everything that they name. */
import { asFault, Fault } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import type { FoundLogs } from './discover.ts'
import type { IniValue } from './ini.ts'
import { ownValue, readValue } from './interpolate.ts'
import { isFlag } from './jail-reader.ts'
import { isSwitches } from './jail-switches.ts'
import { pythonBool } from './python-values.ts'
import { readJail } from './read-jail.ts'
import { type Layered, readLayers } from './read-layers.ts'
import { readServer } from './read-server.ts'
import { serviceLookup } from './service-lookup.ts'
import type { Configuration } from './settings.ts'
import { unknownOptions } from './unknown-options.ts'

export interface Choose {
  /**
   * Which stock jails to run for what is on this host. Asked only if no `enabled = true` stands outside the first folder,
   * which then is the stock one; left out, exactly the enabled jails run. What `rampart jail` has switched is beside that:
   * of it nobody can tell whether all jails were meant to be named.
   */
  readonly found?: (name: string) => boolean
  /** What a jail that was so chosen reads here; undefined: what its section says. */
  readonly logs?: (name: string) => FoundLogs | undefined
}

/**
 * Reads nothing but files, and never throws: every fault of the file set is in the answer, with file and line. A jail with a
 * fault does not run; the others do.
 * @param folders first to last, later wins: stock, /etc/fail2ban, /etc/rampart
 */
export function loadConfiguration(world: World, folders: readonly string[], choose: Choose): Configuration {
  const { server, faults: serverFaults, warnings: serverWarnings } = readServer(world, folders)
  const layered = readLayers(world, folders, 'jail')
  if (!layered) {
    const hint = 'give the folder that holds jail.conf, with filter.d and action.d beside it'
    const fault = new Fault('config.no-jails', `there is no jail.conf in ${folders.join(', ')}`, { hint })
    return { server, jails: [], unfit: [], known: [], faults: [...serverFaults, fault], warnings: serverWarnings }
  }
  const known = [...layered.sections.keys()].filter((name) => name !== 'INCLUDES' && !name.startsWith('KNOWN/'))
  const faults = [...serverFaults, ...layered.faults.map(({ fault }) => fault)]
  const { chosen, byFinding } = chosenJails(layered, known, folders, choose, faults)
  const source = { world, folders, layered, services: serviceLookup(world), remembers: server.dbpurgeage }
  // Where the admin names no log of his own, this host's are read in the place of the usual ones.
  const readsStockLog = (name: string) => {
    const { at } = layered.sections.get(name)?.options.get('logpath') ?? {}
    return at !== undefined && isStock(folders, at.file)
  }
  const read = chosen
    .filter((name) => !isBroken(layered, name))
    .map((name) => readJail(source, name, byFinding || readsStockLog(name) ? choose.logs?.(name) : undefined))
  return {
    server,
    jails: read.flatMap(({ settings }) => settings ?? []),
    unfit: read.flatMap(({ unfit }) => unfit ?? []),
    known,
    faults: [...faults, ...read.flatMap((jail) => jail.faults)],
    warnings: unique([
      ...serverWarnings,
      ...layered.warnings,
      // What a stock section says to its stock filter is no mistake of the admin's who has another.
      ...unknownOptions(layered, chosen).filter(({ at }) => at === undefined || !isStock(folders, at.file)),
      ...read.flatMap((jail) => jail.warnings),
    ]),
  }
}

function isStock(folders: readonly string[], file: string): boolean {
  return folders.length > 1 && file.startsWith(`${folders[0]}/`)
}

/** A file that many jails read tells its warnings once. */
function unique(faults: readonly Fault[]): Fault[] {
  const key = ({ code, message, at }: Fault) => `${code} ${message} ${at?.file} ${at?.line}`
  return [...new Map(faults.map((fault) => [key(fault), fault])).values()]
}

/** The jails that `enabled` switches on; where none stands in the admin's folders, those of what was found. */
function chosenJails(
  layered: Layered,
  known: readonly string[],
  folders: readonly string[],
  { found }: Choose,
  faults: Fault[],
): { readonly chosen: readonly string[]; readonly byFinding: boolean } {
  const enabled = known.filter((name) => {
    try {
      const value = readValue({ layered }, name, 'enabled')
      if (value && !isFlag(value.text)) {
        const hint = 'write true or false'
        faults.push(
          new Fault('config.bad-value', `jail ${name}: enabled = ${value.text} is neither`, { at: value.at, hint }),
        )
      }
      return value !== undefined && pythonBool(value.text)
    } catch (thrown) {
      faults.push(asFault(thrown, 'config.bad-value'))
      return false
    }
  })
  const isNamed = (name: string) => {
    const value = withoutSwitches(layered, name, folders)
    if (!value || isStock(folders, value.at.file)) return false
    return value === ownValue(layered, name, 'enabled') ? enabled.includes(name) : pythonBool(value.text)
  }
  if (!found || known.some(isNamed)) return { chosen: enabled, byFinding: false }
  // What the admin switched off by name stays off.
  const refused = (name: string) => {
    const own = layered.sections.get(name)?.options.get('enabled')
    return own !== undefined && !isStock(folders, own.at.file)
  }
  const isSwitchedOn = (name: string) => refused(name) && enabled.includes(name)
  return { chosen: known.filter((name) => isSwitchedOn(name) || (found(name) && !refused(name))), byFinding: true }
}

/** What the files say of a jail's `enabled` without the switches of `rampart jail`. */
function withoutSwitches(layered: Layered, name: string, folders: readonly string[]): IniValue | undefined {
  const own = layered.sections.get(name)?.options.get('enabled')
  if (own && !isSwitches(folders, own.at.file)) return own
  return (own && layered.former.get(name)?.get('enabled')) ?? layered.defaults.get('enabled')
}

/** A fault in its own section, in [DEFAULT] or in a whole file takes a jail away: nobody knows what was meant. */
function isBroken(layered: Layered, name: string): boolean {
  return layered.faults.some(({ section }) => section === undefined || section === 'DEFAULT' || section === name)
}
