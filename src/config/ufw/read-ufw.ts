/** What UFW's files say, read as one: never half of what a command beside us writes. */
import { Fault } from '../../base/fault.ts'
import type { Rule } from '../../firewall/rules/rule.ts'
import type { LogLevel, Policy } from '../../firewall/rules/ruleset.ts'
import type { Files } from '../../world/files.ts'
import { identityOf } from '../../world/files.ts'
import type { World } from '../../world/world.ts'
import { readAssignments } from './assignments.ts'
import { textOfBytes } from './bytes.ts'
import { readThrough } from './exchange.ts'
import { ownershipWarnings } from './ownership.ts'
import type { UfwPaths } from './paths.ts'
import type { Profile } from './profile.ts'
import { profileFiles, readProfiles } from './read-profiles.ts'
import { readServices, type Services } from './services.ts'
import type { UfwState } from './state.ts'
import { STOCK_STATE } from './stock.ts'
import { readUserRules } from './user-rules.ts'

export interface ReadUfw {
  /** Of `IPV6=no` without the rules of user6.rules, which stay where they are. */
  readonly state: UfwState
  readonly services: Services
  readonly profiles: ReadonlyMap<string, Profile>
  /** In UFW's order and words, without `WARN: `, safe for a terminal; some end in a line feed of their own, as there. */
  readonly warnings: readonly string[]
  /** The host has none of these files: `state` is what it begins with. */
  readonly isNew: boolean
}

/**
 * @throws Fault `ufw.no-file`, `ufw.no-policy`, `ufw.bad-policy`, in UFW's words; `file.*`
 */
export function readUfw(world: World, paths: UfwPaths): ReadUfw {
  const { files } = world
  // A command that writes takes milliseconds; one that was killed leaves what does not change any more.
  for (let turn = 0; ; turn++) {
    const before = identities(files, paths)
    const isSteady = () => turn === MAX_TURNS || before === identities(files, paths)
    try {
      const read = readOnce(world, paths)
      if (isSteady()) return read
    } catch (thrown) {
      if (isSteady()) throw thrown
    }
  }
}

const MAX_TURNS = 20

/** `IPV6` alone, which most sentences hang on. @throws as `readUfw` */
export function readIpv6(world: World, paths: UfwPaths): boolean {
  const path = readThrough(world.files, exchangeList(paths))(paths.defaults)
  if (!world.files.stat(path)) return readUfw(world, paths).state.ipv6
  return readAssignments(textOfBytes(world.files.read(path))).get('ipv6') === 'yes'
}

/** The list of an exchange that counts; see exchange.ts. */
export function exchangeList({ folder }: UfwPaths): string {
  return `${folder}/.rampart-exchange`
}

/** All that may be exchanged. */
export function exchanged(paths: UfwPaths): string[] {
  const { defaults, conf, userRules, beforeRules, afterRules } = paths
  return [defaults, conf, ...[userRules, beforeRules, afterRules].flatMap((rules) => [rules[4], rules[6]])]
}

function identities(files: Files, paths: UfwPaths): string {
  return [exchangeList(paths), ...exchanged(paths)].map((path) => identityOf(files, path)).join()
}

function readOnce(world: World, paths: UfwPaths): ReadUfw {
  const { files } = world
  const services = readServices(world, paths.services)
  const port = (name: string) => services(name)?.port
  const { profiles, warnings: ofProfiles } = readProfiles(files, paths, port)
  const owners = ownershipWarnings(files, watched(files, paths))
  const at = readThrough(files, exchangeList(paths))
  const needed = [paths.defaults, paths.conf, paths.userRules[4], paths.userRules[6]]
  const absent = needed.filter((path) => !files.stat(at(path)))
  if (absent.length === needed.length) {
    return { state: STOCK_STATE, services, profiles, warnings: [...owners, ...ofProfiles], isNew: true }
  }
  if (absent[0] !== undefined) throw noFile(absent[0])

  const values = (path: string) => readAssignments(textOfBytes(files.read(at(path))))
  const settings = readSettings(values(paths.defaults), values(paths.conf))
  const rules: Rule[] = []
  const ofRules: string[] = []
  for (const family of settings.ipv6 ? ([4, 6] as const) : ([4] as const)) {
    const text = files.text(at(paths.userRules[family]), MAX_RULES_BYTES)
    const read = readUserRules(text, family, port)
    rules.push(...read.rules)
    ofRules.push(...read.warnings)
  }
  return {
    state: { ...settings, rules },
    services,
    profiles,
    warnings: [...owners, ...ofRules, ...ofProfiles],
    isNew: false,
  }
}

/** Some 400,000 rules. */
export const MAX_RULES_BYTES = 128 * 1024 * 1024

function readSettings(
  defaults: ReadonlyMap<string, string>,
  conf: ReadonlyMap<string, string>,
): Omit<UfwState, 'rules'> {
  const level = conf.get('loglevel') ?? ''
  return {
    enabled: conf.get('enabled') === 'yes',
    logging: isLevel(level) ? level : 'low',
    ipv6: defaults.get('ipv6') === 'yes',
    policies: {
      in: policyOf(defaults, 'input'),
      out: policyOf(defaults, 'output'),
      forward: policyOf(defaults, 'forward'),
    },
    profilePolicy: profilePolicyOf(defaults.get('default_application_policy')),
  }
}

function policyOf(defaults: ReadonlyMap<string, string>, path: string): Policy {
  const value = defaults.get(`default_${path}_policy`)
  if (value === 'accept' || value === 'drop' || value === 'reject') return value
  if (!value) throw new Fault('ufw.no-policy', `Missing policy for '${path}'`)
  throw new Fault('ufw.bad-policy', `Invalid policy '${value}' for '${path}'`)
}

function profilePolicyOf(value: string | undefined): UfwState['profilePolicy'] {
  return value === 'accept' || value === 'drop' || value === 'reject' ? value : 'skip'
}

function isLevel(word: string): word is LogLevel {
  return ['off', 'low', 'medium', 'high', 'full'].includes(word)
}

function noFile(path: string): Fault {
  return new Fault('ufw.no-file', `Couldn't stat '${path}'`, {
    hint: 'other files of the firewall are there: bring it back',
    at: { file: path },
  })
}

/** In the order in which UFW looks at them. */
function watched(files: Files, paths: UfwPaths): string[] {
  const { defaults, conf, profiles, userRules, beforeRules, afterRules } = paths
  return [
    ...[defaults, conf, profiles],
    ...([4, 6] as const).flatMap((family) => [userRules[family], beforeRules[family], afterRules[family]]),
    ...profileFiles(files, paths).map((name) => `${profiles}/${name}`),
  ]
}
