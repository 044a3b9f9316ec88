/** What the meaning of a line hangs on: the host's services and profiles, and the rules that it has already. */
import type { Profile } from '../../../config/ufw/profile.ts'
import type { ReadUfw } from '../../../config/ufw/read-ufw.ts'
import type { Rule } from '../../../firewall/rules/rule.ts'
import { printSentence } from '../../ufw/print-sentence.ts'
import type { Vocabulary } from '../../ufw/sentence.ts'

export interface WantedContext {
  readonly vocabulary: Vocabulary
  /** Of what names a profile, the rules that it has made here, under `madeKey`. */
  readonly made: ReadonlyMap<string, readonly Rule[]>
}

/**
 * A rule of a profile keeps the ports that it was made with until `ufw app update`, and outlives its profile: a sentence that
 * has made rules here means these.
 */
export function wantedContext({
  state,
  services,
  profiles,
}: Pick<ReadUfw, 'state' | 'services' | 'profiles'>): WantedContext {
  const ofProfiles = state.rules.filter(({ to, from }) => to.profile !== undefined || from.profile !== undefined)
  const all = new Map([...gone(ofProfiles), ...profiles])
  return {
    vocabulary: { services, ipv6: state.ipv6, profiles: () => all },
    made: Map.groupBy(ofProfiles, madeKey),
  }
}

/** The same for the rules of one family that one sentence has made. */
export function madeKey(rule: Rule): string {
  return `${rule.family} ${printSentence(rule)}`
}

/** As their rules tell them. */
function gone(rules: readonly Rule[]): Map<string, Profile> {
  const profiles = new Map<string, Profile>()
  for (const { to, from, protocol } of rules) {
    for (const { profile: name, ports } of [to, from]) {
      if (name === undefined) continue
      const list = protocol === 'any' ? ports : `${ports}/${protocol}`
      profiles.set(name, { name, title: '', description: '', ports: [...(profiles.get(name)?.ports ?? []), list] })
    }
  }
  return profiles
}
