/** Profiles of applications, by name and ports, as applications.d has them: `80,443/tcp|53`. */
import type { Profile } from '../../../src/config/ufw/profile.ts'

export function profilesOf(ports: Readonly<Record<string, string>>): ReadonlyMap<string, Profile> {
  return new Map(
    Object.entries(ports).map(([name, list]) => [
      name,
      { name, title: name, description: name, ports: list.split('|') },
    ]),
  )
}
