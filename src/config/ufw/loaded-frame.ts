/**
 * The Frame that was loaded last. What an admin edits in before.rules and after.rules comes into force with the next `reload`,
 * as UFW has it, and not with whatever rule somebody adds before. It is kept where it does not outlive a start of the host.
 */
import type { Frame } from '../../firewall/rules/frame.ts'
import type { Files } from '../../world/files.ts'
import type { UfwPaths } from './paths.ts'

type Where = Pick<UfwPaths, 'folder'>

/** Of files that were put elsewhere, beside them. */
function recordOf({ folder }: Where): { readonly folder: string; readonly path: string; readonly mark: string } {
  return folder === '/etc/ufw'
    ? { folder: '/run/rampart', path: '/run/rampart/ufw-frame.json', mark: '/run/rampart/ufw-was-loaded' }
    : { folder, path: `${folder}/.rampart-frame`, mark: `${folder}/.rampart-was-loaded` }
}

/** Whether rules were ever loaded since the host was started: an installed ufw leaves some of its chains behind, empty. */
export function wasLoaded(files: Pick<Files, 'stat'>, where: Where): boolean {
  return files.stat(recordOf(where).mark) !== undefined
}

/**
 * Whether rules were loaded since the host was started, and not taken away again; never true of an installed ufw's. Asked every
 * second.
 */
export function isLoaded(files: Pick<Files, 'stat'>, where: Where): boolean {
  return files.stat(recordOf(where).path) !== undefined
}

/** undefined: none is known. */
export function loadedFrame(files: Files, where: Where): Frame | undefined {
  const { path } = recordOf(where)
  try {
    const frame: unknown = files.stat(path) ? JSON.parse(files.text(path)) : undefined
    return isFrame(frame) ? frame : undefined
  } catch {
    // Half written, or by another version: the files are asked.
    return undefined
  }
}

/** Whether it has a frame's form; what it says, nobody but root has written. */
export function isFrame(value: unknown): value is Frame {
  const { chains, sets } = (value ?? {}) as Partial<Record<keyof Frame, unknown>>
  const isChain = (chain: Partial<Frame['chains'][number]> | null) =>
    (chain?.family === 4 || chain?.family === 6) &&
    typeof chain.name === 'string' &&
    ['filter', 'nat', 'mangle', 'raw'].includes(String(chain.table)) &&
    Array.isArray(chain.rules) &&
    chain.rules.every((rule) => typeof rule === 'string')
  const isSet = (set: Partial<Frame['sets'][number]> | null) =>
    typeof set?.name === 'string' && typeof set.body === 'string'
  return Array.isArray(chains) && chains.every(isChain) && Array.isArray(sets) && sets.every(isSet)
}

/** Only root may change it: it is nft text. Where it cannot be kept, the files are asked each time. */
export function rememberFrame(files: Files, where: Where, frame: Frame): void {
  const { folder, path, mark } = recordOf(where)
  const chains = frame.chains.map(({ places: _, ...chain }) => chain)
  try {
    files.makeFolder(folder, 0o700)
    files.write(path, JSON.stringify({ ...frame, chains } satisfies Frame), 0o600)
    if (!files.stat(mark)) files.write(mark, '', 0o600)
  } catch {
    forgetFrame(files, where)
  }
}

/** Before another one is loaded, and when none is. */
export function forgetFrame(files: Files, where: Where): void {
  files.remove(recordOf(where).path)
}
