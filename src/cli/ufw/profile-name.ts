/** Names of application profiles. */
import type { Profile } from '../../config/ufw/profile.ts'
import { wrong } from './wrong.ts'

/** Whether a name may be that of a profile. */
export function mayNameProfile(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9 _\-.+]*$/.test(name) && name !== 'all'
}

/**
 * The profile of that name; upper and lower case do not matter where only one fits.
 * @throws Fault `ufw.profile`
 */
export function findProfile(profiles: ReadonlyMap<string, Profile>, name: string): Profile {
  const exact = profiles.get(name)
  if (exact) return exact
  const alike = [...profiles.values()].filter((profile) => profile.name.toLowerCase() === name.toLowerCase())
  if (alike.length > 1) throw wrong('profile', `Found multiple matches for '${name}'. Please use exact profile name`)
  const [only] = alike
  if (!only) throw wrong('profile', `Could not find a profile matching '${name}'`)
  return only
}
