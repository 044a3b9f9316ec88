/** A jail as its files tell of it: what Fail2ban's client would have sent, taken word for word. */
import type { Command } from '../../../config/commands/command.ts'
import { jailCommands } from '../../../config/commands/jail-commands.ts'
import { shellWords } from '../../../config/commands/shell-words.ts'
import { KERNEL } from '../../../config/discover.ts'
import { readLayers } from '../../../config/read-layers.ts'
import type { JailSettings } from '../../../config/settings.ts'
import type { World } from '../../../world/world.ts'
import type { Value } from '../value.ts'
import type { Hands } from './change.ts'
import { type JailModel, newJail } from './jail-model.ts'
import { setterOf } from './setters.ts'

/** @param folders of the configuration, the stock one first */
export function toldJail(world: World, folders: readonly string[], settings: JailSettings): JailModel {
  const { name, backend } = settings
  const layered = readLayers(world, folders, 'jail')
  const told = layered?.sections.has(name) ? jailCommands({ world, folders, layered }, name, true).commands : []
  let model = newJail(name, backend.trim())
  for (const command of told) model = heard(model, command, { files: world.files })
  return withSettings(model, settings)
}

/** What means nothing was told at the start; here it changes nothing. */
function heard(model: JailModel, { words }: Command, hands: Hands): JailModel {
  const [verb, , option, ...rest] = words as readonly Value[]
  const set = verb === 'set' || verb === 'multi-set' ? setterOf(String(option)) : undefined
  try {
    return set ? set(model, rest, hands).model : model
  } catch {
    return model
  }
}

/** Where the host decided otherwise than the files: what is so goes before what was told. */
function withSettings(model: JailModel, { options, backend, logs, filter }: JailSettings): JailModel {
  const { findtime, bantime, maxretry } = options
  const values = new Map([...model.values])
  for (const [name, value] of Object.entries({ findtime, bantime, maxretry })) {
    if (Number(model.values.get(name)) !== value) values.set(name, value)
  }
  const kernel = logs.some(({ path }) => path === KERNEL) && !model.logs.includes(KERNEL) ? [KERNEL] : []
  const journalmatch = model.journalmatch.length > 0 ? model.journalmatch : filter.journalmatch.map(shellWords)
  return { ...model, backend: backend.trim(), values, logs: [...model.logs, ...kernel], journalmatch }
}
