/** Actions: action.d/NAME with its parameters, rendered for both families. */
import type { ActionSettings } from '../action/action-settings.ts'
import { parseDuration } from '../base/duration.ts'
import { Fault, type Place } from '../base/fault.ts'
import type { World } from '../world/world.ts'
import type { Reader } from './interpolate.ts'
import type { Reference } from './list.ts'
import { lowerCase, plainOption, tagLookup } from './read-filter.ts'
import { type Layered, readLayers } from './read-layers.ts'
import { substituteTags } from './tags.ts'

/**
 * @param reference one word of a jail's `action`
 * @throws Fault `config.no-action`, `config.bad-parameters`, or the first fault of its files
 */
export function readAction(
  world: World,
  folders: readonly string[],
  reference: Reference,
  jail: { readonly name: string; readonly at: Place },
): ActionSettings {
  if (reference.name.endsWith('.py')) return pythonAction(reference, jail)
  const layered = readLayers(world, folders, `action.d/${reference.name}`)
  if (!layered) throw missing(reference.name, folders, jail.at)
  const fault = layered.faults[0]?.fault
  if (fault) throw fault
  const parameters = new Map([['name', jail.name], ['actname', reference.name], ...reference.parameters])
  const reader: Reader = { layered, overrides: lowerCase(parameters) }
  const [inet4, inet6] = [commands(reader, parameters, 'inet4'), commands(reader, parameters, 'inet6')]
  const option = (name: string) => plainOption(reader, parameters, NONE, name)?.text.trim()
  const timeout = option('timeout')
  const onDemand = option('actionstart_on_demand')
  return {
    name: parameters.get('actname')!,
    action: reference.name,
    kind: 'shell',
    commands: { inet4, inet6 },
    properties: properties(reader, parameters),
    timeout: timeout ? parseDuration(timeout) : 60,
    norestored: isTrue(option('norestored')),
    startOnDemand: onDemand ? isTrue(onDemand) : hasConditions(layered, parameters),
    at: layered.sections.get('Definition')?.at ?? { file: layered.files[0] ?? reference.name },
  }
}

/** `1`, `yes`, `true`, `on`, as Fail2ban takes them. */
export function isTrue(text: string | undefined): boolean {
  return /^(1|yes|true|on)$/i.test(text ?? '')
}

const NONE: ReadonlyMap<string, string> = new Map()

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

function commands(reader: Reader, parameters: ReadonlyMap<string, string>, family: string): Record<string, string> {
  const conditional = (option: string) => plainOption(reader, parameters, NONE, `${option}?family=${family}`)
  const always = (option: string) => plainOption(reader, parameters, NONE, option)
  const plain = (option: string) => (option === 'family' ? undefined : (conditional(option) ?? always(option)))
  const others = tagLookup(reader, parameters, plain)
  // Both families are rendered, so that a conditional twin is known here and nothing need wait for it.
  const tag = (name: string) => plain(name)?.text ?? plain(name.toLowerCase())?.text ?? others(name)
  const result: Record<string, string> = {}
  for (const name of COMMANDS) {
    const value = plain(name)
    if (value) result[name] = substituteTags(name, value.text, tag, value.at)
  }
  return result
}

function properties(reader: Reader, parameters: ReadonlyMap<string, string>): Record<string, string> {
  const names = new Set([...parameters.keys(), ...(reader.layered.sections.get('Init')?.options.keys() ?? [])])
  const entries = [...names].filter((name) => !name.startsWith('known/'))
  return Object.fromEntries(entries.map((name) => [name, plainOption(reader, parameters, NONE, name)?.text ?? '']))
}

function hasConditions(layered: Layered, parameters: ReadonlyMap<string, string>): boolean {
  const names = [...layered.sections.values()].flatMap(({ options }) => [...options.keys()])
  return [...names, ...parameters.keys()].some((name) => name.includes('?'))
}

function pythonAction({ name, parameters }: Reference, jail: { name: string; at: Place }): ActionSettings {
  const action = name.slice(0, -'.py'.length)
  return {
    name: parameters.get('actname') ?? action,
    action,
    kind: 'python',
    commands: { inet4: {}, inet6: {} },
    properties: Object.fromEntries(parameters),
    timeout: 60,
    norestored: false,
    startOnDemand: false,
    at: jail.at,
  }
}

function missing(name: string, folders: readonly string[], at: Place): Fault {
  const comma = name.includes(',') ? 'separate actions by blanks or newlines, not by commas; or ' : ''
  const hint = `${comma}put its file into action.d, or correct the name: rampart looks in ${folders.join(', ')}`
  return new Fault('config.no-action', `there is no action "${name}"`, { at, hint })
}
