/**
 * What the firewall was before: after each change UFW's files are kept once more, with the command that changed them, up to a
 * bound. What another program or an editor changed is noticed at the next change, and kept as it was found.
 */
import { Fault } from '../../base/fault.ts'
import type { EpochMs } from '../../world/clock.ts'
import { type Files, identityOf } from '../../world/files.ts'
import type { World } from '../../world/world.ts'
import { textOfBytes } from './bytes.ts'
import { type KeptState, keptState, stateOf } from './kept-state.ts'
import type { UfwPaths } from './paths.ts'
import { exchanged } from './read-ufw.ts'
import type { UfwState } from './state.ts'

export interface Generation {
  /** Counted from 1, never used again. */
  readonly number: number
  readonly at: EpochMs
  /** What made it; undefined: it was found so. */
  readonly command: string | undefined
  readonly enabled: boolean
  /** Of both families. */
  readonly rules: number
}

/** What a generation was, for who wants it back. */
export interface Kept {
  readonly state: UfwState
  /** before.rules and after.rules of both families by path, as `textOfBytes` has them; those that were there. */
  readonly frames: ReadonlyMap<string, string>
}

const MOST = 50
/** All of them together. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * To be called under the lock, before a change.
 * @returns what keeps the change once it is made; where nothing changed it does nothing. @throws Fault `file.*`: it could not
 * be kept, the change is as good as it was
 */
export function watchChange(
  { files, clock }: Pick<World, 'files' | 'clock'>,
  paths: UfwPaths,
  before: UfwState,
): (next: UfwState, command: string) => void {
  const old = { identity: identitiesOf(files, paths), frames: framesOf(files, paths) }
  return (next, command) => {
    const identity = identitiesOf(files, paths)
    if (identity === old.identity) return
    const known = readIndex(files, paths)
    const at = clock.now()
    const news: New[] = []
    if (known.at(-1)?.identity !== old.identity) {
      news.push({ at, identity: old.identity, command: undefined, state: before, frames: old.frames })
    }
    news.push({ at, identity, command, state: next, frames: framesOf(files, paths) })
    keep(files, paths, known, news)
  }
}

/** Oldest first. @returns with `current` the number of what the files say now; undefined: they were changed since */
export function listGenerations(
  files: Files,
  paths: UfwPaths,
): { readonly generations: readonly Generation[]; readonly current: number | undefined } {
  const entries = readIndex(files, paths)
  const last = entries.at(-1)
  const isCurrent = last?.identity === identitiesOf(files, paths)
  return {
    generations: entries.map(({ number, at, command, enabled, rules }) => ({ number, at, command, enabled, rules })),
    current: isCurrent ? last?.number : undefined,
  }
}

/** @throws Fault `ufw.no-generation`, `file.*` */
export function readGeneration(files: Files, paths: UfwPaths, number: number): Kept {
  const entry = readIndex(files, paths).find((one) => one.number === number)
  const path = pathOf(paths, number)
  if (!entry || !files.stat(path)) {
    throw new Fault('ufw.no-generation', `there is no generation ${number} of the firewall`, {
      hint: 'see: rampart firewall history',
    })
  }
  try {
    const { state, frames } = JSON.parse(files.text(path, MOST_BYTES)) as Written
    return { state: stateOf(state), frames: readFrames(frames, paths) }
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code.startsWith('file.')) throw thrown
    throw new Fault('ufw.no-generation', `${path} is damaged`, { cause: thrown, at: { file: path } })
  }
}

/** Of these files and no others: they are written where they say. */
function readFrames(frames: Written['frames'], { beforeRules, afterRules }: UfwPaths): Kept['frames'] {
  const known = [beforeRules[4], beforeRules[6], afterRules[4], afterRules[6]]
  const isFrame = ([path, text]: Written['frames'][number]) => known.includes(path) && typeof text === 'string'
  return new Map(frames.filter(isFrame))
}

interface Entry extends Generation {
  /** Of UFW's files. */
  readonly identity: string
  readonly bytes: number
}

interface New extends Kept {
  readonly at: EpochMs
  readonly identity: string
  readonly command: string | undefined
}

/** A generation's file. */
interface Written {
  readonly state: KeptState
  readonly frames: readonly (readonly [path: string, text: string])[]
}

/** What the list does not name is nobody's: it is written behind what it names, and before that is taken away. */
function keep(files: Files, paths: UfwPaths, known: readonly Entry[], news: readonly New[]): void {
  files.makeFolder(paths.history, 0o700)
  let number = known.at(-1)?.number ?? 0
  const added = news.flatMap(({ at, identity, command, state, frames }): Entry[] => {
    number += 1
    const text = JSON.stringify({ state: keptState(state), frames: [...frames] } satisfies Written)
    if (text.length > MOST_BYTES) return []
    files.write(pathOf(paths, number), text, 0o600)
    const { enabled, rules } = state
    return [{ number, at, command, enabled, rules: rules.length, identity, bytes: text.length }]
  })
  const all = [...known, ...added]
  const kept = within(all)
  files.write(indexPath(paths), JSON.stringify(kept), 0o600)
  for (const entry of all) if (!kept.includes(entry)) files.remove(pathOf(paths, entry.number))
}

/** The newest of them. */
function within(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0
  const first = entries.findLastIndex((entry, index) => {
    bytes += entry.bytes
    return bytes > MOST_BYTES || entries.length - index > MOST
  })
  return entries.slice(first + 1)
}

function readIndex(files: Files, paths: UfwPaths): readonly Entry[] {
  const path = indexPath(paths)
  if (!files.stat(path)) return []
  try {
    const entries: unknown = JSON.parse(files.text(path))
    return Array.isArray(entries) ? entries.filter(isEntry) : []
  } catch (thrown) {
    // Damaged: they are counted anew.
    if (thrown instanceof SyntaxError) return []
    throw thrown
  }
}

function isEntry(entry: Entry | null): entry is Entry {
  return (
    typeof entry === 'object' &&
    [entry?.number, entry?.at, entry?.rules, entry?.bytes].every(Number.isSafeInteger) &&
    typeof entry?.enabled === 'boolean' &&
    typeof entry.identity === 'string' &&
    (entry.command === undefined || typeof entry.command === 'string')
  )
}

function indexPath({ history }: UfwPaths): string {
  return `${history}/generations.json`
}

function pathOf({ history }: UfwPaths, number: number): string {
  return `${history}/${number}.json`
}

function identitiesOf(files: Files, paths: UfwPaths): string {
  return exchanged(paths)
    .map((path) => identityOf(files, path) ?? '-')
    .join()
}

function framesOf(files: Files, { beforeRules, afterRules }: UfwPaths): ReadonlyMap<string, string> {
  const paths = [beforeRules[4], beforeRules[6], afterRules[4], afterRules[6]]
  return new Map(paths.filter((path) => files.stat(path)).map((path) => [path, textOfBytes(files.read(path))]))
}
