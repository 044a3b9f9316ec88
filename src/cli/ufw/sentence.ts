/** A sentence of ufw: the words behind `ufw`, as UFW 0.36.2 takes them, and what they ask for. */

import { Fault } from '../../base/fault.ts'
import type { Profile } from '../../config/ufw/profile.ts'
import type { Sentence } from './command.ts'

/** What the meaning of a word hangs on. */
export interface Vocabulary {
  readonly services: Services
  /** Asked only where a sentence names a profile: reading them costs. */
  readonly profiles: () => ReadonlyMap<string, Profile>
  /** `IPV6` of /etc/default/ufw. */
  readonly ipv6: boolean
}

/** What /etc/services says of a name: its port, and for which of the two protocols. */
export type Services = (name: string) => Service | undefined

export interface Service {
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'any'
}

/**
 * @param words what stands behind `ufw`
 * @throws Fault `ufw.*`, its message UFW's own text without `ERROR: `; `ufw.syntax` where the help follows on stdout
 */
export function parseSentence(words: readonly string[], vocabulary: Vocabulary): Sentence {
  throw new Fault('ufw.syntax', words.length === 0 ? 'not enough args' : `Invalid syntax${vocabulary.ipv6 ? '' : ''}`)
}
