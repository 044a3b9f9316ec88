/** Which of UFW's files a change of the state replaces, and by what. */
import type { Files } from '../../world/files.ts'
import { assign, readAssignments } from './assignments.ts'
import { bytesOfText, textOfBytes } from './bytes.ts'
import type { Replacement } from './exchange.ts'
import type { UfwPaths } from './paths.ts'
import { MAX_RULES_BYTES, type ReadUfw } from './read-ufw.ts'
import { relabelAfterRules } from './relabel-after-rules.ts'
import type { UfwState } from './state.ts'
import { RULES_MODE, stockFiles } from './stock.ts'
import { printUserRules } from './user-rules.ts'

const SETTINGS_MODE = 0o644

const PATHS = ['in', 'out', 'forward'] as const

/** Only files whose content changes. A host that has none gets all of them. */
export function replacementsOf(
  files: Files,
  paths: UfwPaths,
  read: Pick<ReadUfw, 'state' | 'isNew'>,
  next: UfwState,
  more: readonly Replacement[],
): Replacement[] {
  const begun = read.isNew ? stockFiles(paths) : new Map<string, string>()
  const contents = new Map<string, Replacement>()
  const put = (path: string, content: string | Uint8Array, mode: number) => contents.set(path, { path, content, mode })

  for (const [path, text] of begun) {
    const isSetting = path === paths.conf || path === paths.defaults
    if (!files.stat(path)) put(path, text, isSetting ? SETTINGS_MODE : RULES_MODE)
  }
  for (const [path, valuesOf] of [
    [paths.defaults, defaultsOf],
    [paths.conf, confOf],
  ] as const) {
    const old = begun.get(path) ?? (files.stat(path) ? textOfBytes(files.read(path)) : '')
    const values = valuesOf(read.state, next, old)
    if (values.length === 0) continue
    put(path, bytesOfText(values.reduce((text, [name, value]) => assign(text, name, value), old)), SETTINGS_MODE)
  }
  const path = PATHS.find((each) => read.state.policies[each] !== next.policies[each])
  if (path) for (const after of relabelAfterRules(files, paths, next.policies[path])) contents.set(after.path, after)
  for (const family of [4, 6] as const) {
    if (read.isNew || needsRules(read.state, next, family))
      put(paths.userRules[family], printUserRules(next, family), RULES_MODE)
  }
  for (const replacement of more) contents.set(replacement.path, replacement)
  return [...contents.values()].filter((replacement) => isOther(files, replacement))
}

function isOther(files: Files, { path, content }: Replacement): boolean {
  if (!files.stat(path)) return true
  const old = files.read(path, MAX_RULES_BYTES)
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return old.length !== bytes.length || old.some((byte, index) => byte !== bytes[index])
}

/**
 * UFW leaves a file of rules as it is when the policies of a firewall that is off are changed, although its lines for the
 * log depend on them, and writes it when the firewall is switched on.
 */
function needsRules(last: UfwState, next: UfwState, family: 4 | 6): boolean {
  // Its rules were not read; what is not known is not written.
  if (family === 6 && !(last.ipv6 && next.ipv6)) return false
  const [before, after] = [last, next].map((state) => state.rules.filter((rule) => rule.family === family))
  if (before!.length !== after!.length || before!.some((rule, index) => rule !== after![index])) return true
  const policies = PATHS.some((path) => last.policies[path] !== next.policies[path])
  return last.logging !== next.logging || (next.enabled && (policies || !last.enabled))
}

type Assignments = readonly (readonly [name: string, value: string])[]

function defaultsOf(last: UfwState, next: UfwState): Assignments {
  const policies = [
    ['INPUT', 'in'],
    ['OUTPUT', 'out'],
    ['FORWARD', 'forward'],
  ] as const
  return [
    ...policies
      .filter(([, path]) => last.policies[path] !== next.policies[path])
      .map(([name, path]) => [`DEFAULT_${name}_POLICY`, `"${next.policies[path].toUpperCase()}"`] as const),
    ...(last.profilePolicy === next.profilePolicy
      ? []
      : [['DEFAULT_APPLICATION_POLICY', `"${next.profilePolicy.toUpperCase()}"`] as const]),
    ...(last.ipv6 === next.ipv6 ? [] : [['IPV6', next.ipv6 ? 'yes' : 'no'] as const]),
  ]
}

/** UFW names the level too when it switches the firewall on where the file names none, or one that there is not. */
function confOf(last: UfwState, next: UfwState, old: string): Assignments {
  const begins = next.enabled && !last.enabled
  const isNamed = readAssignments(old).get('loglevel') === last.logging
  return [
    ...(last.enabled === next.enabled ? [] : [['ENABLED', next.enabled ? 'yes' : 'no'] as const]),
    ...(last.logging !== next.logging || (begins && !isNamed) ? [['LOGLEVEL', next.logging] as const] : []),
  ]
}
