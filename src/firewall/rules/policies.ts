/** What becomes of a packet that no rule decides. Source: UFW 0.36.2, each policy read back. */
import type { Chain } from './printed.ts'
import type { Policy, Ruleset } from './ruleset.ts'
import { PATHS, ufwChain } from './ufw-chains.ts'

/** What stands in UFW's chains for policies. */
export function policyChains(family: 4 | 6, { policies }: Ruleset): readonly Chain[] {
  return PATHS.flatMap(({ path, hook }) => [
    { name: ufwChain(family, `reject-${hook}`), rules: policies[path] === 'reject' ? [REJECT] : [] },
    { name: ufwChain(family, `track-${hook}`), rules: policies[path] === 'accept' ? TRACK : [] },
    {
      name: ufwChain(family, `skip-to-policy-${hook}`),
      rules: [policies[path] === 'reject' ? REJECT : policies[path]],
    },
  ])
}

/** Behind all else. What cannot be rejected is dropped. */
export function lastWord(policy: Policy): string {
  return `counter ${policy === 'accept' ? 'accept' : 'drop'}`
}

/** Tcp is told by ICMP too, unlike by a rule. */
const REJECT = 'counter reject with icmpx port-unreachable'

const TRACK = ['meta l4proto 6 ct state new accept', 'meta l4proto 17 ct state new accept']
