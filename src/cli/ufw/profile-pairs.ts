/** What the lists of ports of profiles make of a draft that names them. */
import type { Profile } from '../../config/ufw/profile.ts'
import { asProtocol, type Draft, type DraftEnd } from './draft.ts'
import { isList, sortedPorts } from './port-list.ts'
import { findProfile } from './profile-name.ts'
import { wrong } from './wrong.ts'

type Profiles = ReadonlyMap<string, Profile>

/** One draft for each pair of lists. @throws Fault `ufw.profile`, `ufw.port` */
export function profilePairs(draft: Draft, profiles: Profiles): readonly Draft[] {
  // UFW checks the names in this order.
  const to = listsOf(draft.to, profiles, findProfile)
  const from = listsOf(draft.from, profiles, findSource)
  const pairs = to.flatMap((toList) => from.map((fromList) => ({ toList, fromList })))
  return pairs
    .filter(
      ({ toList, fromList }) => toList.end.profile !== fromList.end.profile || toList.end.port === fromList.end.port,
    )
    .map(({ toList, fromList }) => {
      // Where they differ, UFW takes the source's: an empty rule is not refused.
      const protocol = fromList.protocol === 'any' ? toList.protocol : fromList.protocol
      return { ...draft, protocol, from: fromList.end, to: toList.end }
    })
}

interface EndList {
  readonly protocol: 'any' | 'tcp' | 'udp'
  readonly end: DraftEnd
}

function listsOf(end: DraftEnd, profiles: Profiles, find: typeof findProfile): readonly EndList[] {
  if (end.profile === undefined) return [{ protocol: 'any', end }]
  const profile = find(profiles, end.profile)
  if (end.port !== undefined) throw wrong('profile', 'No rules found for application profile')
  return profile.ports.map((text) => {
    const [ports = '', protocol = 'any'] = text.split('/')
    const port = isList(ports) ? sortedPorts(ports, ` '${ports}'`) : ports
    return { protocol: asProtocol(protocol) as EndList['protocol'], end: { ...end, profile: profile.name, port } }
  })
}

/** As a source UFW finds a profile only by its exact name. */
function findSource(profiles: Profiles, name: string): Profile {
  const profile = findProfile(profiles, name)
  if (profile.name !== name) throw wrong('port', `Bad port '${profile.name}'`)
  return profile
}
