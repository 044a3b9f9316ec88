/** The commands that tell a jail one of its actions. Order and conditions were measured beside Fail2ban 1.0.2. */
import type { Place } from '../../base/fault.ts'
import { combine, type Definition, definition, type Options } from '../combined-options.ts'
import { ACTION_OPTIONS, BAN_TAGS } from '../known-options.ts'
import type { Reference } from '../list.ts'
import type { Layered } from '../read-layers.ts'
import type { Command, Word } from './command.ts'

export interface ActionCommands {
  readonly definition: Definition
  readonly commands: readonly Command[]
}

interface Of {
  readonly name: string
  readonly options: Options
  readonly at: Place
}

export interface ActionDefinition {
  readonly definition: Definition
  /** `actname`. */
  readonly name: string
  readonly options: Options
}

/** An action of a jail, under the name that it has there. */
export function actionDefinition(layered: Layered, reference: Reference, jail: Of): ActionDefinition {
  const parameters = new Map(reference.parameters)
  const name = parameters.get('name') ?? jail.name
  parameters.set('name', name)
  const actname = parameters.get('actname') ?? actionName(reference.name, name, jail.name)
  parameters.set('actname', actname)
  const read = definition(layered, ACTION_OPTIONS, parameters, jail.at)
  return { definition: read, name: actname, options: combine(read, { jail: jail.options, later: BAN_TAGS }) }
}

export function actionCommands(layered: Layered, reference: Reference, jail: Of): ActionCommands {
  const { definition: read, name: actname, options } = actionDefinition(layered, reference, jail)
  const isOwn = (option: string) => option in ACTION_OPTIONS
  const settings: Word[] = [...options].flatMap(([option, { value }]) => (isOwn(option) ? [[option, value]] : []))
  for (const [option, { value }] of read.given) {
    if (!isOwn(option) && !option.startsWith('known/')) settings.push([option, value])
  }
  const at = layered.sections.get('Definition')?.at ?? jail.at
  const tell: readonly Word[] =
    settings.length > 1
      ? ['multi-set', jail.name, 'action', actname, settings]
      : ['set', jail.name, 'action', actname, ...(settings[0] as readonly Word[])]
  return {
    definition: read,
    commands: [
      { words: ['set', jail.name, 'addaction', actname], at: jail.at },
      { words: tell, at },
    ],
  }
}

/** Unique in its jail where one action stands twice under names of its own. */
function actionName(action: string, name: string, jail: string): string {
  if (name === jail) return action
  return action + (name.startsWith(jail) ? name.slice(jail.length) : `-${name}`)
}

/** A class that only Fail2ban can run. @param folder the one that `action.d` stands in */
export function pythonActionCommand({ name, parameters }: Reference, jail: string, folder: string, at: Place): Command {
  const actname = parameters.get('actname') ?? name.replace(/(?<=.)\.[^./]*$/, '')
  const rest = [...parameters].filter(([key]) => key !== 'actname')
  const text = rest.map(([key, value]) => `${json(key)}: ${json(value)}`).join(', ')
  return { words: ['set', jail, 'addaction', actname, `${folder}/action.d/${name}`, `{${text}}`], at }
}

/** As Python's json.dumps() writes a text: in ASCII. */
function json(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
