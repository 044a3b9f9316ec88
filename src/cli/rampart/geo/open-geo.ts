/** The places of a command: data that came with the program, data that was installed, ipinfo.io where it is asked for. */
import { asFault } from '../../../base/fault.ts'
import type { Answers } from '../../../place/ipinfo/answers.ts'
import { openPlaces } from '../../../place/open-places.ts'
import type { Places } from '../../../place/places.ts'
import { printFault } from '../../print.ts'
import type { Setting } from '../../setting.ts'

export const STATE = '/var/lib/rampart'

export interface GeoOptions {
  readonly geo: 'offline' | 'ipinfo'
  readonly ipinfoTokenFile?: string | undefined
  readonly ipinfoUrl?: string | undefined
  /** The admin's own databases; default: those that `rampart geo use` has set. */
  readonly databases?: readonly string[] | undefined
  /** Where history is kept, and data of places that was installed. */
  readonly state: string
}

/** In the folder of the history. */
export function geoFolder(state: string): string {
  return `${state}/geo`
}

/** Where data of places may be, of which the newest counts. */
export function geoFolders(setting: Setting, state: string): readonly string[] {
  return [...(setting.placesFolder === undefined ? [] : [setting.placesFolder]), geoFolder(state)]
}

/** @throws Fault `place.token-open`, `place.token`, `place.url`, `file.*` */
export async function openGeo(setting: Setting, options: GeoOptions): Promise<Places> {
  const folders = geoFolders(setting, options.state)
  if (options.geo !== 'ipinfo') return openPlaces({ world: setting.world, folders, databases: options.databases })
  const answers = await answersOf(setting, options.state)
  try {
    const { ipinfoTokenFile: tokenFile, ipinfoUrl: url, databases } = options
    return await openPlaces({ world: setting.world, folders, databases, ipinfo: { tokenFile, url, answers } })
  } catch (thrown) {
    answers?.close()
    throw thrown
  }
}

/** Without a place to keep answers each is asked for anew. */
async function answersOf({ world, terminal }: Setting, state: string): Promise<Answers | undefined> {
  try {
    return (await import('../../../store/place-answers.ts')).openPlaceAnswers(world.files, geoFolder(state))
  } catch (thrown) {
    terminal.err(`rampart: answers are not kept: ${printFault(asFault(thrown, 'place.failed'))}`)
    return undefined
  }
}
