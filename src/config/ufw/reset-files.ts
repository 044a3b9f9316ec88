/** `ufw reset`: the files of rules as on a fresh host, and what was in them kept beside them. */
import type { EpochMs } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import type { Replacement } from './exchange.ts'
import type { UfwPaths } from './paths.ts'
import { MAX_RULES_BYTES } from './read-ufw.ts'
import type { UfwState } from './state.ts'
import { RULES_MODE, stockFiles } from './stock.ts'
import { printUserRules } from './user-rules.ts'

export interface Reset {
  /** For `prepare`, beside a state without rules. */
  readonly replacements: readonly Replacement[]
  /** In UFW's order: `user.rules`, and the path that keeps it. */
  readonly backups: readonly { readonly name: string; readonly path: string }[]
}

/**
 * @param now names the backups, in local time: `user.rules.20260101_093000`; a second later where such are there already
 */
export function resetFiles(files: Files, paths: UfwPaths, next: Omit<UfwState, 'rules'>, now: EpochMs): Reset {
  const stock = stockFiles(paths)
  const fresh = ([4, 6] as const).flatMap((family) => [
    [paths.userRules[family], printUserRules({ ...next, rules: [] }, family)] as const,
    [paths.beforeRules[family], stock.get(paths.beforeRules[family])!] as const,
    [paths.afterRules[family], stock.get(paths.afterRules[family])!] as const,
  ])
  const date = freeStamp(
    files,
    fresh.map(([path]) => path),
    now,
  )
  const kept = fresh.flatMap(([path]) => keep(files, path, `${path}.${date}`))
  const ofRoot = { mode: RULES_MODE, owner: { owner: 0, group: 0 } }
  return {
    replacements: [...kept, ...fresh.map(([path, content]) => ({ path, content, ...ofRoot }))],
    backups: kept.map(({ path, name }) => ({ name, path })),
  }
}

function keep(files: Files, path: string, backup: string): (Replacement & { readonly name: string })[] {
  const stat = files.stat(path)
  if (!stat) return []
  const { mode, owner, group } = stat
  const content = files.read(path, MAX_RULES_BYTES)
  return [{ path: backup, content, mode, owner: { owner, group }, name: path.slice(path.lastIndexOf('/') + 1) }]
}

/** UFW takes a second and more for a reset; two of ours may fall into one. */
function freeStamp(files: Files, paths: readonly string[], now: EpochMs): string {
  const date = stamp(now)
  return paths.some((path) => files.stat(`${path}.${date}`)) ? freeStamp(files, paths, now + 1000) : date
}

function stamp(now: EpochMs): string {
  const date = new Date(now)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())]
  return `${day.join('')}_${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('')}`
}
