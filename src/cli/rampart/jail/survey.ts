/** What the files say of every jail: which would run here, which not, why, and where it stands. */
import type { Fault, Place } from '../../../base/fault.ts'
import { ownValue } from '../../../config/interpolate.ts'
import { type Layered, readLayers } from '../../../config/read-layers.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { type Prepared, prepare } from '../../../engine/life/prepare.ts'
import type { World } from '../../../world/world.ts'

export interface Survey {
  readonly prepared: Prepared
  /** All folders, the stock one first. */
  readonly folders: readonly string[]
  readonly jails: readonly SurveyedJail[]
}

export interface SurveyedJail {
  readonly name: string
  /** It is meant to run. */
  readonly enabled: boolean
  /** Where that is said; undefined: nowhere but by what was found on this host. */
  readonly switchedAt: Place | undefined
  /** Its section. */
  readonly at: Place | undefined
  /** Why it would not run; undefined: it would. */
  readonly why: string | undefined
  /** What it is if it runs. */
  readonly settings: JailSettings | undefined
}

/** @param folders above the stock one; those that are not there are passed over */
export async function survey(world: World, stockFolder: string, folders: readonly string[]): Promise<Survey> {
  const prepared = await prepare(world, { stockFolder, config: folders }, { ready: async () => [] })
  const all = [stockFolder, ...prepared.folders]
  const layered = readLayers(world, all, 'jail')
  const jails = prepared.configuration.known.map((name) => surveyed(name, { prepared, stockFolder, layered }))
  return { prepared, folders: all, jails }
}

interface Known {
  readonly prepared: Prepared
  readonly stockFolder: string
  readonly layered: Layered | undefined
}

function surveyed(name: string, { prepared, stockFolder, layered }: Known): SurveyedJail {
  const settings = prepared.jails.find((jail) => jail.name === name)
  const said = layered && ownValue(layered, name, 'enabled')
  const isAdmins = said !== undefined && !said.at.file.startsWith(`${stockFolder}/`)
  // Only those that are meant to run are read.
  const own = prepared.faults.filter(({ message }) => message.startsWith(`jail ${name}: `))
  const broken = brokenBy(name, layered)
  const enabled = settings !== undefined || own.length > 0 || (broken.length > 0 && isMeant(said?.text))
  const switchedAt = isAdmins ? said.at : undefined
  return {
    name,
    enabled,
    switchedAt,
    at: layered?.sections.get(name)?.at,
    why: settings ? undefined : enabled ? wordsOf([...own, ...broken]) : whyOff(name, prepared, switchedAt),
    settings,
  }
}

function isMeant(text: string | undefined): boolean {
  return /^(1|yes|true|on)$/i.test(text?.trim() ?? '')
}

/** Faults of its section, and those that take every jail away. */
function brokenBy(name: string, layered: Layered | undefined): readonly Fault[] {
  const faults = layered?.faults ?? []
  return faults.flatMap(({ section, fault }) =>
    section === undefined || section === 'DEFAULT' || section === name ? [fault] : [],
  )
}

function wordsOf(faults: readonly Fault[]): string {
  const [fault] = faults
  if (!fault) return 'it has a fault: rampart config check'
  const { message, at } = fault
  return at === undefined ? message : `${at.file}${at.line === undefined ? '' : `:${at.line}`}: ${message}`
}

function whyOff(name: string, { chosen, discovery }: Prepared, switchedAt: Place | undefined): string {
  if (switchedAt) return 'it is switched off'
  if (!chosen) return 'it is not enabled'
  return discovery.left.get(name) ?? 'nothing was found here that it is for, and it is not enabled'
}
