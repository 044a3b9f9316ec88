/** What was changed with `--rollback` and waits for `ufw confirm`, as a file keeps it. */
import { type KeptState, stateOf } from '../../config/ufw/kept-state.ts'
import { isFrame } from '../../config/ufw/loaded-frame.ts'
import type { UfwPaths } from '../../config/ufw/paths.ts'
import { MAX_RULES_BYTES } from '../../config/ufw/read-ufw.ts'
import type { Frame } from '../../firewall/rules/frame.ts'
import type { EpochMs } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'

export interface Pending {
  /** The processes that wait: the first whose time has come takes all of it back. */
  readonly waiting: readonly { readonly id: string; readonly due: EpochMs }[]
  /** Of the kernel: it is another after every start of the host. */
  readonly boot: string
  readonly before: KeptState
  readonly after: KeptState
  /** Those that were replaced as a whole, oldest first. */
  readonly files: readonly { readonly path: string; readonly before: string; readonly after: string }[]
  /** What of before.rules and after.rules was in force; undefined: nothing was. */
  readonly frame?: Frame | undefined
}

/** Beside UFW's own files: it outlives a start of the host. */
export function recordPath({ folder }: Pick<UfwPaths, 'folder'>): string {
  return `${folder}/.rampart-rollback`
}

export function writePending(files: Files, path: string, pending: Pending): void {
  files.write(path, JSON.stringify(pending), 0o600)
}

/** undefined where there is none, or what is none. @throws Fault `file.*` */
export function readPending(files: Files, path: string): Pending | undefined {
  if (!files.stat(path)) return undefined
  const text = files.text(path, MAX_BYTES)
  try {
    const pending = JSON.parse(text) as Pending
    for (const state of [pending.before, pending.after]) stateOf(state)
    return isPending(pending) ? pending : undefined
  } catch {
    return undefined
  }
}

/** Two states, and files. */
const MAX_BYTES = 3 * MAX_RULES_BYTES

function isPending({ waiting, boot, files, frame }: Pending): boolean {
  return (
    waiting.every(({ id, due }) => typeof id === 'string' && Number.isFinite(due)) &&
    typeof boot === 'string' &&
    files.every((file) => [file.path, file.before, file.after].every((text) => typeof text === 'string')) &&
    (frame === undefined || isFrame(frame))
  )
}
