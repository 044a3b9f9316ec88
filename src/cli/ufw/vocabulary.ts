/** What the meaning of a word hangs on. */
import type { Profile } from '../../config/ufw/profile.ts'
import type { Services } from '../../config/ufw/services.ts'

export interface Vocabulary {
  readonly services: Services
  /** Asked only where a sentence names a profile: reading them costs. */
  readonly profiles: () => ReadonlyMap<string, Profile>
  /** `IPV6` of /etc/default/ufw. */
  readonly ipv6: boolean
}
