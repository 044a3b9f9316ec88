/** `set JAIL addignoreip`, `addlogpath`, `addjournalmatch` and what takes them away again. */
import { isHost, parseNetwork, printNetwork } from '../../../base/address.ts'
import { expandGlob } from '../../../config/glob.ts'
import type { JailSettings, LogSettings } from '../../../config/settings.ts'
import { pythonInt, raised, textAt, wordAt } from '../python.ts'
import type { Value } from '../value.ts'
import { type Change, type Hands, type Setter, withFilter, withOptions } from './change.ts'
import { isJournal, type JailModel } from './jail-model.ts'

export const SET_LISTS: Readonly<Record<string, Setter>> = {
  addignoreip(model, words) {
    const all = new Set([...model.ignoreip, ...words.map(shownId)].filter((id) => id !== ''))
    const sorted = [...all].sort((one, other) => Number(isAddress(one)) - Number(isAddress(other)))
    return ignoring(model, sorted)
  },
  delignoreip(model, words) {
    // The first alone, as there.
    const id = shownId(wordAt(words, 0))
    if (!model.ignoreip.includes(id)) throw raised('ValueError', 'list.remove(x): x not in list')
    return ignoring(
      model,
      model.ignoreip.filter((one) => one !== id),
    )
  },
  addlogpath: (model, words, hands) => addLog(model, words, hands),
  dellogpath: (model, words, hands) => deleteLog(model, textAt(words, 0), hands),
  addjournalmatch(model, words) {
    if (!isJournal(model)) return { model, reply: [] }
    return matching(model, [...model.journalmatch, words.map(String)])
  },
  deljournalmatch(model, words) {
    if (!isJournal(model)) return { model, reply: [] }
    const match = words.map(String)
    const left = model.journalmatch.filter((one) => !isSame(one, match))
    if (match.length > 0 && left.length === model.journalmatch.length) {
      throw raised('ValueError', `Match '${match.join(' ')}' not found`)
    }
    return matching(model, match.length === 0 ? [] : left)
  },
}

function ignoring(model: JailModel, ignoreip: readonly string[]): Change {
  return { model: { ...model, ignoreip }, reply: ignoreip, effect: withOptions({ ignoreip }) }
}

/** Single addresses come last. */
function isAddress(id: string): boolean {
  const network = parseNetwork(id)
  return network !== undefined && isHost(network)
}

/** An address or network as it is told; what is none stays as it was given. */
export function shownId(word: Value): string {
  if (typeof word !== 'string') throw raised('TypeError', "object of type 'int' has no len()")
  const network = parseNetwork(word)
  if (network) return printNetwork(network)
  const [, host, mask] = /^([^/]*)\/(.*)$/s.exec(word) ?? []
  if (mask !== undefined && !word.startsWith('file:') && !/^[\d.]+$|:/.test(mask)) pythonInt(mask)
  return host !== undefined && parseNetwork(host) && /^\d+$/.test(mask!) ? printNetwork(parseNetwork(host)!) : word
}

function addLog(model: JailModel, words: readonly Value[], { files }: Hands): Change {
  const path = textAt(words, 0)
  if (words.length > 2) throw raised('ValueError', 'Only one file can be added at a time')
  const where = words.length > 1 ? words[1] : 'head'
  if (where !== 'head' && where !== 'tail') throw raised('ValueError', "File option must be 'head' or 'tail'")
  if (isJournal(model)) return { model, reply: [] }
  const found = path === '' ? undefined : files.stat(path)
  if (!found) throw raised('FileNotFoundError', 2, 'No such file or directory', path)
  if (found.kind === 'folder') throw raised('IsADirectoryError', 21, 'Is a directory', path)
  if (model.logs.includes(path)) return { model, reply: model.logs }
  return reading(model, [...model.logs, path], (logs) => [...logs, { path, tail: where === 'tail' }])
}

function deleteLog(model: JailModel, path: string, { files }: Hands): Change {
  const left = model.logs.filter((one) => one !== path)
  return reading(model, left, (logs) => logs.flatMap((log) => without(log, path, files)))
}

/** Of a pattern the others stay, as they are now. */
function without(log: LogSettings, path: string, files: Hands['files']): readonly LogSettings[] {
  if (log.path === path) return []
  const all = expandGlob(files, log.path)
  if (!all.includes(path)) return [log]
  return all.filter((one) => one !== path).map((one) => ({ ...log, path: one }))
}

function reading(
  model: JailModel,
  logs: readonly string[],
  change: (logs: readonly LogSettings[]) => readonly LogSettings[],
): Change {
  if (model.idle) {
    const idle = { ...model.idle, logs: change(model.idle.logs) }
    return { model: { ...model, logs, idle }, reply: logs }
  }
  const effect = (settings: JailSettings) => ({ ...settings, logs: change(settings.logs) })
  return { model: { ...model, logs }, reply: logs, effect }
}

function matching(model: JailModel, journalmatch: readonly (readonly string[])[]): Change {
  const lines = journalmatch.map((words) => words.map(quoted).join(' '))
  return {
    model: { ...model, journalmatch },
    reply: journalmatch,
    effect: withFilter({ journalmatch: lines }),
  }
}

/** Read again as a shell's words. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at])
}
