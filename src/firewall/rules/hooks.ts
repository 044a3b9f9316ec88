/** Where the kernel calls our chains: in one table both families come, and each goes to its own. */
import { type FrameTable, nftChain } from './frame.ts'
import { lastWord } from './policies.ts'
import type { Chain } from './printed.ts'
import type { Ruleset } from './ruleset.ts'
import { PATHS } from './ufw-chains.ts'

export function printHooks({ frame, ipv6, policies }: Ruleset): Chain[] {
  const filters = PATHS.map(({ path, hook }) => ({
    name: hook,
    base: `type filter hook ${hook} priority 0; policy accept;`,
    rules: [
      // A jump, no goto: RETURN in a built-in chain means its policy. No verdict map: its elements go at the moment of
      // the exchange, and a packet that is then between the chain's start and the map would meet the last word.
      `meta nfproto ipv4 jump ${target(4, 'filter', hook)}`,
      ...(ipv6 ? [`meta nfproto ipv6 jump ${target(6, 'filter', hook)}`] : NO_IPV6[hook]),
      lastWord(policies[path]),
    ],
  }))
  const others = OTHERS.flatMap(({ table, hook, base }) => {
    const families = ([4, 6] as const).filter((family) =>
      frame.chains.some(
        (chain) =>
          chain.family === family &&
          chain.table === table &&
          chain.name === hook.toUpperCase() &&
          chain.rules.length > 0 &&
          (family === 4 || ipv6),
      ),
    )
    if (families.length === 0) return []
    return [
      {
        name: `${table}-${hook}`,
        base: `${base} policy accept;`,
        rules: families.map((family) => `meta nfproto ipv${family} jump ${target(family, table, hook)}`),
      },
    ]
  })
  return [...filters, ...others]
}

function target(family: 4 | 6, table: FrameTable, hook: string): string {
  return nftChain({ family, table, name: hook.toUpperCase() })
}

/** With `IPV6=no` nothing of it passes but the host's talk with itself. Source: UFW 0.36.2, measured. */
const NO_IPV6 = {
  input: ['meta nfproto ipv6 iifname "lo" accept', 'meta nfproto ipv6 counter drop'],
  output: ['meta nfproto ipv6 oifname "lo" accept', 'meta nfproto ipv6 counter drop'],
  forward: ['meta nfproto ipv6 counter drop'],
}

/** Where iptables calls the chains of its other tables. Source: linux/netfilter_ipv4.h, NF_IP_PRI_*. */
const OTHERS: readonly { readonly table: FrameTable; readonly hook: string; readonly base: string }[] = [
  { table: 'raw', hook: 'prerouting', base: 'type filter hook prerouting priority -300;' },
  { table: 'raw', hook: 'output', base: 'type filter hook output priority -300;' },
  { table: 'mangle', hook: 'prerouting', base: 'type filter hook prerouting priority -150;' },
  { table: 'mangle', hook: 'input', base: 'type filter hook input priority -150;' },
  { table: 'mangle', hook: 'forward', base: 'type filter hook forward priority -150;' },
  { table: 'mangle', hook: 'output', base: 'type route hook output priority -150;' },
  { table: 'mangle', hook: 'postrouting', base: 'type filter hook postrouting priority -150;' },
  { table: 'nat', hook: 'prerouting', base: 'type nat hook prerouting priority -100;' },
  { table: 'nat', hook: 'input', base: 'type nat hook input priority 100;' },
  { table: 'nat', hook: 'output', base: 'type nat hook output priority -100;' },
  { table: 'nat', hook: 'postrouting', base: 'type nat hook postrouting priority 100;' },
]
