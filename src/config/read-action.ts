/** Actions: action.d/NAME with its parameters, rendered for both families. */
import type { ActionSettings } from '../action/action-settings.ts'
import { parseDuration } from '../base/duration.ts'
import { Fault, type Place } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import { combine, type Options } from './combined-options.ts'
import { actionDefinition } from './commands/action-commands.ts'
import { readValue } from './interpolate.ts'
import { BAN_TAGS } from './known-options.ts'
import type { Reference } from './list.ts'
import { pythonText } from './python-values.ts'
import { type Layered, readLayers } from './read-layers.ts'
import { unknownActionParameters, unknownKeys } from './unknown-keys.ts'

/**
 * @param reference one word of a jail's `action`
 * @throws Fault `config.no-action`, `config.bad-parameters`, or the first fault of its files
 */
export function readAction(
  world: World,
  folders: readonly string[],
  reference: Reference,
  jail: { readonly name: string; readonly at: Place; readonly options: Options; readonly warn: (fault: Fault) => void },
): ActionSettings {
  const layered = readLayers(world, folders, `action.d/${reference.name}`)
  if (!layered) throw missing(reference.name, folders, jail.at)
  const fault = layered.faults[0]?.fault
  if (fault) throw fault
  const { definition: read, name, options } = actionDefinition(layered, reference, jail)
  const [inet4, inet6] = (['inet4', 'inet6'] as const).map((family) => {
    const table = combine(read, { jail: jail.options, later: BAN_TAGS, condition: `family=${family}` })
    return texts(table, COMMANDS)
  })
  const wrong = read.faults[0] ?? read.tagFaults[0]
  if (wrong) throw wrong
  for (const fault of layered.warnings) jail.warn(fault)
  for (const fault of unknownKeys(layered, 'action')) jail.warn(fault)
  const given = reference.parameters.keys()
  for (const fault of unknownActionParameters(layered, reference.name, given, jail.at)) jail.warn(fault)
  const timeout = options.get('timeout')?.value ?? definedTimeout(layered)
  const onDemand = options.get('actionstart_on_demand')?.value
  const isPerFamily = hasConditions(layered, reference.parameters)
  return {
    name,
    action: reference.name,
    commands: { inet4: inet4!, inet6: inet6! },
    properties: texts(
      read.given,
      [...read.given.keys()].filter((key) => !key.startsWith('known/')),
    ),
    timeout: timeout ? parseDuration(String(timeout)) : 60,
    norestored: options.get('norestored')?.value === true,
    startOnDemand: typeof onDemand === 'boolean' ? onDemand : isPerFamily,
    isPerFamily,
    repairOnUnban: options.get('actionrepair_on_unban')?.value === true,
    at: layered.sections.get('Definition')?.at ?? { file: layered.files[0] ?? reference.name },
  }
}

function definedTimeout(layered: Layered): string | undefined {
  return layered.sections.has('Definition') ? readValue({ layered }, 'Definition', 'timeout')?.text : undefined
}

function texts(options: Options, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = options.get(name)?.value
      return value === undefined ? [] : [[name, pythonText(value)]]
    }),
  )
}

const COMMANDS: readonly string[] = [
  'actionstart',
  'actionstop',
  'actioncheck',
  'actionban',
  'actionunban',
  'actionreban',
  'actionprolong',
  'actionrepair',
  'actionreload',
  'actionflush',
]

function hasConditions(layered: Layered, parameters: ReadonlyMap<string, string>): boolean {
  const names = [...layered.sections.values()].flatMap(({ options }) => [...options.keys()])
  return [...names, ...parameters.keys()].some((name) => name.includes('?'))
}

function missing(name: string, folders: readonly string[], at: Place): Fault {
  const comma = name.includes(',') ? 'separate actions by blanks or newlines, not by commas; or ' : ''
  const hint = `${comma}put its file into action.d, or correct the name: rampart looks in ${folders.join(', ')}`
  return new Fault('config.no-action', `there is no action "${name}"`, { at, hint })
}
