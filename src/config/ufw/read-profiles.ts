/** The profiles of applications.d. A file or a profile that is wrong is skipped, and told as UFW tells it. */
import type { ServiceLookup } from '../../base/ports.ts'
import { printable } from '../../base/printable.ts'
import type { Files } from '../../world/files.ts'
import type { UfwPaths } from './paths.ts'
import type { Profile, ReadProfiles } from './profile.ts'
import { parseProfileFile } from './profile-file.ts'
import { isProfileName, parsePorts } from './tuple.ts'

/** All files together. Beyond it files are skipped. */
const MAX_TOTAL_BYTES = 10 * 1024 * 1024
/** Characters of a name, of a key. */
const MAX_NAME = 64
const MAX_VALUE = 1024

/** @param services a name that is a service's can be no profile's */
export function readProfiles(files: Files, paths: UfwPaths, services: ServiceLookup): ReadProfiles {
  const profiles = new Map<string, Profile>()
  const warnings: string[] = []
  let bytes = 0
  for (const name of profileFiles(files, paths)) {
    const path = `${paths.profiles}/${name}`
    const size = sizeOf(files, path)
    if (size === undefined) continue
    if (bytes + size > MAX_TOTAL_BYTES) {
      const why = size > MAX_TOTAL_BYTES ? 'too big' : 'too many files read already'
      warnings.push(`Skipping '${printable(name)}': ${why}`)
      continue
    }
    bytes += size
    const sections = parse(files, path)
    if (!sections) warnings.push(`Skipping '${printable(name)}': couldn't process`)
    for (const [profile, values] of sections ?? []) {
      const skipped = whySkipped(profile, values, services)
      // UFW says so even where the one before stays, since this one turns out to be wrong.
      const again = profiles.has(profile) && !skipped ? `Duplicate profile '${profile}', using last found` : undefined
      const wrong = skipped ?? whyWrong(profile, values, services)
      warnings.push(...[again, wrong].filter((warning) => warning !== undefined).map(printable))
      if (!wrong) profiles.set(profile, profileOf(profile, values))
    }
  }
  return { profiles: new Map([...profiles].sort(([a], [b]) => (a < b ? -1 : 1))), warnings }
}

/** Names of the files that are read, in order. Leftovers of editors and package managers are none. */
export function profileFiles(files: Files, paths: UfwPaths): string[] {
  const names = orNothing(() => files.list(paths.profiles)) ?? []
  return names.filter((name) => !/^\.|~$|\.(?:dpkg-(?:old|new|dist)|rpm(?:save|new))$/.test(name))
}

function sizeOf(files: Files, path: string): number | undefined {
  const stat = orNothing(() => files.stat(path))
  return stat?.kind === 'file' ? stat.size : undefined
}

/** A folder that is none, a link that leads nowhere: no profile is there, and no command should end for it. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

function parse(files: Files, path: string) {
  try {
    return parseProfileFile(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(files.read(path)))
  } catch {
    // No UTF-8, or it may not be read.
    return undefined
  }
}

function whySkipped(name: string, values: ReadonlyMap<string, string>, services: ServiceLookup): string | undefined {
  if (name.length > MAX_NAME) return `Skipping '${name}': name too long`
  if (!isProfileName(name)) return `Skipping '${name}': invalid name`
  if (services(name) !== undefined) return `Skipping '${name}': also in /etc/services`
  for (const [key, value] of values) {
    if (key.length > MAX_NAME) return `Skipping '${name}': field too long`
    if (value.length > MAX_VALUE) return `Skipping '${name}': value too long for '${key}'`
  }
  return undefined
}

function whyWrong(name: string, values: ReadonlyMap<string, string>, services: ServiceLookup): string | undefined {
  for (const key of ['title', 'description', 'ports']) {
    const value = values.get(key)
    if (value === undefined) return `"Profile '${name}' missing required field '${key}'"`
    if (value === '') return `"Profile '${name}' has empty required field '${key}'"`
  }
  const ports = values.get('ports')!.split('|')
  return ports.every((list) => isPortList(list, services)) ? undefined : `"Invalid ports in profile '${name}'"`
}

function profileOf(name: string, values: ReadonlyMap<string, string>): Profile {
  const [title = '', description = '', ports = ''] = ['title', 'description', 'ports'].map((key) => values.get(key))
  return { name, title, description, ports: ports.split('|') }
}

/** `80`, `80,443/tcp`, `6000:6007/udp`: several at once only with a protocol that has ports. */
function isPortList(text: string, services: ServiceLookup): boolean {
  const [ports = '', protocol = 'any', more] = text.split('/')
  if (more !== undefined || !['any', 'tcp', 'udp'].includes(protocol)) return false
  if (protocol === 'any' && /[,:]/.test(ports)) return false
  return parsePorts(ports, services) !== undefined
}
