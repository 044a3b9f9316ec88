/** `set JAIL addaction`, `delaction`, `action NAME KEY VALUE`: the actions that are scripts, as they run from now on. */
import type { ActionSettings } from '../../../action/action-settings.ts'
import type { JailSettings } from '../../../config/settings.ts'
import { bounded, raised, seconds, textAt, wordAt } from '../python.ts'
import { isList, type Value } from '../value.ts'
import type { Change, Setter } from './change.ts'
import type { ActionModel, JailModel } from './jail-model.ts'

export const SET_ACTIONS: Readonly<Record<string, Setter>> = {
  addaction(model, words) {
    const name = textAt(words, 0)
    if (words.length > 1) {
      wordAt(words, 2)
      throw python(name, textAt(words, 1))
    }
    if (model.actions.some((one) => one.name === name)) throw raised('ValueError', `Action ${name} already exists`)
    const action = { name, properties: new Map(NEW_PROPERTIES) }
    return {
      model: { ...model, actions: [...model.actions, action] },
      reply: name,
      effect: (settings) => ({ ...settings, actions: [...settings.actions, settingsOf(action)] }),
    }
  },
  delaction(model, words) {
    const { name } = actionOf(model, textAt(words, 0))
    return {
      model: { ...model, actions: model.actions.filter((one) => one.name !== name) },
      reply: undefined,
      effect(settings) {
        const actions = settings.actions.filter((one) => one.name !== name)
        if (actions.length === settings.actions.length) throw builtIn(name)
        return { ...settings, actions }
      },
    }
  },
  action(model, words) {
    const action = actionOf(model, textAt(words, 0))
    const key = wordAt(words, 1)
    // `multi-set`: several at once.
    if (isList(key)) return several(model, action, key)
    if (isMethod(String(key))) throw methodFault(String(key))
    const { changed, value } = withProperty(action, String(key), wordAt(words, 2))
    return replaced(model, changed, value)
  },
}

/** A jail's action. @throws Fault: KeyError */
export function actionOf({ actions }: JailModel, name: string): ActionModel {
  const action = actions.find((one) => one.name === name)
  if (!action) throw raised('KeyError', `Invalid Action name: ${name}`)
  return action
}

/** What an action of which nothing was told has. Source: what `actionproperties` answers. */
export const NEW_PROPERTIES: readonly (readonly [string, Value])[] = [
  ['actionban', ''],
  ['actioncheck', ''],
  ['actionflush', ''],
  ['actionreban', ''],
  ['actionreload', ''],
  ['actionrepair', ''],
  ['actionstart', ''],
  ['actionstop', ''],
  ['actionunban', ''],
  ['banEpoch', 0],
  ['timeout', 60],
]

function several(model: JailModel, action: ActionModel, pairs: readonly Value[]): Change {
  let changed = action
  for (const pair of pairs) {
    const items = isList(pair) ? pair : []
    changed = withProperty(changed, textAt(items, 0), wordAt(items, 1)).changed
  }
  return replaced(model, changed, true)
}

function withProperty(action: ActionModel, key: string, word: Value): { changed: ActionModel; value: Value } {
  const value = key === 'timeout' ? seconds(word) : key === 'banEpoch' ? (action.properties.get(key) ?? 0) : word
  return { changed: { ...action, properties: new Map([...action.properties, [key, value]]) }, value }
}

function replaced(model: JailModel, changed: ActionModel, reply: Value): Change {
  const before = actionOf(model, changed.name)
  return {
    model: { ...model, actions: model.actions.map((one) => (one.name === changed.name ? changed : one)) },
    reply,
    effect: (settings) => patched(settings, before, changed),
  }
}

/** Those that are built in have no script that could be another. */
function patched(settings: JailSettings, before: ActionModel, after: ActionModel): JailSettings {
  const known = settings.actions.find((one) => one.name === after.name)
  if (!known) throw builtIn(after.name)
  const changes = [...after.properties].filter(([key, value]) => before.properties.get(key) !== value)
  const actions = settings.actions.map((one) => (one === known ? patchedAction(one, after, changes) : one))
  const keepsFields = actions.some(({ commands }) => JSON.stringify(commands).includes('<F-'))
  return { ...settings, actions, options: { ...settings.options, ...(keepsFields ? { keepsFields } : {}) } }
}

function patchedAction(
  settings: ActionSettings,
  { properties }: ActionModel,
  changes: readonly (readonly [string, Value])[],
): ActionSettings {
  const timeout = changes.find(([key]) => key === 'timeout')
  const given = changes.filter(([key]) => !COMMANDS.has(key) && key !== 'timeout')
  const isMeant = (script: string) => given.some(([key]) => script.includes(`<${key}>`))
  const scripts = [...properties].flatMap(([key, script]) => {
    const isChanged = changes.some(([changed]) => changed === key) || isMeant(String(script))
    return COMMANDS.has(key) && isChanged ? [[key, filled(script, properties)]] : []
  })
  const both = (family: 'inet4' | 'inet6') => ({ ...settings.commands[family], ...Object.fromEntries(scripts) })
  return {
    ...settings,
    commands: { inet4: both('inet4'), inet6: both('inet6') },
    properties: { ...settings.properties, ...Object.fromEntries(given.map(([key, value]) => [key, String(value)])) },
    timeout: timeout ? bounded(timeout[1], 0) : settings.timeout,
  }
}

const COMMANDS: ReadonlySet<string> = new Set([
  ...['actionban', 'actioncheck', 'actionflush', 'actionprolong', 'actionreban', 'actionreload', 'actionrepair'],
  ...['actionstart', 'actionstop', 'actionunban'],
])

/** The action's own tags are put in; those that are known at the ban alone stay. */
function filled(script: Value, properties: ActionModel['properties']): string {
  let text = String(script)
  for (let times = 0; times < 25; times++) {
    const next = text.replace(/<([^<>\s]+)>/g, (tag, name: string) => {
      const value = properties.get(name)
      return value === undefined || COMMANDS.has(name) ? tag : String(value)
    })
    if (next === text || next.length > 100_000) break
    text = next
  }
  return text
}

function settingsOf({ name }: ActionModel): ActionSettings {
  return {
    name,
    action: name,
    commands: { inet4: {}, inet6: {} },
    properties: {},
    timeout: 60,
    norestored: false,
    startOnDemand: false,
    isPerFamily: false,
    repairOnUnban: false,
    at: { file: 'fail2ban-client' },
  }
}

function builtIn(name: string) {
  return raised('Exception', `action ${name} is built in: change it in action.d or in the jail, and reload`)
}

/** Source: what `actionmethods` answers. */
export const METHODS: readonly string[] = [
  ...['ban', 'clearAllParams', 'consistencyCheck', 'escapeTag', 'executeCmd', 'flush', 'invalidateBanEpoch', 'prolong'],
  ...['reban', 'reload', 'replaceDynamicTags', 'replaceTag', 'start', 'stop', 'unban'],
]

function isMethod(name: string): boolean {
  return METHODS.includes(name)
}

function methodFault(name: string) {
  return raised('NotImplementedError', `an action's ${name}() cannot be called from outside`)
}

function python(name: string, path: string) {
  return raised('NotImplementedError', `action ${name}: ${path} is Python, which only Fail2ban can run`)
}
