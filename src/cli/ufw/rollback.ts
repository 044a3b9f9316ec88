/**
 * `--rollback SECONDS`: a change is taken back unless `ufw confirm` comes. A process of its own waits for that, which the end
 * of the terminal or of the connection does not end; what it takes back stands in a file, so that a start does it as well.
 * What others have changed meanwhile stays.
 */
import { asFault, Fault } from '../../base/fault.ts'
import { printable } from '../../base/printable.ts'
import { bytesOfText, textOfBytes } from '../../config/ufw/bytes.ts'
import type { Replacement } from '../../config/ufw/exchange.ts'
import { keptState, stateOf } from '../../config/ufw/kept-state.ts'
import { loadedFrame, rememberFrame } from '../../config/ufw/loaded-frame.ts'
import { type OpenUfw, underLock } from '../../config/ufw/open-ufw.ts'
import { type UfwPaths, ufwPaths } from '../../config/ufw/paths.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import { RULES_MODE } from '../../config/ufw/stock.ts'
import { type Files, identityOf } from '../../world/files.ts'
import type { Setting } from '../setting.ts'
import type { Call } from './call.ts'
import { carry } from './carry.ts'
import type { Decision, Kernel } from './decision.ts'
import { type Pending, readPending, recordPath, writePending } from './pending.ts'
import { warn } from './warn.ts'
import { withoutChange } from './without-change.ts'

export interface Armed {
  /** Until it is taken back: an earlier change that waits for `ufw confirm` takes this one with it. */
  readonly seconds: number
  /** Where the change was not made. */
  disarm(): void
}

/**
 * From here on the change is taken back in time. To be called before it is made, under the lock.
 * @throws Fault `ufw.no-rollback`
 */
export async function arm(call: Call, seconds: number, now: UfwState, decision: Decision): Promise<Armed> {
  const { world, pid } = call.setting
  const path = recordPath(call.paths)
  // A host that is new to ufw has none.
  world.files.makeFolder(call.paths.folder, 0o755)
  const last = readPending(world.files, path)
  const id = `${world.clock.now()}-${pid}`
  const due = world.clock.now() + seconds * 1000
  writePending(world.files, path, {
    waiting: [...(last?.waiting ?? []), { id, due }],
    boot: bootOf(world.files),
    // What was not confirmed is taken back with it, and what others have changed between the two is not.
    before: keptState(last ? withoutChange(madeBy(last), now) : now),
    after: keptState(decision.next),
    files: [...(last?.files ?? []), ...exchangedBy(world.files, decision)],
    frame: last ? last.frame : loadedFrame(world.files, call.paths),
  })
  const disarm = () => (last ? writePending(world.files, path, last) : world.files.remove(path))
  if (await leave(call, ['ufw-rollback', id, String(seconds), path])) {
    const first = Math.min(due, ...(last?.waiting ?? []).map((one) => one.due))
    return { seconds: Math.max(0, Math.ceil((first - world.clock.now()) / 1000)), disarm }
  }
  disarm()
  throw new Fault('ufw.no-rollback', 'the process that would take it back cannot be started; nothing was changed')
}

function madeBy({ before, after }: Pending): { readonly before: UfwState; readonly after: UfwState } {
  return { before: stateOf(before), after: stateOf(after) }
}

/** What the files hold that the change replaces as a whole. */
function exchangedBy(files: Files, { files: replacements = [] }: Decision): Pending['files'] {
  return replacements.map(({ path, content }) => ({
    path,
    before: files.stat(path) ? textOfBytes(files.read(path)) : '',
    after: textOfBytes(typeof content === 'string' ? new TextEncoder().encode(content) : content),
  }))
}

/** Where systemd runs, outside the session: who ends a session ends all that was started in it. */
async function leave({ setting: { world, selfCommand } }: Call, words: readonly string[]): Promise<boolean> {
  if (!selfCommand) return false
  const argv = [...selfCommand, ...words]
  if (world.files.stat('/run/systemd/system')?.kind === 'folder') {
    const exit = await world.run.once(['systemd-run', '--quiet', '--collect', '--', ...argv], { timeoutMs: 5000 })
    if (exit.code === 0) return true
  }
  return world.run.leave(argv)
}

/** `ufw confirm`. @returns the exit code @throws Fault `ufw.nothing-to-confirm` */
export async function confirm({ setting, paths }: Call): Promise<number> {
  const { world, terminal } = setting
  return underLock(world, paths, () => {
    const path = recordPath(paths)
    if (!readPending(world.files, path)) {
      throw new Fault(
        'ufw.nothing-to-confirm',
        'nothing waits to be confirmed: no change was made with --rollback, or it was taken back',
      )
    }
    world.files.remove(path)
    terminal.out('Confirmed\n')
    return 0
  })
}

/** The process that waits: its words are what `arm` gave it. @returns the exit code */
export async function rollBack(
  setting: Setting,
  [id = '', seconds = '', path = '']: readonly string[],
): Promise<number> {
  const { clock } = setting.world
  if (!(await isDue(setting, id, Number(seconds) * 1000, path))) return 0
  const paths = ufwPaths(path.slice(0, -recordPath(ufwPaths()).length))
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    try {
      await takeBack(setting, paths, id)
      return 0
    } catch {
      // Somebody holds the lock, the disk is full: there is nobody to tell, and somebody may be locked out.
      await new Promise<void>((resolve) => clock.after(BETWEEN_TURNS_MS, resolve))
    }
  }
  return 1
}

/** Resolves when the time has come, or with false when it is known before that nothing is to be taken back. */
async function isDue({ world }: Setting, id: string, milliseconds: number, path: string): Promise<boolean> {
  const { clock, files } = world
  const end = clock.monotonic() + milliseconds
  let seen: string | undefined
  for (let left = milliseconds; left > 0; left = end - clock.monotonic()) {
    const identity = identityOf(files, path)
    // What cannot be read may be readable in time.
    if (identity === undefined || (identity !== seen && isForgotten(files, path, id))) return false
    seen = identity
    await new Promise<void>((resolve) => clock.after(Math.min(left, LOOK_MS), resolve))
  }
  return true
}

const LOOK_MS = 1000

function isForgotten(files: Files, path: string, id: string): boolean {
  try {
    const pending = readPending(files, path)
    return pending !== undefined && !pending.waiting.some((one) => one.id === id)
  } catch {
    return false
  }
}

const MAX_TURNS = 1000
const BETWEEN_TURNS_MS = 5000

async function takeBack(setting: Setting, paths: UfwPaths, id: string): Promise<void> {
  const { world } = setting
  await underLock(world, paths, async (ufw) => {
    const pending = readPending(world.files, recordPath(paths))
    if (!pending?.waiting.some((one) => one.id === id)) return
    const next = withoutChange(madeBy(pending), ufw.state)
    const kernel = kernelOf(ufw.state, next)
    const isReframed = kernel === 'change' && pending.frame !== undefined
    const loaded = isReframed ? loadedFrame(world.files, paths) : undefined
    if (isReframed) rememberFrame(world.files, paths, pending.frame!)
    try {
      await takeBackTo(setting, paths, ufw, { pending, next, kernel })
    } catch (thrown) {
      if (loaded) rememberFrame(world.files, paths, loaded)
      throw thrown
    }
  })
}

function kernelOf(now: UfwState, next: UfwState): Kernel {
  if (!next.enabled) return now.enabled ? 'unload' : 'as it is'
  return now.enabled ? 'change' : 'load'
}

interface Back {
  readonly pending: Pending
  readonly next: UfwState
  readonly kernel: Kernel
}

async function takeBackTo(setting: Setting, paths: UfwPaths, ufw: OpenUfw, back: Back): Promise<void> {
  const { next, kernel, pending } = back
  const { files } = setting.world
  const sentence = {
    command: { kind: 'confirm' },
    dryRun: false,
    force: true,
    json: false,
    rollback: undefined,
  } as const
  const call: Call = { setting, paths, sentence, warn: () => {}, said: 'what was not confirmed is taken back' }
  await carry(call, ufw, { next, kernel, files: filesBack(files, pending), told: '', dry: '' })
  files.remove(recordPath(paths))
}

/** Those that are as the change has left them. */
function filesBack(files: Files, pending: Pending): readonly Replacement[] {
  const back = new Map<string, string>()
  for (const { path, before, after } of pending.files.toReversed()) {
    const now = back.get(path) ?? (files.stat(path) ? textOfBytes(files.read(path)) : '')
    if (now === after) back.set(path, before)
  }
  return [...back].map(([path, text]) => ({ path, content: bytesOfText(text), mode: RULES_MODE }))
}

/** At a start, before the rules are loaded: what was not confirmed before the host went down is taken back in the files. */
export async function takeBackOld(call: Call): Promise<void> {
  const { setting, paths } = call
  const { files } = setting.world
  const isOld = () => {
    const pending = readPending(files, recordPath(paths))
    return pending && pending.boot !== bootOf(files) ? pending : undefined
  }
  if (!isOld()) return
  try {
    await underLock(setting.world, paths, async (ufw) => {
      const pending = isOld()
      if (!pending) return
      const next = withoutChange(madeBy(pending), ufw.state)
      const kernel = !next.enabled && ufw.state.enabled ? 'unload' : 'as it is'
      await takeBackTo(setting, paths, ufw, { pending, next, kernel })
    })
  } catch (thrown) {
    // Rules that were not confirmed are better than none.
    warn(call, [`what was not confirmed is not taken back: ${printable(asFault(thrown, 'ufw.failed').message)}`])
  }
}

function bootOf(files: Files): string {
  return files.text('/proc/sys/kernel/random/boot_id').trim()
}
