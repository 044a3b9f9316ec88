/**
 * Several files replaced as one: their new content lies on disk, whole, then a list of them is written beside it, which is
 * the moment from which it counts, then each takes its place. Who is killed in between leaves either nothing of it or
 * the list, by which `finish` goes on; who reads meanwhile, reads by the list.
 */
import { asFault, Fault } from '../../base/fault.ts'
import type { Files, Owner, Stat } from '../../world/files.ts'

export interface Replacement {
  readonly path: string
  readonly content: string | Uint8Array
  /** Of a new file; one that is there keeps its own, and its owner. */
  readonly mode: number
  /** Given, it and `mode` count for a file that is there as well. */
  readonly owner?: Owner
}

/** Either is to be called, once. */
export interface Prepared {
  /** From here on it counts. @throws Fault `file.*`: it may count all the same, once a later command can finish it */
  commit(): void
  /** Nothing of it is left. */
  abandon(): void
}

/**
 * Writes everything that takes room on the disk.
 * @param list where the list is written
 * @throws Fault `file.*`, `file.full` where there is no room, `ufw.not-writable` in UFW's words; nothing is left behind then
 */
export function prepareExchange(files: Files, list: string, replacements: readonly Replacement[]): Prepared {
  const steps: Step[] = []
  const abandon = () => {
    for (const { from } of steps) files.remove(from)
  }
  try {
    for (const replacement of replacements) {
      const step = stepTo(files, list, replacement.path)
      steps.push(step)
      write(files, step, replacement)
    }
  } catch (thrown) {
    abandonQuietly(abandon)
    throw thrown
  }
  return { commit: () => commit(files, list, steps), abandon }
}

/** Finishes what a killed command had begun and clears away what it had only prepared. Only under the lock. */
export function finish(files: Files, list: string, paths: readonly string[]): void {
  const steps = readSteps(files, list)
  if (steps.length > 0) carryOut(files, list, steps)
  for (const path of paths) files.remove(newOf(list, realOf(files, path)))
  // A list that lists nothing is none of ours.
  for (const path of [list, unfinished(list)]) files.remove(path)
}

/** Where the content of a file is to be read from, beside the work of others: at its new place once that counts. */
export function readThrough(files: Files, list: string): (path: string) => string {
  const steps = readSteps(files, list)
  if (steps.length === 0) return (path) => path
  return (path) => {
    const step = steps.find(({ to }) => to === path || to === realOf(files, path))
    return step && files.stat(step.from) ? step.from : path
  }
}

interface Step {
  readonly from: string
  readonly to: string
}

/** A link stays one: what it names is replaced. */
function stepTo(files: Files, list: string, path: string): Step {
  const to = realOf(files, path)
  return { from: newOf(list, to), to }
}

function realOf(files: Files, path: string): string {
  if (files.link(path) === undefined) return path
  try {
    return files.real(path)
  } catch {
    // It names nothing: a file takes its place.
    return path
  }
}

/** Beside the list, wherever the file itself stands: that folder is ours under the lock, /etc/default is everybody's. */
function newOf(list: string, path: string): string {
  const folder = folderOf(list)
  const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path.slice(1)
  return `${folder}/.${name.replaceAll('/', '-')}.rampart-new`
}

function unfinished(list: string): string {
  return `${list}-new`
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function write(files: Files, { from, to }: Step, { content, mode, owner }: Replacement): void {
  const old: Stat | undefined = files.stat(to)
  // A link to /dev/null: what stands there must not be replaced by a file.
  if (old && old.kind !== 'file')
    throw new Fault('ufw.no-regular-file', `'${to}' is not a regular file`, { at: { file: to } })
  for (const path of old ? [from] : [from, to]) files.makeFolder(folderOf(path), 0o755)
  // Found out now, not when half of the files have been replaced.
  if (old && !files.isWritable(to)) {
    throw new Fault('ufw.not-writable', `'${to}' is not writable`, { hint: `see: lsattr ${to}`, at: { file: to } })
  }
  try {
    if (owner) files.create(from, content, mode, owner)
    else files.create(from, content, old?.mode ?? mode, old)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    // Nobody knows the file beside it.
    throw new Fault(thrown.code, thrown.message.replaceAll(from, to), { cause: thrown, at: { file: to } })
  }
}

function commit(files: Files, list: string, steps: readonly Step[]): void {
  const [only] = steps
  if (!only) return
  if (steps.length === 1 && !isMounted(() => files.rename(only.from, only.to))) {
    files.syncFolder(folderOf(only.to))
    return
  }
  try {
    // What it lists has to be found after a power cut, in whichever folder it is.
    syncFolders(files, steps)
    files.create(unfinished(list), printSteps(steps), 0o600)
    files.rename(unfinished(list), list)
    files.syncFolder(folderOf(list))
  } catch (thrown) {
    abandonQuietly(() => {
      files.remove(unfinished(list))
      for (const { from } of steps) files.remove(from)
    })
    throw thrown
  }
  carryOut(files, list, steps)
}

function carryOut(files: Files, list: string, steps: readonly Step[]): void {
  for (const { from, to } of steps) {
    if (!files.stat(from)) continue
    if (isMounted(() => files.rename(from, to))) writeOver(files, from, to)
  }
  syncFolders(files, steps)
  files.remove(list)
  files.syncFolder(folderOf(list))
  // Only now: a file that was written over may have to be written over once more.
  for (const { from } of steps) files.remove(from)
}

/** On another file system there may be none yet: who sees it then reads by the list. */
function writeOver(files: Files, from: string, to: string): void {
  const content = files.read(from, Number.MAX_SAFE_INTEGER)
  const made = files.stat(from)!
  if (files.stat(to)) files.overwrite(to, content)
  else files.create(to, content, made.mode, made)
}

function syncFolders(files: Files, steps: readonly Step[]): void {
  for (const folder of new Set(steps.map(({ to }) => folderOf(to)))) files.syncFolder(folder)
}

/** A single file that is mounted into a container cannot be replaced, nor one on another file system. */
function isMounted(rename: () => void): boolean {
  try {
    rename()
    return false
  } catch (thrown) {
    if (asFault(thrown, 'file.failed').code === 'file.busy') return true
    throw thrown
  }
}

function printSteps(steps: readonly Step[]): string {
  return `${JSON.stringify(steps.map(({ to }) => to))}\n`
}

/** The list is written whole or not at all; what is none was written by nobody. */
function readSteps(files: Files, list: string): Step[] {
  if (!files.stat(list)) return []
  try {
    const paths: unknown = JSON.parse(files.text(list))
    if (!Array.isArray(paths)) return []
    return paths
      .filter((path) => typeof path === 'string' && path.startsWith('/'))
      .map((to) => ({ from: newOf(list, to), to }))
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return []
    // Gone since: it was carried out.
    if (thrown instanceof Fault && thrown.code === 'file.absent') return []
    throw thrown
  }
}

function abandonQuietly(abandon: () => void): void {
  try {
    abandon()
  } catch {
    // What is told is why there is nothing to keep.
  }
}
