/**
 * `--rollback SECONDS`: a change is taken back unless `ufw confirm` comes. A process of its own waits for that, which the end
 * of the terminal or of the connection does not end; what it takes back stands in a file, so that a start does it as well.
 */
import { Fault } from '../../base/fault.ts'
import { type KeptState, keptState, stateOf } from '../../config/ufw/kept-state.ts'
import { underLock } from '../../config/ufw/open-ufw.ts'
import { type UfwPaths, ufwPaths } from '../../config/ufw/paths.ts'
import type { UfwState } from '../../config/ufw/state.ts'
import type { Files } from '../../world/files.ts'
import type { Setting } from '../setting.ts'
import type { Call } from './call.ts'
import { carry } from './carry.ts'
import type { Kernel } from './decision.ts'

/**
 * From here on the change is taken back in time. To be called before it is made, under the lock.
 * @returns what gives that up, where the change was not made
 * @throws Fault `ufw.no-rollback`
 */
export function arm(call: Call, seconds: number, before: UfwState): () => void {
  const { world, selfCommand, pid } = call.setting
  const path = recordPath(call.paths)
  // A host that is new to ufw has none.
  world.files.makeFolder(call.paths.folder, 0o755)
  const last = readRecord(world.files, path)
  const record: Rollback = {
    id: `${world.clock.now()}-${pid}`,
    boot: bootOf(world.files),
    // What was not confirmed is taken back with it.
    before: last ? last.before : keptState(before),
  }
  world.files.write(path, JSON.stringify(record), 0o600)
  const giveUp = () => (last ? world.files.write(path, JSON.stringify(last), 0o600) : world.files.remove(path))
  const words = ['ufw-rollback', record.id, String(seconds), path]
  if (selfCommand && world.run.leave([...selfCommand, ...words])) return giveUp
  giveUp()
  throw new Fault('ufw.no-rollback', 'the process that would take it back cannot be started; nothing was changed')
}

/** `ufw confirm`. @returns the exit code @throws Fault `ufw.nothing-to-confirm` */
export async function confirm({ setting, paths }: Call): Promise<number> {
  const { world, terminal } = setting
  return underLock(world, paths, () => {
    const path = recordPath(paths)
    if (!readRecord(world.files, path)) {
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
  await new Promise<void>((resolve) => clock.after(Number(seconds) * 1000, resolve))
  const paths = ufwPaths(path.slice(0, -recordPath(ufwPaths()).length))
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    try {
      await takeBack(setting, paths, (record) => record.id === id)
      return 0
    } catch {
      // Somebody holds the lock, the disk is full: there is nobody to tell, and somebody may be locked out.
      await new Promise<void>((resolve) => clock.after(BETWEEN_TURNS_MS, resolve))
    }
  }
  return 1
}

const MAX_TURNS = 1000
const BETWEEN_TURNS_MS = 5000

/** At a start: what was not confirmed before the host went down is taken back. */
export async function takeBackOld({ setting, paths }: Call): Promise<void> {
  const boot = bootOf(setting.world.files)
  const record = readRecord(setting.world.files, recordPath(paths))
  if (record && record.boot !== boot) await takeBack(setting, paths, (one) => one.boot !== boot)
}

async function takeBack(setting: Setting, paths: UfwPaths, isMeant: (record: Rollback) => boolean): Promise<void> {
  const { world } = setting
  await underLock(world, paths, async (ufw) => {
    const path = recordPath(paths)
    const record = readRecord(world.files, path)
    if (!record || !isMeant(record)) return
    const next = stateOf(record.before)
    const kernel: Kernel = next.enabled ? 'change' : ufw.state.enabled ? 'unload' : 'as it is'
    const sentence = {
      command: { kind: 'confirm' },
      dryRun: false,
      force: true,
      json: false,
      rollback: undefined,
    } as const
    const call: Call = { setting, paths, sentence, warn: () => {}, said: 'what was not confirmed is taken back' }
    await carry(call, ufw, { next, kernel, told: '', dry: '' })
    world.files.remove(path)
  })
}

interface Rollback {
  readonly id: string
  /** Of the kernel: it is another after every start of the host. */
  readonly boot: string
  readonly before: KeptState
}

/** Beside UFW's own files: it outlives a start of the host. */
function recordPath({ folder }: Pick<UfwPaths, 'folder'>): string {
  return `${folder}/.rampart-rollback`
}

/** undefined where there is none, or what is no record. */
function readRecord(files: Files, path: string): Rollback | undefined {
  if (!files.stat(path)) return undefined
  try {
    return JSON.parse(files.text(path)) as Rollback
  } catch {
    return undefined
  }
}

function bootOf(files: Files): string {
  return files.text('/proc/sys/kernel/random/boot_id').trim()
}
