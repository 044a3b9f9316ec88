/** What the lists of ports of profiles make of a draft that names them. */
import type { Profile } from '../../config/ufw/profile.ts'
import { asProtocol, type Draft, type DraftEnd } from './draft.ts'
import { type EndList, portLists, portPairs } from './port-pairs.ts'
import { findProfile } from './profile-name.ts'
import { wrong } from './wrong.ts'

type Profiles = ReadonlyMap<string, Profile>

/** One draft for each pair of lists. @throws Fault `ufw.profile`, `ufw.port` */
export function profilePairs(draft: Draft, profiles: Profiles): readonly Draft[] {
  // UFW checks the names in this order.
  const to = listsOf(draft.to, profiles, findProfile)
  const from = listsOf(draft.from, profiles, findSource)
  return portPairs(to, from).map(({ protocol, ...ends }) => ({ ...draft, protocol: asProtocol(protocol)!, ...ends }))
}

function listsOf(end: DraftEnd, profiles: Profiles, find: typeof findProfile): readonly EndList<DraftEnd>[] {
  if (end.profile === undefined) return [{ protocol: 'any', ports: end.port, end }]
  const profile = find(profiles, end.profile)
  if (end.port !== undefined) throw wrong('profile', 'No rules found for application profile')
  return portLists(profile).map(({ protocol, ports }) => {
    return { protocol, ports, end: { ...end, profile: profile.name, port: ports } }
  })
}

/** As a source UFW finds a profile only by its exact name. */
function findSource(profiles: Profiles, name: string): Profile {
  const profile = findProfile(profiles, name)
  if (profile.name !== name) throw wrong('port', `Bad port '${profile.name}'`)
  return profile
}
